package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.Swar;

/**
 * A JSON string that comes in pieces, to be taken or to be passed over. A string that comes in one piece and has no
 * escape is used where it stands; others are held up to a bound.
 */
final class PiecedString {
    private final HeldText held = new HeldText();
    private boolean lines;
    private boolean closed;
    private boolean escape;
    private boolean escapes;
    private byte[] buf = {};
    private int start;
    private int end;

    /** Sets whether a line end ends the piece. */
    void endAtLines(boolean endAtLines) {
        lines = endAtLines;
    }

    /** Starts over, after an opening quote. */
    void begin() {
        held.clear();
        escape = false;
        escapes = false;
    }

    /** Returns whether the piece that was read last has ended the string. */
    boolean closed() {
        return closed;
    }

    /** Returns whether all of a string that was taken is known. */
    boolean isWhole() {
        return held.isWhole();
    }

    /** Returns the bytes in which the string stands, decoded, once it is closed. */
    byte[] bytes() {
        return buf;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Takes a piece; returns the index after the quote, or where the piece ends. */
    int take(byte[] piece, int from, int to) {
        int p = skip(piece, from, to);
        if (closed && held.isEmpty() && !escapes) {
            buf = piece;
            start = from;
            end = p - 1;
        } else {
            held.add(piece, from, closed ? p - 1 : p);
            if (closed && held.isWhole()) {
                buf = held.bytes();
                start = 0;
                end = held.decode(escapes);
            }
        }
        return p;
    }

    /** Passes over a piece; returns the index after the quote, or where the piece ends. */
    int skip(byte[] piece, int from, int to) {
        closed = false;
        int p = from;
        if (escape && p < to) {
            escape = false;
            p++;
        }
        while (true) {
            p = Swar.skipText(piece, p, to);
            if (p == to) {
                return p;
            }
            byte c = piece[p];
            if (c == '"') {
                closed = true;
                return p + 1;
            }
            if (lines && (c == '\n' || c == '\r')) {
                return p;
            }
            p++;
            if (c == '\\') {
                escapes = true;
                if (p == to || (lines && (piece[p] == '\n' || piece[p] == '\r'))) {
                    escape = true;
                    return p;
                }
                p++;
            }
        }
    }
}
