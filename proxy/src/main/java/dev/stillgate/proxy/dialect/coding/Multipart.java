package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Strict parser of the {@code multipart/form-data} body of a file upload (RFC 7578). Requires CR LF line ends, unique
 * part names and at most one file; preamble, epilogue and transfer encodings are not allowed. Form parsers disagree
 * about all other forms, so these are malformed ({@code multipart}).
 */
public final class Multipart {
    private static final int MAX_PARTS = 16;
    private static final int MAX_HEAD = 4096;
    private static final int MAX_PURPOSE = 32;
    private static final int LINE_END = 2;

    private final byte[] buf;
    private final int base;
    private final int end;
    private final byte[] boundary;
    private final BoundarySearch search;
    private final Set<String> names = new HashSet<>();
    private @Nullable String purpose;
    private int fileStart = -1;
    private int fileEnd = -1;

    /**
     * Parses a form.
     *
     * @param contentType value of {@code Content-Type}, with the boundary; null if absent
     * @throws MalformedBody if the form is ambiguous or invalid
     */
    public Multipart(@Nullable String contentType, byte[] buf, int offset, int length) throws MalformedBody {
        this.buf = buf;
        this.base = offset;
        this.end = offset + length;
        this.boundary = ("--" + boundary(contentType)).getBytes(StandardCharsets.US_ASCII);
        this.search = new BoundarySearch(boundary);
        int p = offset + boundary.length;
        if (length < boundary.length || search.find(buf, offset, p) < 0) {
            throw malformed("no boundary at the start", offset);
        }
        for (int parts = 0; !startsWith(p, "--"); parts++) {
            if (parts == MAX_PARTS || !startsWith(p, "\r\n")) {
                throw malformed("unexpected bytes after a boundary, or too many parts", p);
            }
            p = part(p + 2);
        }
        p += 2;
        if (p != end && !(p + 2 == end && startsWith(p, "\r\n"))) {
            throw malformed("bytes after the last boundary", p);
        }
    }

    /** Returns the value of the field {@code purpose}, or null if absent. */
    @Nullable
    public String purpose() {
        return purpose;
    }

    /** Returns the index of the file's first byte, or -1 if there is no file. */
    public int fileStart() {
        return fileStart;
    }

    /** Returns the index after the file's last byte, or -1 if there is no file. */
    public int fileEnd() {
        return fileEnd;
    }

    private static String boundary(@Nullable String contentType) throws MalformedBody {
        MediaType type = contentType == null ? null : MediaType.parse(contentType);
        if (type == null || !type.value().equals("multipart/form-data")) {
            throw new MalformedBody("content-type", "a file must be uploaded as multipart/form-data", -1);
        }
        String boundary = type.parameters().get("boundary");
        if (boundary == null
                || type.parameters().size() != 1
                || boundary.isEmpty()
                || boundary.length() > 70
                || !boundary.matches("[A-Za-z0-9'()+_,./:=?-]+")) {
            throw new MalformedBody("content-type", "multipart/form-data without a plain boundary", -1);
        }
        return boundary;
    }

    /** Parses the part whose head starts at {@code at}; returns the index after its closing delimiter. */
    private int part(int at) throws MalformedBody {
        String disposition = null;
        Set<String> seen = new HashSet<>();
        int p = at;
        while (!startsWith(p, "\r\n")) {
            int lineEnd = lineEnd(p, at);
            String line = new String(buf, p, lineEnd - p, StandardCharsets.UTF_8);
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (!seen.add(name) || !isExpected(name, value)) {
                throw malformed("a part with an unexpected header", p);
            }
            if (name.equals("content-disposition")) {
                disposition = value;
            }
            p = lineEnd + 2;
        }
        int content = p + 2;
        int stop = find(content);
        accept(disposition, content, stop, at);
        return stop + LINE_END + boundary.length;
    }

    private static boolean isExpected(String name, String value) {
        return switch (name) {
            case "content-disposition", "content-type", "content-length" -> true;
            case "content-transfer-encoding" -> value.equalsIgnoreCase("binary") || value.equalsIgnoreCase("8bit");
            default -> false;
        };
    }

