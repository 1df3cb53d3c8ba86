package dev.stillgate.proxy.replay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plain blocking reader of HTTP/1.1 messages, which shares no code with the gateway that it checks. */
final class HttpStream {
    private final BufferedInputStream in;

    HttpStream(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /**
     * A whole message.
     *
     * @param start the request line or the status line
     * @param fields the header fields, their names in lower case
     */
    record Message(String start, Map<String, String> fields, byte[] content) {
        int status() {
            return Integer.parseInt(start.substring(9, 12));
        }

        String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    /** Reads a message; null where the peer has closed instead. */
    @Nullable
    Message read() throws IOException {
        String start = line();
        if (start == null) {
            return null;
        }
        Map<String, String> fields = new HashMap<>();
        for (String line = need(line()); !line.isEmpty(); line = need(line())) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Message(start, fields, content(fields));
    }

    private byte[] content(Map<String, String> fields) throws IOException {
        if (!"chunked".equalsIgnoreCase(fields.get("transfer-encoding"))) {
            return exactly(Integer.parseInt(fields.getOrDefault("content-length", "0")));
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            content.writeBytes(exactly(size));
            emptyLine();
        }
        emptyLine();
        return content.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(need(line()), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " bytes of " + length);
        }
        return bytes;
    }

    private void emptyLine() throws IOException {
        String line = need(line());
        if (!line.isEmpty()) {
            throw new IOException("expected an empty line, found " + line);
        }
    }

    private static String need(@Nullable String line) throws IOException {
        if (line == null) {
            throw new EOFException("closed within a message");
        }
        return line;
    }

    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new EOFException("closed within a line");
            }
            line.append((char) b);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new IOException("a line that ends in no CRLF: " + line);
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
