package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;

/** Conversion of the number nodes of a {@link JsonTape} to {@code long} and {@code double}. */
public final class JsonNumbers {
    private static final long MAX_WHOLE = 1L << 53;
    private static final int MAX_DIGITS = 15;
    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private JsonNumbers() {}

    /** Returns an integer from 0 to 2^53, also one written like {@code 1e3}; -1 for any other node. */
    public static long whole(JsonTape tape, int node) {
        double value = decimal(tape, node);
        return value >= 0 && value <= MAX_WHOLE && value == Math.rint(value) ? (long) value : -1;
    }

    /**
     * Returns whether every parser that accepts a number reads it as the same integer: at most 2^53 in magnitude,
     * without an exponent, and with a fraction of zeros at most, which some clients write.
     */
    static boolean isWhole(JsonTape tape, int node) {
        byte[] buf = tape.bytes();
        int stop = tape.stop(node);
        int p = tape.start(node);
        p += buf[p] == '-' ? 1 : 0;
        long value = 0;
        while (p < stop && buf[p] >= '0' && buf[p] <= '9' && value <= MAX_WHOLE) {
            value = 10 * value + buf[p++] - '0';
        }
        if (p < stop && buf[p] == '.') {
            p++;
            while (p < stop && buf[p] == '0') {
                p++;
            }
        }
        return p == stop && value <= MAX_WHOLE;
    }

    /** Returns the value of a number, or NaN if the node is {@link JsonTape#NONE} or not a number. */
    public static double decimal(JsonTape tape, int node) {
        if (node == JsonTape.NONE || tape.kind(node) != JsonTape.NUMBER) {
            return Double.NaN;
        }
        return decimal(tape.bytes(), tape.start(node), tape.stop(node));
    }

    /**
     * Parses a number. Up to 15 digits with a decimal point are exact without allocation (W. D. Clinger, "How to read
     * floating point numbers accurately", 1990: the fast path); the JDK parses all other numbers.
     */
    private static double decimal(byte[] buf, int start, int stop) {
        long digits = 0;
        int scale = -1;
        int count = 0;
        for (int i = start; i < stop; i++) {
            byte c = buf[i];
            if (c >= '0' && c <= '9' && count < MAX_DIGITS) {
                digits = 10 * digits + c - '0';
                count++;
                scale += scale >= 0 ? 1 : 0;
            } else if (c == '.') {
                scale = 0;
            } else {
                return Double.parseDouble(new String(buf, start, stop - start, StandardCharsets.US_ASCII));
            }
        }
        return scale > 0 ? digits / POWERS[scale] : digits;
    }
}
