package dev.stillgate.canary.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A public value that appeared after the secrets of its epochs were committed, such as a pulse of a randomness beacon.
 * Keys that are derived from both cannot have been chosen among many.
 *
 * @param value 16 to 256 printable ASCII characters
 * @param source where and when it was published, for people: 1 to 256 characters
 */
public record Beacon(String value, String source) {
    private static final int MIN_VALUE = 16;
    private static final int MAX = 256;
    private static final int MAX_BYTES = 4096;

    /** @throws IllegalArgumentException if a component is too short, too long, or not printable */
    public Beacon {
        if (value.length() < MIN_VALUE || value.length() > MAX || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "value: expected " + MIN_VALUE + " to " + MAX + " printable ASCII characters");
        }
        if (source.isBlank() || source.length() > MAX || source.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "source: expected 1 to " + MAX + " characters that say where it appeared");
        }
    }

    /**
     * Reads a text file with the value on the first line and the source on the second.
     *
     * @throws IOException if the file cannot be read or has another form; the message begins with the file
     */
    public static Beacon read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        if (bytes.length > MAX_BYTES || lines.size() != 2) {
            throw new IOException(file + ": expected two lines, the beacon's value and its source");
        }
        try {
            return new Beacon(lines.get(0).strip(), lines.get(1).strip());
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    byte[] bytes() {
        return value.getBytes(StandardCharsets.US_ASCII);
    }
}
