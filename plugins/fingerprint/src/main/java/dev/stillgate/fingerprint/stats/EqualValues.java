package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Likelihood ratio test of equal parameters in a random-effects model with known measurement noise.
 *
 * <p>Each value is normal with variance {@code noise + v}. Alternative hypothesis: all accounts, or nine in ten, share
 * one parameter, so {@code v} is a small constant. Null hypothesis: the accounts are unrelated, and {@code v} is one
 * draw for the whole group from a discrete mixture of variances. One draw for the group, rather than one for each
 * account, allows for unrelated accounts of one trade, which are similar however many there are.
 */
public final class EqualValues {
    /**
     * Test of equal amounts of work, as ln of a count. The standard deviations of the background are in ln units: 0.4
     * for accounts of one trade, 1.1 for others.
     */
    public static final EqualValues SHARES =
            new EqualValues(0.15 * 0.15, new double[] {0.4 * 0.4, 0.7 * 0.7, 1.1 * 1.1}, new double[] {0.2, 0.3, 0.5});

    /** Ln of the share of accounts with the common parameter, under the hypothesis that one in ten is an exception. */
    private static final double LOG_REGULAR = Math.log(0.9);

    private static final double LOG_EXCEPTION = Math.log(0.1);

    private final double equalVariance;
    private final double[] backgroundVariances;
    private final double[] backgroundWeights;

    /**
     * @param equalVariance variance of the parameters under the alternative
     * @param backgroundVariances possible variances of the parameters under the null, in ascending order
     * @param backgroundWeights prior probability of each of them
     */
    public EqualValues(double equalVariance, double[] backgroundVariances, double[] backgroundWeights) {
        this.equalVariance = equalVariance;
        this.backgroundVariances = backgroundVariances;
        this.backgroundWeights = backgroundWeights;
    }

    /**
     * Returns ln of the likelihood ratio of the alternative to the null.
     *
     * @param values measured values
     * @param noise measurement variance of each value
     * @param groupSize number of leading values that form the group; the others are only compared with it
     * @param perAccountLogRatio receives ln of the likelihood ratio of each value by itself
     */
    public double logRatio(double[] values, double[] noise, int groupSize, double[] perAccountLogRatio) {
        double median = Quantiles.median(Arrays.copyOf(values, groupSize));
        double widest = backgroundVariances[backgroundVariances.length - 1];
        double allEqual = 0;
        double mostlyEqual = 0;
        double[] unequal = new double[backgroundVariances.length];
        for (int i = 0; i < values.length; i++) {
            double deviation = values[i] - median;
            double reference = normalLogDensity(deviation, noise[i] + widest);
            double equal = normalLogDensity(deviation, noise[i] + equalVariance) - reference;
            allEqual += i < groupSize ? equal : 0;
            mostlyEqual += i < groupSize ? LogMath.logSum(LOG_REGULAR + equal, LOG_EXCEPTION) : 0;
            double[] each = new double[backgroundVariances.length];
            for (int k = 0; k < each.length; k++) {
                each[k] = normalLogDensity(deviation, noise[i] + backgroundVariances[k]) - reference;
                unequal[k] += i < groupSize ? each[k] : 0;
            }
            perAccountLogRatio[i] = equal - logMixture(each);
        }
        return LogMath.logSum(allEqual, mostlyEqual) - Math.log(2) - logMixture(unequal);
    }

    /** Returns ln of the mean likelihood under the background variances. */
    private double logMixture(double[] logs) {
        double sum = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < logs.length; k++) {
            sum = LogMath.logSum(sum, logs[k] + Math.log(backgroundWeights[k]));
        }
        return sum;
    }

    /** Returns ln of a normal density, up to a constant. */
    private static double normalLogDensity(double deviation, double variance) {
        return -(Math.log(variance) + deviation * deviation / variance) / 2;
    }
}
