package dev.stillgate.loadtests.disconnect;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The gateway's access log, read as it grows: when the exchanges ended whose callers had gone. */
final class DisconnectLog {
    private static final Pattern GONE = Pattern.compile("\"start_time\":\"([^\"]+)\",\"request_id\":\"(c[0-9]+)\".*"
            + "\"outcome\":\"downstream_gone\".*\"duration_ms\":([0-9.]+)");

    private final Path file;
    private long read;

    DisconnectLog(Path file) {
        this.file = file;
    }

    /** Adds when they ended to what is known, in milliseconds since the epoch, by the names of the callers. */
    void ends(Map<String, Long> known) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] more = new byte[(int) (log.length() - read)];
            log.seek(read);
            log.readFully(more);
            String text = new String(more, StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1;
            read += text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
            text.substring(0, whole).lines().forEach(line -> {
                Matcher gone = GONE.matcher(line);
                if (gone.find()) {
                    long start = Instant.parse(gone.group(1)).toEpochMilli();
                    known.put(gone.group(2), start + (long) Double.parseDouble(gone.group(3)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
