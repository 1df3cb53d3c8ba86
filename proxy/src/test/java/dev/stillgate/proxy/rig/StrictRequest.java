package dev.stillgate.proxy.rig;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Parser of requests by the letter of RFC 9112, independent of the gateway's parser. Ambiguous input is a violation,
 * and so are fields that must not reach an upstream.
 */
public final class StrictRequest {
    private static final Pattern LINE = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,16} /[!-~]{0,8000} HTTP/1\\.1");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^`|~0-9A-Za-z-]+):[ \\t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*)");
    private static final Set<String> NEVER = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "http2-settings",
            "forwarded",
            "x-original-url",
            "x-rewrite-url",
            "x-http-method",
            "x-http-method-override",
            "x-method-override");
    private static final Set<String> ONCE =
            Set.of("host", "content-length", "transfer-encoding", "content-type", "authorization", "x-api-key");

    private StrictRequest() {}

    /** The input ends at the end of its connection. */
    public static final class Ended extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The input violates RFC 9112. */
    public static final class Violation extends Exception {
        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message);
        }
    }

    /**
     * Reads one request and returns its first line.
     *
     * @throws Ended when the input ends before the request does
     * @throws Violation when the request is invalid or ambiguous
     */
    public static String read(InputStream in) throws IOException, Ended, Violation {
        String line = line(in);
        require(LINE.matcher(line).matches(), "request line", line);
        Set<String> seen = new HashSet<>();
        String length = null;
        String coding = null;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            var parts = FIELD.matcher(field);
            require(parts.matches(), "field", field);
            String name = parts.group(1).toLowerCase(java.util.Locale.ROOT);
            require(seen.add(name) || !ONCE.contains(name), "field given twice", field);
            require(!NEVER.contains(name), "field that is not for the upstream", field);
            require(!name.equals("host") || parts.group(2).startsWith("127.0.0.1:"), "host", field);
            length = name.equals("content-length") ? parts.group(2) : length;
            coding = name.equals("transfer-encoding") ? parts.group(2) : coding;
        }
        require(seen.contains("host"), "no host", line);
        require(length == null || coding == null, "length and coding", line);
        if (length != null) {
            require(length.matches("0|[1-9][0-9]{0,9}"), "length", length);
            skip(in, Integer.parseInt(length));
        } else if (coding != null) {
            require(coding.equals("chunked"), "coding", coding);
            chunks(in);
        }
        return line;
    }

    private static void chunks(InputStream in) throws IOException, Ended, Violation {
        int size;
        do {
            String line = line(in);
            require(line.matches("0|[1-9a-f][0-9a-f]{0,7}"), "chunk size", line);
            size = Integer.parseInt(line, 16);
            skip(in, size);
            require(line(in).isEmpty(), "a chunk's end, or a trailer", line);
        } while (size > 0);
    }

    private static void skip(InputStream in, int count) throws IOException, Ended {
        if (in.readNBytes(count).length < count) {
            throw new Ended();
        }
    }

    private static String line(InputStream in) throws IOException, Ended, Violation {
        StringBuilder line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new Ended();
            }
            if (b == '\n') {
                require(!line.isEmpty() && line.charAt(line.length() - 1) == '\r', "bare line feed", line.toString());
                return line.substring(0, line.length() - 1);
            }
            require(line.isEmpty() || line.charAt(line.length() - 1) != '\r', "bare CR", line.toString());
            line.append((char) b);
        }
    }

    private static void require(boolean well, String what, String where) throws Violation {
        if (!well) {
            throw new Violation(what + ": " + where);
        }
    }
}
