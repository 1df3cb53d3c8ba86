package dev.stillgate.tokenbucket.lease;

import dev.stillgate.tokenbucket.policy.BucketLimits;

/**
 * This gateway's lease from one bucket that the fleet shares. For each limit it has a balance and a spending rate. The
 * balance is the tokens drawn and not used; it is negative for tokens used and not drawn yet. Guarded by the monitor of
 * the owner's bucket set.
 */
public final class Lease {
    /** The target balance is the expected cost of this many rounds. */
    private static final int ROUNDS_AHEAD = 10;

    /** The weight of the latest round in the exponential moving average of the spending rate. */
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

    /** Uses tokens; a negative number returns unused tokens. */
    public void use(int index, long tokens) {
        held[index] -= tokens;
    }

    /** Limits the debt to the tokens missing from the limit; refill during the store's outage has paid the rest. */
    public void oweAtMost(int index, long missing) {
        held[index] = Math.max(held[index], Math.min(0, -missing));
    }

    /** Adds the final cost of an exchange, from which the spending rate is computed. */
    public void cost(int index, long tokens) {
        spent[index] += tokens;
    }

    /**
     * Updates the spending rate of a limit and compares the balance with its target.
     *
     * @param rounds the number of rounds since the last call; the cost since then is spread over them
     * @return the tokens to draw; negative for tokens to give back, 0 if the balance is close enough to its target
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

    /** Adds tokens that were drawn; a negative number removes tokens that are given back. */
    public void add(int index, long tokens) {
        held[index] += tokens;
    }

    /** Returns whether all balances and spending rates are zero. */
    public boolean isSettled() {
        for (int i = 0; i < held.length; i++) {
            if (held[i] != 0 || pace[i] != 0 || spent[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Switches to other limits; a limit of the same name keeps its balance. */
    public void adopt(BucketLimits before, BucketLimits after) {
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
