package dev.stillgate.loadtests.peer;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reader of the HTTP/1.1 responses of one connection that detects truncation. Not thread-safe. */
public final class ResponseReader {
    private static final int MAX_LINE = 8192;

    private final InputStream in;
    private final Map<String, String> fields = new HashMap<>();
    private int status;

    public ResponseReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * Reads a response head, skipping interim responses. The body of the previous response must have been read.
     *
     * @return the status, 0 for an invalid status line
     * @throws EOFException if the connection closes before the end of the head
     */
    public int readHead() throws IOException {
        do {
            fields.clear();
            String first = line();
            status = first.length() < 12 ? 0 : Integer.parseInt(first.substring(9, 12));
            for (String field = line(); !field.isEmpty(); field = line()) {
                int colon = field.indexOf(':');
                String name = field.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
                fields.put(name, field.substring(colon + 1).strip());
            }
        } while (status >= 100 && status < 200);
        return status;
    }

    /** Returns a field of the head by its lower-case name, null if there is none. */
    public @Nullable String field(String name) {
        return fields.get(name);
    }

    /** Returns whether the connection can be reused after the response. */
    public boolean isReusable() {
        boolean framed = isEmpty() || isChunked() || fields.containsKey("content-length");
        return framed && !"close".equals(fields.get("connection"));
    }

    /** Returns the body, whose reads throw {@link EOFException} if it is truncated. */
    public InputStream body() {
        String length = fields.get("content-length");
        if (isEmpty() || isChunked()) {
            return new Body(0, isChunked() && !isEmpty());
        }
        return length == null ? in : new Body(Long.parseLong(length), false);
    }

    private boolean isEmpty() {
        return status == 204 || status == 304;
    }

    private boolean isChunked() {
        return "chunked".equals(fields.get("transfer-encoding"));
    }

    private String line() throws IOException {
        byte[] line = new byte[MAX_LINE];
        int length = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || length == MAX_LINE) {
                throw new EOFException("the response is truncated");
            }
            line[length++] = (byte) b;
        }
        return new String(Arrays.copyOf(line, Math.max(0, length - 1)), StandardCharsets.ISO_8859_1);
    }

    /** A body with a content length, or a chunked one. */
    private final class Body extends InputStream {
        private long left;
        private boolean moreChunks;

        Body(long length, boolean chunked) {
            left = length;
            moreChunks = chunked;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int count) throws IOException {
            if (left == 0 && !nextChunk()) {
                return -1;
            }
            int read = in.read(to, offset, (int) Math.min(count, left));
            if (read < 0) {
                throw new EOFException("the response is truncated");
            }
            left -= read;
            if (left == 0 && moreChunks) {
                line();
            }
            return read;
        }

        private boolean nextChunk() throws IOException {
            if (!moreChunks) {
                return false;
            }
            left = Long.parseLong(line(), 16);
            if (left == 0) {
                moreChunks = false;
                String trailer = line();
                while (!trailer.isEmpty()) {
                    trailer = line();
                }
            }
            return left > 0;
        }
    }
}
