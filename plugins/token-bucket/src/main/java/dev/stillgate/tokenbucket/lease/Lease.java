package dev.stillgate.tokenbucket.lease;

import dev.stillgate.tokenbucket.policy.PartLimits;

/**
 * What this gateway holds of one bucket that the fleet shares: for each limit the tokens that were drawn and not used,
 * below zero for those that were used and not drawn, and how fast they go. Used under the owner's monitor.
 */
public final class Lease {
    /** So many rounds' cost is held ahead. */
    private static final int ROUNDS_AHEAD = 10;

    /** The part of a new round in the pace that is reckoned with. */
    private static final double NEW = 0.25;

    private long[] held;
    private long[] spent;
    private double[] pace;

    public Lease(int limits) {
        held = new long[limits];
        spent = new long[limits];
        pace = new double[limits];
    }

    public long held(int index) {
        return held[index];
    }

    /** Uses tokens, or gives back those that were used for nothing when the number is negative. */
    public void use(int index, long tokens) {
        held[index] -= tokens;
    }

    /**
     * Owes no more of a limit than is missing from it: the rest was paid by the refill of the time without the store.
     */
    public void oweAtMost(int index, long missing) {
        held[index] = Math.max(held[index], Math.min(0, -missing));
    }

    /** Notes what an exchange has cost in the end, which is what the pace is reckoned from. */
    public void cost(int index, long tokens) {
        spent[index] += tokens;
    }

    /**
     * Ends a round: reckons how much should be held of a limit from its pace, and says how far that is from what is.
     *
     * @param rounds how many rounds have passed since the last, of which each has its part of what was spent
     * @return how many to draw, negative for how many to give back; 0 when what is held will do
     */
    public long endRound(int index, int rounds) {
        pace[index] += NEW * ((double) spent[index] / rounds - pace[index]);
        spent[index] = 0;
        if (pace[index] < 0.01) {
            pace[index] = 0;
        }
        long target = (long) Math.ceil(pace[index] * ROUNDS_AHEAD);
        long have = held[index];
        if (have < 0 || have < target / 4) {
            return target - have;
        }
        return have > 2 * target ? target - have : 0;
    }

    /** Takes tokens that were drawn, or lets go of some when the number is negative. */
    public void add(int index, long tokens) {
        held[index] += tokens;
    }

    /** Returns whether nothing is held, owed or in use. */
    public boolean isSettled() {
        for (int i = 0; i < held.length; i++) {
            if (held[i] != 0 || pace[i] != 0 || spent[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Goes over to other limits: what is held of a limit that stays is kept. */
    public void adopt(PartLimits before, PartLimits after) {
        long[] heldBefore = held;
        long[] spentBefore = spent;
        double[] paceBefore = pace;
        held = new long[after.size()];
        spent = new long[after.size()];
        pace = new double[after.size()];
        for (int i = 0; i < heldBefore.length; i++) {
            int index = after.indexOf(before.get(i));
            if (index >= 0) {
                held[index] = heldBefore[i];
                spent[index] = spentBefore[i];
                pace[index] = paceBefore[i];
            }
        }
    }
}
