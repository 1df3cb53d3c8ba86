package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.TokenLimit;
import org.jspecify.annotations.Nullable;

/**
 * Why a request does not fit: the limit that bound, which is the one that takes longest to have room, or the first one
 * in which the request can never fit; and when all of it will fit.
 */
public final class Shortage {
    /** How long a caller is told to wait for one of its other exchanges to end. */
    static final long CONCURRENCY_NANOS = 1_000_000_000L;

    private @Nullable TokenLimit limit;
    private long longest = -1;
    private long wait;
    private long asked;
    private long remaining;
    private long reset;
    private boolean never;
    private boolean any;

    /** Forgets everything, so that nothing is short. */
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

    /** Returns whether anything was noted since the last {@link #clear}. */
    boolean isAny() {
        return any;
    }

    /** Notes that a limit will have room after a time, which may be 0 for one that has room now. */
    void waits(TokenLimit which, boolean isShort, long nanos, long wanted, long left, long untilFull) {
        any = true;
        wait = Math.max(wait, nanos);
        if (isShort && !never && nanos > longest) {
            longest = nanos;
            bound(which, wanted, left, untilFull);
        }
    }

    /** Notes that the request can never fit in a limit. */
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

    /** Returns the limit that bound. */
    public TokenLimit limit() {
        TokenLimit bound = limit;
        if (bound == null) {
            throw new IllegalStateException("nothing is short");
        }
        return bound;
    }

    /** Returns how long it takes until the whole request fits in all limits, in nanoseconds; -1 when it never will. */
    public long waitNanos() {
        return never ? -1 : wait;
    }

    /** Returns how much of the limit that bound was asked for. */
    public long asked() {
        return asked;
    }

    /** Returns how much is left of the limit that bound, at least 0. */
    public long remaining() {
        return remaining;
    }

    /** Returns how long it takes until the limit that bound is full, in nanoseconds. */
    public long resetNanos() {
        return reset;
    }
}
