package dev.stillgate.proxy.json;

/**
 * Incremental decoder of one escape of a JSON string, which may be split at any byte. An invalid escape gives an
 * arbitrary character. Reusable; not thread-safe.
 */
public final class JsonEscape {
    private static final int CLOSED = 0;
    private static final int AFTER_BACKSLASH = 1;
    private static final int FIRST_DIGIT = 2;
    private static final int AFTER_LAST_DIGIT = 6;

    private int state;
    private int unit;

    /** Begins an escape after its backslash. */
    public void begin() {
        state = AFTER_BACKSLASH;
    }

    /** Discards an incomplete escape. */
    public void clear() {
        state = CLOSED;
    }

    /** Returns whether the next byte belongs to an escape. */
    public boolean isOpen() {
        return state != CLOSED;
    }

    /** Copies the state of another escape. */
    public void copyFrom(JsonEscape other) {
        state = other.state;
        unit = other.unit;
    }

    /** Reads the next byte of the escape. Returns the character, a UTF-16 code unit, or -1 if the escape continues. */
    public int read(byte b) {
        if (state == AFTER_BACKSLASH && b == 'u') {
            state = FIRST_DIGIT;
            unit = 0;
            return -1;
        }
        if (state == AFTER_BACKSLASH) {
            state = CLOSED;
            return JsonStrings.unescape(b);
        }
        unit = (unit << 4) | (JsonStrings.hex(b) & 0xf);
        if (++state < AFTER_LAST_DIGIT) {
            return -1;
        }
        state = CLOSED;
        return unit;
    }
}
