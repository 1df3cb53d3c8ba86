package dev.stillgate.loadtests.campaign.traffic;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reader of an exchange log, plain or gzip by its name. Not thread-safe. */
final class LogLines implements Closeable {
    private static final int BUFFER = 1 << 18;

    private final Path file;
    private final BufferedReader reader;
    private long number;

    LogLines(Path file) throws IOException {
        this.file = file;
        InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        // One byte a character, so that the bytes of a line are those of the file.
        this.reader = new BufferedReader(
                new InputStreamReader(
                        file.toString().endsWith(".gz") ? new GZIPInputStream(in, BUFFER) : in,
                        StandardCharsets.ISO_8859_1),
                BUFFER);
    }

    /**
     * Returns the next line, null at the end.
     *
     * @throws IOException naming file and line if it is broken
     */
    @Nullable
    LoggedLine next() throws IOException {
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            number++;
            if (!text.isEmpty()) {
                try {
                    return LoggedLine.read(text.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    throw new IOException(file + ":" + number + ": " + e.getMessage(), e);
                }
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
