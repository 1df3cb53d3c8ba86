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
    private static final double SMOOTHING = 0.25;

    private long[] balance;
    private long[] spent;
    private double[] rate;

    public Lease(int limits) {
        balance = new long[limits];
        spent = new long[limits];
        rate = new double[limits];
    }

    public long balance(int index) {
        return balance[index];
    }

    /** Uses tokens; a negative number returns unused tokens. */
    public void use(int index, long tokens) {
        balance[index] -= tokens;
    }

    /** Limits the debt to the tokens missing from the limit; refill during the store's outage has paid the rest. */
    public void limitDebt(int index, long missing) {
        balance[index] = Math.max(balance[index], Math.min(0, -missing));
    }

    /** Adds the final cost of an exchange, from which the spending rate is computed. */
    public void addCost(int index, long tokens) {
        spent[index] += tokens;
    }

    /**
     * Updates the spending rate of a limit and compares the balance with its target.
     *
     * @param rounds the number of rounds since the last call; the cost since then is spread over them
     * @return the tokens to draw; negative for tokens to give back, 0 if the balance is close enough to its target
     */
    public long endRound(int index, int rounds) {
        rate[index] += SMOOTHING * ((double) spent[index] / rounds - rate[index]);
        spent[index] = 0;
        if (rate[index] < 0.01) {
            rate[index] = 0;
        }
        long target = (long) Math.ceil(rate[index] * ROUNDS_AHEAD);
        long current = balance[index];
        if (current < 0 || current < target / 4) {
            return target - current;
        }
        return current > 2 * target ? target - current : 0;
    }

    /** Adds tokens that were drawn; a negative number removes tokens that are given back. */
    public void add(int index, long tokens) {
        balance[index] += tokens;
    }

    /** Returns whether all balances and spending rates are zero. */
    public boolean isSettled() {
        for (int i = 0; i < balance.length; i++) {
            if (balance[i] != 0 || rate[i] != 0 || spent[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Switches to other limits; a limit of the same name keeps its balance. */
    public void adopt(BucketLimits before, BucketLimits after) {
        long[] balanceBefore = balance;
        long[] spentBefore = spent;
        double[] rateBefore = rate;
        balance = new long[after.size()];
        spent = new long[after.size()];
        rate = new double[after.size()];
        for (int i = 0; i < balanceBefore.length; i++) {
            int index = after.indexOf(before.get(i));
            if (index >= 0) {
                balance[index] = balanceBefore[i];
                spent[index] = spentBefore[i];
                rate[index] = rateBefore[i];
            }
        }
    }
}
