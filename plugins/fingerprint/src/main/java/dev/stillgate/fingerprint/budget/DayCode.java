package dev.stillgate.fingerprint.budget;

/**
 * A day's requests in one byte: exact below 32, then with sixteen steps for each doubling, as the buckets of
 * HdrHistogram (G. Tene).
 */
final class DayCode {
    /** Number of codes. */
    static final int SIZE = 1 << 8;

    /** Largest number of requests of a day that is told apart. */
    static final int MOST = (1 << 16) - 1;

    private static final int STEP_BITS = 4;
    private static final int STEPS = 1 << STEP_BITS;

    private DayCode() {}

    /** Returns the code of a number of requests, at most {@link #MOST}. */
    static int of(int requests) {
        int shift = shift(requests);
        return shift * STEPS + (requests >> shift);
    }

    /** Returns the largest number of requests with a code. */
    static int most(int code) {
        int shift = Math.max(0, code / STEPS - 1);
        return ((code - shift * STEPS + 1) << shift) - 1;
    }

    private static int shift(int requests) {
        return Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(requests) - STEP_BITS - 1);
    }
}
