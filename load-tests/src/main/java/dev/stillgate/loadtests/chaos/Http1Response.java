package dev.stillgate.loadtests.chaos;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Reader of one HTTP/1.1 response that detects truncation. Not thread-safe. */
final class Http1Response {
    private static final int TAIL = 64;

    private final InputStream in;
    private final StringBuilder tail = new StringBuilder();
    private int status;
    private boolean closes;

    Http1Response(InputStream in) {
        this.in = in;
    }

    /** Returns the status, 0 before a head was read. */
    int status() {
        return status;
    }

    /** Returns the last characters of the content. */
    String tail() {
        return tail.toString();
    }

    /**
     * Reads a response and the interim responses before it.
     *
     * @return whether the connection can be reused
     * @throws EOFException if the response is truncated
     */
    boolean read() throws IOException {
        long length;
        boolean chunked;
        do {
            length = -1;
            chunked = false;
            status = Integer.parseInt(line().substring(9, 12));
            for (String field = line(); !field.isEmpty(); field = line()) {
                String lower = field.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length: ")) {
                    length = Long.parseLong(lower.substring(16));
                }
                chunked |= lower.equals("transfer-encoding: chunked");
                closes |= lower.equals("connection: close");
            }
        } while (status < 200);
        if (status == 204 || status == 304) {
            return !closes;
        }
        if (chunked) {
            for (int size = size(); size > 0; size = size()) {
                content(size);
                line();
            }
            String trailer = line();
            while (!trailer.isEmpty()) {
                trailer = line();
            }
        } else if (length >= 0) {
            content(length);
        } else {
            for (int c = in.read(); c >= 0; c = in.read()) {
                keep((byte) c);
            }
            return false;
        }
        return !closes;
    }

    private int size() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private void content(long length) throws IOException {
        byte[] piece = new byte[(int) Math.min(length, 16_384)];
        for (long left = length; left > 0; ) {
            int read = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (read < 0) {
                throw new EOFException("the response is truncated");
            }
            for (int i = Math.max(0, read - TAIL); i < read; i++) {
                keep(piece[i]);
            }
            left -= read;
        }
    }

    private void keep(byte b) {
        tail.append((char) (b & 0xff));
        if (tail.length() > TAIL) {
            tail.deleteCharAt(0);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the response is truncated");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }
}
