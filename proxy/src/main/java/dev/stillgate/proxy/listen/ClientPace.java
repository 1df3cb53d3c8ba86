package dev.stillgate.proxy.listen;

/**
 * How fast a peer gives its bodies and takes its answers. A body must come at a least rate, averaged over windows of the time
 * that one read may be waited for: a byte now and then keeps such a wait alive for ever. An answer must be taken on: a peer
 * that leaves its window shut holds an upstream call for as long as it likes.
 */
final class ClientPace {
    private static final long SECOND = 1_000_000_000L;

    private final ListenOptions terms;
    private long windowBegan;
    private long came;
    private long stuckSince;
    private boolean stuck;

    /** A pace, in the terms of a listener. */
    ClientPace(ListenOptions terms) {
        this.terms = terms;
    }

    /** A body begins, or goes on after the gateway itself did not read it. */
    void bodyBegins(long now) {
        windowBegan = now;
        came = 0;
    }

    void bodyCame(int bytes) {
        came += bytes;
    }

    /** Returns whether a window is over in which less of the body came than must. */
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
     * Returns whether nothing of an answer was taken for as long as is waited for.
     *
     * @param stuckNow whether bytes wait of which the kernel has taken none since the last tick
     */
    boolean isAnswerStuck(long now, boolean stuckNow) {
        if (!stuckNow || !stuck) {
            stuckSince = now;
        }
        stuck = stuckNow;
        return stuckNow && now - stuckSince >= terms.answerTimeout().toNanos();
    }
}
