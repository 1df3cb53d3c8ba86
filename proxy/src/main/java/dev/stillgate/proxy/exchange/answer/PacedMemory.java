package dev.stillgate.proxy.exchange.answer;

/** How much all paced answers of one lane hold, so that many of them together are bounded as each is by itself. */
public final class PacedMemory {
    private static final long MOST = 16L << 20;
    private long held;

    void add(long bytes) {
        held += bytes;
    }

    void remove(long bytes) {
        held -= bytes;
    }

    /** Returns whether no answer should hold more than it must. */
    boolean scarce() {
        return held > MOST;
    }

    long held() {
        return held;
    }
}
