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

/** Reader of the growing access log: the end times of exchanges whose clients had disconnected. Not thread-safe. */
final class DisconnectLog {
    private static final Pattern GONE = Pattern.compile("\"start_time\":\"([^\"]+)\",\"request_id\":\"(c[0-9]+)\".*"
            + "\"outcome\":\"downstream_gone\".*\"duration_ms\":([0-9.]+)");

    private final Path file;
    private long read;

    DisconnectLog(Path file) {
        this.file = file;
    }

    /** Adds the end times of new lines, in milliseconds since the epoch, by client name. */
    void readEnds(Map<String, Long> ends) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] more = new byte[(int) (log.length() - read)];
            log.seek(read);
            log.readFully(more);
            String text = new String(more, StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1;
            read += text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
            text.substring(0, whole).lines().forEach(line -> {
                Matcher matcher = GONE.matcher(line);
                if (matcher.find()) {
                    long start = Instant.parse(matcher.group(1)).toEpochMilli();
                    ends.put(matcher.group(2), start + (long) Double.parseDouble(matcher.group(3)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
