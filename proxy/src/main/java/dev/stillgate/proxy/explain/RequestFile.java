package dev.stillgate.proxy.explain;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request in a file: either in wire format, where head lines may end in a plain line feed, or a line of the exchange
 * log. Access-log lines contain no request; {@link #accessLogLine} reads them.
 */
final class RequestFile {
    private static final JsonName REQUEST = new JsonName("request");

    private final byte[] bytes;
    private final @Nullable String account;
    private final @Nullable InetAddress address;
    private final long millis;

    private RequestFile(byte[] bytes, @Nullable String account, @Nullable InetAddress address, long millis) {
        this.bytes = bytes;
        this.account = account;
        this.address = address;
        this.millis = millis;
    }

    /** Returns head and body in wire format. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the account id, null when the account is only known by its credential. */
    @Nullable
    String account() {
        return account;
    }

    /** Returns the client address, null when the file has none. */
    @Nullable
    InetAddress address() {
        return address;
    }

    /** Returns the time of the request in milliseconds since the epoch, -1 when the file has none. */
    long millis() {
        return millis;
    }

    /**
     * Reads the content of a file.
     *
     * @throws IOException if the file contains no request; its message continues a sentence that begins with the file's
     *     name
     */
    static RequestFile read(byte[] content) throws IOException {
        int start = 0;
        while (start < content.length && content[start] <= ' ') {
            start++;
        }
        if (start == content.length) {
            throw new IOException("is empty: expected a request, or a line of the exchange log or of the access log");
        }
        try {
            return content[start] == '{'
                    ? logged(trimmed(content))
                    : new RequestFile(wire(Arrays.copyOfRange(content, start, content.length)), null, null, -1);
        } catch (MalformedBody e) {
            throw new IOException("is not a line of the exchange log: " + e.getMessage(), e);
        }
    }

    /**
     * Returns a request with CRLF line ends in the head. A single line end after the body is removed, since editors add
     * it.
     */
    private static byte[] wire(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 64);
        int at = 0;
        boolean empty = false;
        while (at < content.length && !empty) {
            int end = at;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            int last = end > at && content[end - 1] == '\r' ? end - 1 : end;
            out.write(content, at, last - at);
            out.writeBytes(new byte[] {'\r', '\n'});
            empty = last == at;
            at = end + 1;
        }
        if (!empty) {
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        int end = content.length;
        if (end > at && content[end - 1] == '\n') {
            end -= end - 1 > at && content[end - 2] == '\r' ? 2 : 1;
        }
        if (end > at) {
            out.write(content, at, end - at);
        }
        return out.toByteArray();
    }

    /**
     * Returns the members of an access-log line.
     *
     * @return null when the content is anything else
     */
    static @Nullable Map<?, ?> accessLogLine(byte[] content) {
        try {
            Object value = JsonValues.read(trimmed(content));
            return value instanceof Map<?, ?> fields && LoggedDecision.isLine(fields) ? fields : null;
        } catch (MalformedBody e) {
            return null;
        }
    }

    private static byte[] trimmed(byte[] content) {
        int from = 0;
        int to = content.length;
        while (from < to && content[from] <= ' ') {
            from++;
        }
        while (from < to && content[to - 1] <= ' ') {
            to--;
        }
        return Arrays.copyOfRange(content, from, to);
    }

    private static RequestFile logged(byte[] line) throws IOException, MalformedBody {
        if (!(JsonValues.read(line) instanceof Map<?, ?> fields)) {
            throw new IOException("is not a line of the exchange log: expected an object");
        }
        JsonTape tape = new JsonTape();
        tape.parse(line, 0, line.length);
        int request = tape.find(tape.root(), REQUEST);
        boolean body = fields.get("request") != null;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String method = fields.get("method") instanceof String given ? given : body ? "POST" : "GET";
        head(out, method + " " + text(fields, "path") + " HTTP/1.1");
        if (fields.get("headers") instanceof List<?> headers) {
            for (Object header : headers) {
                if (!(header instanceof List<?> pair) || pair.size() != 2) {
                    throw new IOException("headers: expected a list such as [[\"user-agent\",\"x\"]]");
                }
                head(out, pair.get(0) + ": " + pair.get(1));
            }
        }
        head(out, "");
        if (body) {
            int quote = tape.isText(request) ? 1 : 0;
            int start = tape.start(request) - quote;
            out.write(line, start, tape.stop(request) + quote - start);
        }
        String account = fields.get("account") instanceof String id ? id : null;
        long millis = fields.get("ts") instanceof Number number ? number.longValue() : -1;
        return new RequestFile(out.toByteArray(), account, address(fields.get("ip")), millis);
    }

    private static void head(ByteArrayOutputStream out, String line) throws IOException {
        if (line.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw new IOException("a control character in the request's head");
        }
        out.writeBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Map<?, ?> fields, String key) throws IOException {
        if (fields.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IOException("the field \"" + key + "\" is missing");
    }

    private static @Nullable InetAddress address(@Nullable Object ip) throws IOException {
        if (ip == null) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(String.valueOf(ip));
        } catch (IllegalArgumentException e) {
            throw new IOException("ip: expected an address such as 203.0.113.7", e);
        }
    }
}
