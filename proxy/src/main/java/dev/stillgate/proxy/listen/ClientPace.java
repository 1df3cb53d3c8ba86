package dev.stillgate.proxy.listen;

/**
 * Detects clients that send a request body too slowly or do not accept the response. A body must reach a minimum
 * average rate over each window of {@code bodyTimeout}, since single bytes would keep a read timeout from expiring. A
 * client that accepts nothing for {@code answerTimeout} would hold its upstream request open.
 */
final class ClientPace {
    private static final long SECOND = 1_000_000_000L;

    private final ListenOptions options;
    private long windowStart;
    private long received;
    private long stuckSince;
    private boolean stuck;

    ClientPace(ListenOptions options) {
        this.options = options;
    }

    /** Starts the measurement of a body, also after the gateway itself had paused reading. */
    void startBody(long now) {
        windowStart = now;
        received = 0;
    }

    void onBodyBytes(int bytes) {
        received += bytes;
    }

    /** Returns the nanoseconds until the body's window ends. */
    long leftOfWindow(long now) {
        return options.bodyTimeout().toNanos() - (now - windowStart);
    }

    /** Returns whether a window ended in which the body was below the minimum rate. */
    boolean isBodyTooSlow(long now) {
        long window = options.bodyTimeout().toNanos();
        if (now - windowStart < window) {
            return false;
        }
        boolean slow = received < (long) (options.bodyRate() * (window / (double) SECOND));
        startBody(now);
        return slow;
    }

    /**
     * Returns whether the client has accepted nothing of the response for {@code answerTimeout}.
     *
     * @param stuckNow whether bytes are pending of which the kernel accepted none since the last tick
     */
    boolean isResponseStuck(long now, boolean stuckNow) {
        if (!stuckNow || !stuck) {
            stuckSince = now;
        }
        stuck = stuckNow;
        return stuckNow && now - stuckSince >= options.answerTimeout().toNanos();
    }
}
