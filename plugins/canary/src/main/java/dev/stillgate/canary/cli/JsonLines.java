package dev.stillgate.canary.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a file of lines {@code {"text":"...","prompt":"..."}}, plain or gzipped ({@code .gz}). */
final class JsonLines implements Closeable {
    /** Limit on the bytes of a line. */
    static final int LONGEST = 16 << 20;

    static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(LONGEST).build())
            .build();

    /**
     * One line.
     *
     * @param where file and line number
     * @param prompt the prompt of the response, or null if the line has none
     */
    record Line(String where, String text, @Nullable String prompt) {}

    private final Path file;
    private final InputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
    private long number;

    JsonLines(Path file) throws IOException {
        this.file = file;
        InputStream raw = Files.newInputStream(file);
        in = new BufferedInputStream(
                file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw, 1 << 16);
    }

    /**
     * Returns the bytes of the next non-blank line, or null at the end.
     *
     * @throws IOException if the line is too long or the file cannot be read
     */
    byte @Nullable [] nextBytes() throws IOException {
        while (true) {
            bytes.reset();
            boolean blank = true;
            int b = in.read();
            if (b < 0) {
                return null;
            }
            number++;
            for (; b >= 0 && b != '\n'; b = in.read()) {
                if (bytes.size() == LONGEST) {
                    throw new IOException(where() + ": longer than " + LONGEST + " bytes");
                }
                bytes.write(b);
                blank &= b == ' ' || b == '\t' || b == '\r';
            }
            if (!blank) {
                return bytes.toByteArray();
            }
        }
    }

    /** Returns the next line, or null at the end. */
    @Nullable
    Line next() throws IOException {
        byte[] line = nextBytes();
        if (line == null) {
            return null;
        }
        String text = null;
        String prompt = null;
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException(where() + ": expected an object {\"text\":\"...\"}");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean string = parser.nextToken() == JsonToken.VALUE_STRING;
                text = string && "text".equals(name) ? parser.getText() : text;
                prompt = string && "prompt".equals(name) ? parser.getText() : prompt;
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new IOException(where() + ": unexpected content after the object");
            }
        } catch (JacksonException e) {
            throw new IOException(where() + ": " + e.getOriginalMessage(), e);
        }
        if (text == null) {
            throw new IOException(where() + ": expected a string \"text\"");
        }
        return new Line(where(), text, prompt);
    }

    /** Returns the file and number of the line read last. */
    String where() {
        return file + ":" + number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
