package dev.stillgate.proxy.console;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the lines that are appended to a log file, for one listener. It reads the file and not the writers, so that
 * it costs a request nothing. Follows rotation: a file that has become shorter, or has another key, is read from its
 * start. Not thread-safe.
 */
final class LogTail {
    /** Most bytes read at a time; what is before them is skipped. */
    static final int MOST = 256 * 1024;

    private final Path path;
    private long position;
    private @Nullable Object key;

    /** Creates a reader that begins at the end of the file. */
    LogTail(Path path) {
        this.path = path;
        try {
            position = Files.size(path);
            key = Files.readAttributes(path, "fileKey").get("fileKey");
        } catch (IOException absent) {
            position = 0;
        }
    }

    /** Returns the complete lines since the last call, of the last {@value #MOST} bytes; empty if there are none. */
    List<String> read() {
        List<String> lines = new ArrayList<>();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            Object keyNow = Files.readAttributes(path, "fileKey").get("fileKey");
            if (file.length() < position || (key != null && !key.equals(keyNow))) {
                position = 0;
            }
            key = keyNow;
            boolean skipped = file.length() - position > MOST;
            position = skipped ? file.length() - MOST : position;
            file.seek(position);
            byte[] bytes = new byte[(int) Math.min(MOST, file.length() - position)];
            file.readFully(bytes);
            int start = skipped ? after(bytes, 0) : 0;
            for (int end = after(bytes, start); end > start; end = after(bytes, start)) {
                lines.add(new String(bytes, start, end - 1 - start, StandardCharsets.UTF_8));
                start = end;
            }
            position += start;
        } catch (IOException absent) {
            return List.of();
        }
        return lines;
    }

    /** Returns the index after the next line feed, {@code from} if there is none. */
    private static int after(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return from;
    }
}
