package dev.stillgate.canary.proof;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.KeyNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        try {
            JsonNode fields = StrictJson.object(line.getBytes(StandardCharsets.UTF_8));
            String name = text(fields, "key");
            CanaryKey.requireName(name);
            byte[] commitment = HexFormat.of().parseHex(text(fields, "commitment"));
            if (commitment.length != 32) {
                throw new IOException("a commitment has 64 hexadecimal digits");
            }
            entries.computeIfAbsent(name, any -> new LinkedHashMap<>())
                    .putIfAbsent(HexFormat.of().formatHex(commitment), Instant.parse(text(fields, "since")));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new IOException(where + ": " + e.getMessage(), e);
        }
    }

    private static String text(JsonNode fields, String name) {
        return fields.path(name).isTextual() ? fields.path(name).textValue() : "";
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