    private void accept(@Nullable String disposition, int content, int stop, int at) throws MalformedBody {
        MediaType form = disposition == null ? null : MediaType.parse(disposition);
        String name = form == null ? null : form.parameters().get("name");
        if (form == null || name == null || !form.value().equals("form-data") || !names.add(name)) {
            throw malformed("a part without a unique name", at);
        }
        boolean file =
                form.parameters().containsKey("filename") || form.parameters().containsKey("filename*");
        int parameters = form.parameters().size();
        if (file != name.equals("file") || parameters > (file ? 3 : 1)) {
            throw malformed("a part that is ambiguous between a file and a field", at);
        }
        if (file) {
            fileStart = content;
            fileEnd = stop;
        } else if (name.equals("purpose")) {
            purpose = purpose(content, stop);
        }
    }

    private String purpose(int start, int stop) throws MalformedBody {
        String value = new String(buf, start, Math.min(stop - start, MAX_PURPOSE + 1), StandardCharsets.ISO_8859_1);
        if (!value.matches("[a-z_-]{1,32}")) {
            throw malformed("the purpose must consist of lower-case letters, hyphens and underscores", start);
        }
        return value;
    }

    private int lineEnd(int from, int headStart) throws MalformedBody {
        int limit = Math.min(end - 1, headStart + MAX_HEAD);
        for (int p = from; p < limit; p++) {
            if (buf[p] == '\r' && buf[p + 1] == '\n') {
                return p;
            }
            if (buf[p] < ' ' && buf[p] >= 0 && buf[p] != '\t') {
                break;
            }
        }
        throw malformed("a part with an unterminated head", from);
    }

    /** Returns the index of the line end before the closing boundary. The content must not contain the boundary. */
    private int find(int content) throws MalformedBody {
        int p = search.find(buf, content, end);
        if (p < 0) {
            throw malformed("a part without a closing boundary", content);
        }
        int after = p + boundary.length;
        boolean ends = p - LINE_END >= content && startsWith(p - LINE_END, "\r\n");
        if (!ends || (!startsWith(after, "\r\n") && !startsWith(after, "--"))) {
            throw malformed("a boundary within the content of a part", p);
        }
        return p - LINE_END;
    }

    private boolean startsWith(int at, String ascii) {
        if (at + ascii.length() > end) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (buf[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private MalformedBody malformed(String message, int at) {
        return new MalformedBody("multipart", message, at - base);
    }

    /**
     * Search for a multipart boundary with the automaton of Knuth, Morris and Pratt (1977), as a transition table.
     * Takes one step per byte for any input. Immutable.
     */
    static final class BoundarySearch {
        private static final int ASCII_BITS = 7;
        private static final int ASCII = 1 << ASCII_BITS;

        private final byte[] pattern;

        /** Next state by state and byte; a state is the number of matched pattern bytes. */
        private final byte[] steps;

        /** Compiles a pattern of 1 to 127 ASCII characters. */
        BoundarySearch(byte[] pattern) {
            this.pattern = pattern;
            this.steps = new byte[pattern.length << ASCII_BITS];
            steps[pattern[0]] = 1;
            int shorter = 0; // the state after the pattern's bytes from the second on
            for (int state = 1; state < pattern.length; state++) {
                System.arraycopy(steps, shorter << ASCII_BITS, steps, state << ASCII_BITS, ASCII);
                steps[state << ASCII_BITS | pattern[state]] = (byte) (state + 1);
                shorter = steps[shorter << ASCII_BITS | pattern[state]];
            }
        }

        /** Returns the state after one more byte. The given state is below the length of the pattern. */
        int step(int state, byte b) {
            return b < 0 ? 0 : steps[state << ASCII_BITS | b];
        }

        /** Returns the index of the first occurrence between {@code from} and {@code end}, or -1. */
        int find(byte[] buf, int from, int end) {
            byte first = pattern[0];
            int state = 0;
            for (int p = from; p < end; p++) {
                byte b = buf[p];
                if (state == 0 && b != first) {
                    continue;
                }
                state = step(state, b);
                if (state == pattern.length) {
                    return p + 1 - pattern.length;
                }
            }
            return -1;
        }
    }
}
