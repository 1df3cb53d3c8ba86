package dev.stillgate.proxy.exchange.answer;

/** The number of bytes buffered by all paced responses of one event loop, with a common limit. Not thread-safe. */
public final class PacedMemory {
    private static final long LIMIT = 16L << 20;
    private long held;

    void add(long bytes) {
        held += bytes;
    }

    void remove(long bytes) {
        held -= bytes;
    }

    /** Returns whether the limit is exceeded, so that each response should buffer as little as possible. */
    boolean scarce() {
        return held > LIMIT;
    }

    long held() {
        return held;
    }
}
