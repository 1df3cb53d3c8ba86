package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.UnreadPrompt;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Rate limit on the text that is read of each account. Up to a rate of characters with a burst, all prompts are read;
 * above it, every eighth. A part of a heavy account's text is enough, and long prompts must not cost more; no account
 * can exhaust its limit to stay unread. Thread-safe.
 *
 * <p>Generic cell rate algorithm (ITU-T I.371): each slot holds the theoretical arrival time of the text read so far.
 * Accounts whose hashes collide share a slot, and concurrent updates may be lost; both only change how much is read.
 */
public final class ReadBudget {
    /** Characters a second: 1.4 million a day, or a thousand prompts of a busy account. */
    static final int RATE = 16;

    /** Characters that may be read at once, some hundred prompts. */
    static final int BURST = 1 << 18;

    /** Above the rate, one prompt of this many is read. */
    static final int ONE_OF = 8;

    private static final int SLOTS = 1 << 16;

    /**
     * State of each slot: its arrival time in units of 1/RATE s, times {@link #ONE_OF}, plus the number of skipped
     * prompts in a row.
     */
    private final AtomicLongArray due = new AtomicLongArray(SLOTS);

    private final LongAdder skimmed = new LongAdder();

    /** Returns whether the next prompt of an account is to be read; if so, {@link #charge} must follow. */
    boolean allows(String account, long millis) {
        int slot = slot(account);
        long state = due.getPlain(slot);
        if (!isSpent(state / ONE_OF, now(millis))) {
            return true;
        }
        long passed = state % ONE_OF + 1;
        if (passed == ONE_OF) {
            due.setOpaque(slot, state - state % ONE_OF);
            return true;
        }
        due.setOpaque(slot, state + 1);
        skimmed.increment();
        return false;
    }

    /** Charges an account for characters that were read; above the rate nothing is charged. */
    void charge(String account, long millis, int chars) {
        int slot = slot(account);
        long now = now(millis);
        long before = due.getPlain(slot) / ONE_OF;
        if (!isSpent(before, now)) {
            boolean ahead = before > now && before <= now + BURST;
            due.setOpaque(slot, ((ahead ? before : now) + chars) * ONE_OF);
        }
    }

    /**
     * Returns whether the burst is used up. A time further ahead than one prompt can reach is ignored: the clock was
     * set back.
     */
    private static boolean isSpent(long due, long now) {
        return due > now + BURST && due <= now + BURST + UnreadPrompt.MAX_CHARS;
    }

    /** Returns the number of prompts that were not read. */
    public long skimmed() {
        return skimmed.sum();
    }

    private static long now(long millis) {
        return millis * RATE / 1000;
    }

    private static int slot(String account) {
        int h = account.hashCode() * 0x9e3779b9;
        return h >>> (Integer.SIZE - 16);
    }
}
