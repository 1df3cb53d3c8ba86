package dev.stillgate.canary.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.stillgate.canary.key.CanaryKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A file that was written before the suspect was asked: {@code {"keys":["c3/2026-Q4"],"suspect":"...","prompts":"..."}}, of
 * which only the keys are read; the rest is for people. Its digest stands in the report, to be compared with what was
 * published or committed beforehand, since the file alone does not say when it was written.
 */
public final class Preregistration {
    private static final int LARGEST = 1 << 20;
    private static final int MOST_KEYS = 10_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Set<String> keys;
    private final String digest;

    private Preregistration(Set<String> keys, String digest) {
        this.keys = keys;
        this.digest = digest;
    }

    /**
     * Reads a file of at most 1 MiB.
     *
     * @throws IOException when it cannot be read or is no preregistration; the message begins with the file
     */
    public static Preregistration read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new IOException(file + ": larger than " + LARGEST + " bytes");
        }
        try {
            Set<String> keys = keys(bytes);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Preregistration(keys, HexFormat.of().formatHex(digest));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    file + ": no preregistration: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    private static Set<String> keys(byte[] bytes) throws IOException {
        Set<String> keys = new LinkedHashSet<>();
        try (JsonParser parser = JSON.createParser(bytes)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "expected an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = "keys".equals(parser.currentName());
                JsonToken value = parser.nextToken();
                if (!wanted) {
                    parser.skipChildren();
                    continue;
                }
                require(value == JsonToken.START_ARRAY, "\"keys\" is a list of names");
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    CanaryKey.requireName(parser.getText());
                    keys.add(parser.getText());
                    require(keys.size() <= MOST_KEYS, "more than " + MOST_KEYS + " keys");
                }
                require(parser.currentToken() == JsonToken.END_ARRAY, "\"keys\" is a list of names");
            }
            require(parser.nextToken() == null, "something follows the object");
        }
        require(!keys.isEmpty(), "it names no keys");
        return keys;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** Returns the keys that were named. */
    public Set<String> keys() {
        return Set.copyOf(keys);
    }

    /** Returns SHA-256 of the file, in hexadecimal digits. */
    public String digest() {
        return digest;
    }

    void require(String name) {
        require(keys.contains(name), "the audit was preregistered for other keys than " + name);
    }
}
