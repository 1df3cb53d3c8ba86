package dev.stillgate.proxy.dialect.usage;

/**
 * Skips an array or object of a response by counting brackets, and strings eight bytes at a time. Tool arguments in
 * JSON form are counted as model output on the way. Not thread-safe.
 */
final class PassedContainer {
    private final AnswerTally tally;
    private final PiecedString string;
    private boolean lines;
    private boolean delivered;
    private boolean inString;
    private int depth;

    /**
     * Creates an idle reader.
     *
     * @param string tokenizer of the strings, shared with other readers that are never active at the same time
     */
    PassedContainer(AnswerTally tally, PiecedString string) {
        this.tally = tally;
        this.string = string;
    }

    /** Sets whether reading stops at line ends. */
    void endAtLines(boolean endAtLines) {
        lines = endAtLines;
    }

    /** Begins a container after its opening bracket. */
    void begin(boolean isDelivered) {
        delivered = isDelivered;
        inString = false;
        depth = 1;
    }

    /** Returns whether the closing bracket was read. */
    boolean closed() {
        return depth == 0;
    }

    /** Reads a piece; returns the index after the closing bracket, after a string, or the end of the piece. */
    int take(byte[] buf, int from, int end) {
        int p = inString ? from : structure(buf, from, end);
        return inString ? string(buf, p, end) : p;
    }

    private int structure(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && depth > 0 && !inString && !isLineEnd(buf[p])) {
            byte c = buf[p++];
            if (c == '"') {
                string.begin();
                inString = true;
            } else if ((c | 0x20) == '{') {
                depth++;
            } else if ((c | 0x20) == '}') {
                depth--;
            }
        }
        if (delivered) {
            tally.deliver(buf, from, p);
        }
        return p;
    }

    private boolean isLineEnd(byte c) {
        return lines && (c == '\n' || c == '\r');
    }

    private int string(byte[] buf, int from, int end) {
        int p = string.skip(buf, from, end);
        inString = !string.closed();
        if (delivered) {
            tally.deliver(buf, from, p);
            if (string.closed()) {
                tally.endDelivered();
            }
        }
        return p;
    }
}
