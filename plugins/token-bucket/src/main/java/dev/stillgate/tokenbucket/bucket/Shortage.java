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
    private long longestWait = -1;
    private long wait;
    private long requested;
    private long remaining;
    private long reset;
    private boolean tooLarge;
    private boolean hasEntry;

    void clear() {
        limit = null;
        longestWait = -1;
        wait = 0;
        requested = 0;
        remaining = 0;
        reset = 0;
        tooLarge = false;
        hasEntry = false;
    }

    /** Returns whether anything was added since the last {@link #clear}. */
    boolean isPresent() {
        return hasEntry;
    }

    /**
     * Adds a limit that has enough tokens after a wait.
     *
     * @param isShort whether the limit lacks tokens; if false, only the wait counts
     * @param nanos the wait, which may be 0
     */
    void addWait(TokenLimit candidate, boolean isShort, long nanos, long wanted, long left, long untilFull) {
        hasEntry = true;
        wait = Math.max(wait, nanos);
        if (isShort && !tooLarge && nanos > longestWait) {
            longestWait = nanos;
            setLimit(candidate, wanted, left, untilFull);
        }
    }

    /** Adds a limit that is smaller than the request. */
    void addTooLarge(TokenLimit candidate, long wanted, long left, long untilFull) {
        hasEntry = true;
        if (!tooLarge) {
            tooLarge = true;
            setLimit(candidate, wanted, left, untilFull);
        }
    }

    private void setLimit(TokenLimit candidate, long wanted, long left, long untilFull) {
        limit = candidate;
        requested = wanted;
        remaining = Math.max(0, left);
        reset = untilFull;
    }

    /** Returns the limit that caused the refusal. */
    public TokenLimit limit() {
        TokenLimit current = limit;
        if (current == null) {
            throw new IllegalStateException("no limit is short of tokens");
        }
        return current;
    }

    /** Returns the nanoseconds until the request fits in all limits; -1 if it never fits. */
    public long waitNanos() {
        return tooLarge ? -1 : wait;
    }

    /** Returns the tokens requested from {@link #limit}. */
    public long requested() {
        return requested;
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
