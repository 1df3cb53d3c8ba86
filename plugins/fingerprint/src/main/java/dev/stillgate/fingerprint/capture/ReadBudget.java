package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.UnreadPrompt;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much of an account's text is read: of who sends a lot, a part tells as much as all of it, and neither a large customer
 * nor a flood of long prompts shall cost more. An account is read whole as long as it stays below a rate of characters, with a
 * burst; above it every eighth prompt is, so that nobody buys himself a time in which nothing is read.
 *
 * <p>The rate is kept as the time at which what was read so far would have been due (the generic cell rate algorithm, ITU-T
 * I.371). Accounts whose ids hash alike share an allowance, and when two threads write at once one of the two is lost: both
 * only change how much is read.
 */
public final class ReadBudget {
    /** Characters a second: 1.4 million a day, a thousand prompts of an account that asks much. */
    static final int RATE = 16;

    /** Characters that may be read before the rate binds, some hundred prompts at once. */
    static final int BURST = 1 << 18;

    /** Of how many prompts above the rate one is read. */
    static final int ONE_OF = 8;

    private static final int PLACES = 1 << 16;

    /** Of each place the time in units of 1/RATE s, and below it how many prompts in a row were not read. */
    private final AtomicLongArray due = new AtomicLongArray(PLACES);

    private final LongAdder skimmed = new LongAdder();

    /** Returns whether the next prompt of an account is read whole; {@link #charge} follows then. Any thread. */
    boolean allows(String account, long millis) {
        int place = place(account);
        long state = due.getPlain(place);
        if (!isSpent(state / ONE_OF, now(millis))) {
            return true;
        }
        long passed = state % ONE_OF + 1;
        if (passed == ONE_OF) {
            due.setOpaque(place, state - state % ONE_OF);
            return true;
        }
        due.setOpaque(place, state + 1);
        skimmed.increment();
        return false;
    }

    /** Charges an account for characters that were read; above the rate it is charged for nothing. Any thread. */
    void charge(String account, long millis, int chars) {
        int place = place(account);
        long now = now(millis);
        long before = due.getPlain(place) / ONE_OF;
        if (!isSpent(before, now)) {
            boolean ahead = before > now && before <= now + BURST;
            due.setOpaque(place, ((ahead ? before : now) + chars) * ONE_OF);
        }
    }

    /** Returns whether the burst is used up; a time further ahead than any prompt reaches is that of a clock that was put back. */
    private static boolean isSpent(long due, long now) {
        return due > now + BURST && due <= now + BURST + UnreadPrompt.MOST;
    }

    /** Returns how many prompts were not read whole. */
    public long skimmed() {
        return skimmed.sum();
    }

    private static long now(long millis) {
        return millis * RATE / 1000;
    }

    private static int place(String account) {
        int h = account.hashCode() * 0x9e3779b9;
        return h >>> (Integer.SIZE - 16);
    }
}
