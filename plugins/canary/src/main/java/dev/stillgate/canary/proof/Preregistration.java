package dev.stillgate.canary.proof;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Preregistration of an audit, written before the suspect is queried: {@code
 * {"keys":["c3/2026-Q4"],"answers":500,"prompts":500}}. Other fields, and a text in place of the number of prompts, are
 * for people. The report shows the file's digest, to be compared with one published beforehand, since the file does not
 * prove when it was written.
 */
public final class Preregistration {
    private static final int LARGEST = 1 << 20;
    private static final int MOST_KEYS = 10_000;
    private static final long UNKNOWN = -1;

    private final Set<String> keys;
    private final String digest;
    private final long answers;
    private final long prompts;

    private Preregistration(Set<String> keys, long answers, long prompts, String digest) {
        this.keys = keys;
        this.answers = answers;
        this.prompts = prompts;
        this.digest = digest;
    }

    /**
     * Reads a file of at most 1 MiB.
     *
     * @throws IOException if the file cannot be read or is invalid; the message begins with the file
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
            return parsed(bytes, Digests.sha256Hex(bytes));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    file + ": invalid preregistration: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    private static Preregistration parsed(byte[] bytes, String digest) throws IOException {
        JsonNode file = StrictJson.object(bytes);
        JsonNode names = file.path("keys");
        require(names.isArray() || names.isMissingNode(), "\"keys\" must be a list of names");
        Set<String> keys = new LinkedHashSet<>();
        for (JsonNode name : names) {
            require(name.isTextual(), "\"keys\" must be a list of names");
            CanaryKey.requireName(name.textValue());
            keys.add(name.textValue());
        }
        require(keys.size() <= MOST_KEYS, "more than " + MOST_KEYS + " keys");
        require(!keys.isEmpty(), "it names no keys");
        long answers = file.has("answers") ? count(file, "answers") : UNKNOWN;
        long prompts = file.path("prompts").isNumber() ? count(file, "prompts") : UNKNOWN;
        return new Preregistration(keys, answers, prompts, digest);
    }

    private static long count(JsonNode file, String name) {
        JsonNode count = file.path(name);
        boolean whole = count.isIntegralNumber() && count.canConvertToLong() && count.longValue() >= 0;
        require(whole, "\"" + name + "\" must be a whole number of at least 0");
        return count.longValue();
    }

    /**
     * Compares the registered counts with the audited ones: additional answers may have been collected until p was
     * small, and missing ones may have been dropped for it.
     *
     * @param given number of responses given
     * @param repeats how many of their prompts repeat others
     * @return warnings, in sentences
     */
    List<String> differences(long given, long repeats) {
        List<String> warnings = new ArrayList<>();
        compare(warnings, "answers", given, answers);
        if (prompts != UNKNOWN) {
            compare(warnings, "prompts", given - repeats, prompts);
        }
        return warnings;
    }

    private static void compare(List<String> warnings, String what, long given, long registered) {
        if (registered == UNKNOWN) {
            warnings.add("The preregistration does not say how many " + what + " were to be asked for: p does not cover"
                    + " asking until it is small.");
        } else if (given > registered) {
            warnings.add(given + " " + what + " where " + registered
                    + " were preregistered: p does not cover asking for" + " more until it is small.");
        } else if (given < registered) {
            warnings.add("Only " + given + " " + what + " of " + registered
                    + " preregistered: p does not cover leaving some" + " out.");
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** Returns the registered keys. */
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
