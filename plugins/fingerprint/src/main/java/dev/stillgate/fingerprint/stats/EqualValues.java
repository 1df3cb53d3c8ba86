package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Says whether accounts that differ in a number have one true value or as many as accounts: ln of a likelihood ratio of two
 * normal distributions of what was measured, one as narrow as chance allows, the other as wide as strangers lie apart. How
 * wide that is is a mixture, one for the whole group: strangers of one trade are alike too, and a group of them is no less
 * alike for being large.
 */
public final class EqualValues {
    /** Of how much work each does, as ln of a count: strangers of one trade differ by a half, others by a factor of three. */
    public static final EqualValues SHARES =
            new EqualValues(0.15 * 0.15, new double[] {0.4 * 0.4, 0.7 * 0.7, 1.1 * 1.1}, new double[] {0.2, 0.3, 0.5});

    private static final double REGULAR = Math.log(0.9);
    private static final double EXCEPTION = Math.log(0.1);

    private final double same;
    private final double[] others;
    private final double[] rarity;

    /**
     * Sets what is compared.
     *
     * @param same the variance of the true values where they are the same
     * @param others the variances that strangers' may have, the widest last
     * @param rarity how often each is met
     */
    public EqualValues(double same, double[] others, double[] rarity) {
        this.same = same;
        this.others = others;
        this.rarity = rarity;
    }

    /**
     * Returns ln of the likelihood ratio of one value, of all accounts or of nine in ten, against as many as accounts.
     *
     * @param noise the variance by which each value is measured
     * @param core how many of the values, the first, are the group's; the others are only compared with them
     * @param alone takes what each says by itself
     */
    public double of(double[] values, double[] noise, int core, double[] alone) {
        double middle = Quantiles.median(Arrays.copyOf(values, core));
        double far = others[others.length - 1];
        double all = 0;
        double most = 0;
        double[] strangers = new double[others.length];
        for (int i = 0; i < values.length; i++) {
            double off = values[i] - middle;
            double base = normal(off, noise[i] + far);
            double one = normal(off, noise[i] + same) - base;
            all += i < core ? one : 0;
            most += i < core ? LogMath.logSum(REGULAR + one, EXCEPTION) : 0;
            double[] each = new double[others.length];
            for (int k = 0; k < each.length; k++) {
                each[k] = normal(off, noise[i] + others[k]) - base;
                strangers[k] += i < core ? each[k] : 0;
            }
            alone[i] = one - mixed(each);
        }
        return LogMath.logSum(all, most) - Math.log(2) - mixed(strangers);
    }

    private double mixed(double[] logs) {
        double sum = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < logs.length; k++) {
            sum = LogMath.logSum(sum, logs[k] + Math.log(rarity[k]));
        }
        return sum;
    }

    /** Returns ln of a normal density, up to a constant. */
    private static double normal(double off, double variance) {
        return -(Math.log(variance) + off * off / variance) / 2;
    }
}
