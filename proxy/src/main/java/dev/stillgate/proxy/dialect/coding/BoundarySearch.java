package dev.stillgate.proxy.dialect.coding;

/**
 * Search for a multipart boundary with the automaton of Knuth, Morris and Pratt (1977), as a transition table. Takes
 * one step per byte for any input. Immutable.
 */
final class BoundarySearch {
    private static final int ASCII_BITS = 7;
    private static final int ASCII = 1 << ASCII_BITS;

    private final byte[] pattern;

    /** Next state by state and byte; a state is the number of matched pattern bytes. */
    private final byte[] steps;

    /** Compiles a pattern of 1 to 127 ASCII characters. */
    BoundarySearch(byte[] pattern) {
        this.pattern = pattern;
        this.steps = new byte[pattern.length << ASCII_BITS];
        steps[pattern[0]] = 1;
        int shorter = 0; // the state after the pattern's bytes from the second on
        for (int state = 1; state < pattern.length; state++) {
            System.arraycopy(steps, shorter << ASCII_BITS, steps, state << ASCII_BITS, ASCII);
            steps[state << ASCII_BITS | pattern[state]] = (byte) (state + 1);
            shorter = steps[shorter << ASCII_BITS | pattern[state]];
        }
    }

    /** Returns the state after one more byte. The given state is below the length of the pattern. */
    int step(int state, byte b) {
        return b < 0 ? 0 : steps[state << ASCII_BITS | b];
    }

    /** Returns the index of the first occurrence between {@code from} and {@code end}, or -1. */
    int find(byte[] buf, int from, int end) {
        byte first = pattern[0];
        int state = 0;
        for (int p = from; p < end; p++) {
            byte b = buf[p];
            if (state == 0 && b != first) {
                continue;
            }
            state = step(state, b);
            if (state == pattern.length) {
                return p + 1 - pattern.length;
            }
        }
        return -1;
    }
}
