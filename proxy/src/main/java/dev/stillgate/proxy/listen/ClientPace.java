package dev.stillgate.proxy.listen;

/**
 * Detects clients that send a request body too slowly or do not accept the response. A body must reach a minimum
 * average rate over each window of {@code bodyTimeout}, since single bytes would keep a read timeout from expiring. A
 * client that accepts nothing for {@code answerTimeout} would hold its upstream request open.
 */
final class ClientPace {
    private static final long SECOND = 1_000_000_000L;

    private final ListenOptions terms;
    private long windowBegan;
    private long came;
    private long stuckSince;
    private boolean stuck;

    ClientPace(ListenOptions terms) {
        this.terms = terms;
    }

    /** Starts the measurement of a body, also after the gateway itself had paused reading. */
    void bodyBegins(long now) {
        windowBegan = now;
        came = 0;
    }

    void bodyCame(int bytes) {
        came += bytes;
    }

    /** Returns whether a window ended in which the body was below the minimum rate. */
    boolean isBodyTooSlow(long now) {
        long window = terms.bodyTimeout().toNanos();
        if (now - windowBegan < window) {
            return false;
        }
        boolean slow = came < (long) (terms.bodyRate() * (window / (double) SECOND));
        bodyBegins(now);
        return slow;
    }

    /**
     * Returns whether the client has accepted nothing of the response for {@code answerTimeout}.
     *
     * @param stuckNow whether bytes are pending of which the kernel accepted none since the last tick
     */
    boolean isAnswerStuck(long now, boolean stuckNow) {
        if (!stuckNow || !stuck) {
            stuckSince = now;
        }
        stuck = stuckNow;
        return stuckNow && now - stuckSince >= terms.answerTimeout().toNanos();
    }
}
