package dev.stillgate.canary.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.KeyNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Published list of commitments, for use without a ledger: lines {@code {"key":"c3/2026-Q4","commitment":"<64
 * hexadecimal digits>","since":"2026-10-01T00:00:00Z"}}. Its dates are as credible as the place of its publication.
 */
public final class CommitmentList implements Commitments {
    private static final int LONGEST_LINE = 4096;
    private static final int MOST = 1_000_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, Map<String, Instant>> entries = new LinkedHashMap<>();

    private CommitmentList() {}

    /**
     * Reads a list.
     *
     * @throws IOException if the file cannot be read or a line is invalid; the message begins with file and line
     */
    public static CommitmentList read(Path file) throws IOException {
        CommitmentList list = new CommitmentList();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.length() > LONGEST_LINE || number > MOST) {
                    throw new IOException(file + ":" + number + ": too large for a list of commitments");
                }
                if (!line.isBlank()) {
                    list.add(file + ":" + number, line);
                }
            }
        }
        return list;
    }

    private void add(String where, String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException(where + ": expected an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                fields.put(name, parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : "");
                parser.skipChildren();
            }
            String name = fields.getOrDefault("key", "");
            CanaryKey.requireName(name);
            byte[] commitment = HexFormat.of().parseHex(fields.getOrDefault("commitment", ""));
            if (commitment.length != 32) {
                throw new IOException(where + ": a commitment has 64 hexadecimal digits");
            }
            entries.computeIfAbsent(name, any -> new LinkedHashMap<>())
                    .putIfAbsent(HexFormat.of().formatHex(commitment), Instant.parse(fields.getOrDefault("since", "")));
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new IOException(where + ": " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException(where + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> names() {
        return entries.keySet().stream()
                .filter(name -> !KeyNames.isSecret(name))
                .toList();
    }

    @Override
    public int count(String name) {
        return entries.getOrDefault(name, Map.of()).size();
    }

    @Override
    public long sites(String name) {
        return 0;
    }

    @Override
    public @Nullable Instant since(String name, byte[] commitment) {
        Map<String, Instant> known = entries.get(name);
        return known == null ? null : known.get(HexFormat.of().formatHex(commitment));
    }
}
