package dev.stillgate.proxy.json;

/** The whole number that a {@link JsonReader} is reading, in pieces. Not thread-safe. */
final class JsonWholeNumber {
    private static final long MAX = 1L << 53;
    private static final int MAX_DIGITS = 16;

    /** Whether a byte can be part of a number or literal. */
    private static final boolean[] SCALAR = new boolean[256];

    static {
        for (char c : "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray()) {
            SCALAR[c] = true;
        }
    }

    private long value;
    private int digits;

    /** Returns whether a byte can be part of a number or literal. */
    static boolean isScalar(byte c) {
        return SCALAR[c & 0xff];
    }

    void begin() {
        value = 0;
        digits = 0;
    }

    /** Reads digits. Returns the index of the first byte that cannot continue a whole number, or {@code end}. */
    int read(byte[] buf, int from, int end) {
        int p = from;
        while (p < end && buf[p] >= '0' && buf[p] <= '9' && digits < MAX_DIGITS && (value != 0 || digits == 0)) {
            value = 10 * value + buf[p++] - '0';
            digits++;
        }
        return p;
    }

    /** Returns whether the value is at most 2^53. */
    boolean isExact() {
        return value <= MAX;
    }

    long value() {
        return value;
    }

    /** Returns the number of digits read. */
    int digits() {
        return digits;
    }
}
