package dev.stillgate.proxy.dialect.stream;

/**
 * Finder of the elements of a JSON array of objects that arrives in pieces, split at any byte. Counts brackets, and
 * checks nothing else. Not thread-safe.
 */
public final class ArrayElements {
    private int depth;
    private boolean inString;
    private boolean escaped;

    /** Returns whether the next byte is between two elements, or before the array. */
    public boolean isBetween() {
        return depth < 2;
    }

    /** Returns whether the array has ended. */
    public boolean isOver() {
        return depth < 0;
    }

    /**
     * Reads bytes between two elements.
     *
     * @return the index of the next element's first byte, the index of the closing bracket if the array then {@linkplain
     *     #isOver is over}, or {@code end}
     */
    public int skip(byte[] buf, int from, int end) {
        for (int p = from; p < end; p++) {
            byte c = buf[p];
            if (depth == 0 && c == '[') {
                depth = 1;
            } else if (depth == 1 && c == '{') {
                return p;
            } else if (depth == 1 && c == ']') {
                depth = -1;
                return p;
            }
        }
        return end;
    }

    /**
     * Reads bytes of an element.
     *
     * @return the index after the element's last byte if the next byte then {@linkplain #isBetween is between two}, or
     *     {@code end}
     */
    public int read(byte[] buf, int from, int end) {
        for (int p = from; p < end; p++) {
            byte c = buf[p];
            if (inString) {
                inString = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth = Math.max(depth, 1) + 1;
            } else if ((c == '}' || c == ']') && --depth == 1) {
                return p + 1;
            }
        }
        return end;
    }
}
