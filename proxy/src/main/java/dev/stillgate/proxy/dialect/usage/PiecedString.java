package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.Swar;

/**
 * Incremental tokenizer of a JSON string that arrives in pieces and is either captured or skipped. A captured string in
 * one piece without escapes is not copied; others are buffered up to a bound. Not thread-safe.
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

    /** Sets whether reading stops at line ends. */
    void endAtLines(boolean endAtLines) {
        lines = endAtLines;
    }

    /** Begins a string after its opening quote. */
    void begin() {
        held.clear();
        escape = false;
        escapes = false;
    }

    /** Returns whether the last piece contained the closing quote. */
    boolean closed() {
        return closed;
    }

    /** Returns whether the captured string is complete, not longer than the bound. */
    boolean isWhole() {
        return held.isWhole();
    }

    /** Returns the array with the decoded string from {@link #start} up to {@link #end}, once it is closed. */
    byte[] bytes() {
        return buf;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Captures a piece; returns the index after the closing quote, or the end of the piece. */
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

    /** Skips a piece; returns the index after the closing quote, or the end of the piece. */
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
