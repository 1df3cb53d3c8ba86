package dev.stillgate.proxy.dialect.usage;

/**
 * An array or object of an answer that is passed over, by counting brackets and skipping strings eight bytes at a time. What
 * is JSON for the caller's tools counts as delivered, just as it stands.
 */
final class PassedContainer {
    private final AnswerTally tally;
    private final PiecedString string;
    private boolean lines;
    private boolean delivered;
    private boolean inString;
    private int depth;

    /**
     * None yet.
     *
     * @param string follows its strings; whoever else uses it does so between two values
     */
    PassedContainer(AnswerTally tally, PiecedString string) {
        this.tally = tally;
        this.string = string;
    }

    /** Sets whether a line end ends the piece. */
    void endAtLines(boolean endAtLines) {
        lines = endAtLines;
    }

    /** Begins one, after its opening bracket. */
    void begin(boolean isDelivered) {
        delivered = isDelivered;
        inString = false;
        depth = 1;
    }

    /** Returns whether its closing bracket has come. */
    boolean closed() {
        return depth == 0;
    }

    /** Takes a piece; returns the index after the closing bracket, after a string, or where the piece ends. */
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
