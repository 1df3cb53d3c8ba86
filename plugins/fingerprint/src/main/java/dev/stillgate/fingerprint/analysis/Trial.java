package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.Arrays;

/**
 * A group of accounts under suspicion, and what they did since it was named. Whoever named it looked at what was before, so
 * nothing here was chosen: what follows is a test of what was said beforehand (sample splitting: D. R. Cox, "A note on
 * data-splitting for the evaluation of significance levels", 1975). One thread only.
 */
final class Trial {
    /** Ten minutes, an hour and six. */
    static final int SCALES = 3;

    private static final int[] WIDTHS = {600, 3600, 21_600};
    private static final int DIAL = 12;
    private static final int HOUR = 3600;

    /** How much more often than by chance an account that follows a clock begins at the same minutes of the hour. */
    private static final double CLOCKWORK = 2.5;

    /** Within how many seconds the same text is the same request again. */
    private static final int AGAIN = 600;

    final int[] accounts;
    final SharedKey found;
    final int since;

    /** Whether the accounts were picked for being alike, and not only for what they share. */
    final boolean picked;

    private boolean over;
    private int until;
    private Occasions begun;
    private Occasions asked;
    private long[] text;
    private int[] last;
    private short[] dial;

    /**
     * Begins.
     *
     * @param accounts their numbers, ascending
     * @param found by what they were compared
     * @param picked whether they were picked for being alike
     * @param since second of the epoch
     */
    Trial(int[] accounts, SharedKey found, boolean picked, int since) {
        this.accounts = accounts;
        this.found = found;
        this.since = since;
        this.picked = picked;
        begun = new Occasions(accounts.length, WIDTHS);
        asked = new Occasions(accounts.length, WIDTHS);
        text = new long[accounts.length];
        last = new int[accounts.length];
        dial = new short[accounts.length * DIAL];
    }

    /**
     * Takes an exchange of one of the accounts.
     *
     * @param begins whether it begins a conversation
     */
    void observe(int account, Observation seen, boolean begins, int second) {
        if (over) {
            return;
        }
        int member = Arrays.binarySearch(accounts, account);
        long said = seen.prompt == null ? 0 : seen.prompt.text;
        boolean again = said != 0 && said == text[member] && second - last[member] < AGAIN;
        text[member] = said;
        last[member] = second;
        if (again || seen.further) {
            return;
        }
        asked.add(member, second);
        if (begins) {
            begun.add(member, second);
            int place = member * DIAL + second % HOUR / (HOUR / DIAL);
            dial[place] = (short) Math.min(Short.MAX_VALUE, dial[place] + 1);
        }
    }

    /** Looks at nothing more. The accounts stay known as ones that were tried. */
    void close(int now) {
        over = true;
        until = now;
        begun = new Occasions(0, WIDTHS);
        asked = begun;
        text = new long[0];
        last = new int[0];
        dial = new short[0];
    }

    /** Returns when it was closed. */
    int until() {
        return until;
    }

    boolean isOver() {
        return over;
    }

    /** Returns of how many of the accounts something can be said. */
    int active() {
        int active = 0;
        for (int member = 0; member < accounts.length; member++) {
            active += begun.count(member) >= Jury.LEAST_BEGUN ? 1 : 0;
        }
        return active;
    }

    /** Returns when conversations began. */
    Occasions begun() {
        return begun;
    }

    /** Returns when there was an exchange. */
    Occasions asked() {
        return asked;
    }

    /** Returns whether a member begins at the same minutes of every hour, as scheduled jobs do. */
    boolean isClockwork(int member) {
        double same = 0;
        for (int d = 0; d < DIAL; d++) {
            double count = dial[member * DIAL + d];
            same += count * (count - 1) / 2;
        }
        double chance = begun.pairs(member) / DIAL;
        return same > CLOCKWORK * chance + 3;
    }
}
