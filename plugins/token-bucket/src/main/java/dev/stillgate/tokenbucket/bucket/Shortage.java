package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.TokenLimit;
import org.jspecify.annotations.Nullable;

/**
 * The reason that a request does not fit: the limit with the longest wait, or the first limit that is smaller than the
 * request; and the time until the request fits in all limits.
 */
public final class Shortage {
    /** The wait for one of the other exchanges of an account to end, as sent to clients. */
    static final long CONCURRENCY_NANOS = 1_000_000_000L;

    private @Nullable TokenLimit limit;
    private long longest = -1;
    private long wait;
    private long asked;
    private long remaining;
    private long reset;
    private boolean never;
    private boolean any;

    void clear() {
        limit = null;
        longest = -1;
        wait = 0;
        asked = 0;
        remaining = 0;
        reset = 0;
        never = false;
        any = false;
    }

    /** Returns whether anything was added since the last {@link #clear}. */
    boolean isAny() {
        return any;
    }

    /**
     * Adds a limit that has enough tokens after a wait.
     *
     * @param isShort whether the limit lacks tokens; if false, only the wait counts
     * @param nanos the wait, which may be 0
     */
    void waits(TokenLimit which, boolean isShort, long nanos, long wanted, long left, long untilFull) {
        any = true;
        wait = Math.max(wait, nanos);
        if (isShort && !never && nanos > longest) {
            longest = nanos;
            bound(which, wanted, left, untilFull);
        }
    }

    /** Adds a limit that is smaller than the request. */
    void never(TokenLimit which, long wanted, long left, long untilFull) {
        any = true;
        if (!never) {
            never = true;
            bound(which, wanted, left, untilFull);
        }
    }

    private void bound(TokenLimit which, long wanted, long left, long untilFull) {
        limit = which;
        asked = wanted;
        remaining = Math.max(0, left);
        reset = untilFull;
    }

    /** Returns the limit that caused the refusal. */
    public TokenLimit limit() {
        TokenLimit bound = limit;
        if (bound == null) {
            throw new IllegalStateException("nothing is short");
        }
        return bound;
    }

    /** Returns the nanoseconds until the request fits in all limits; -1 if it never fits. */
    public long waitNanos() {
        return never ? -1 : wait;
    }

    /** Returns the tokens requested from {@link #limit}. */
    public long asked() {
        return asked;
    }

    /** Returns the tokens left in {@link #limit}, at least 0. */
    public long remaining() {
        return remaining;
    }

    /** Returns the nanoseconds until {@link #limit} is full. */
    public long resetNanos() {
        return reset;
    }
}
