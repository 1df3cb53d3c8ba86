package dev.stillgate.canary.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Exact distribution of S over random keys: S = sum over classes of tau (a + sum over cells of r w). The sign tau is +1
 * or -1 with equal probability, and r is +1 with probability q, else -1. The weights a and w are integers. Cells are
 * convolved for tau = +1, the result is averaged with its mirror image, and classes are convolved with each other.
 *
 * <p>Tails below the range of double are computed on the exponentially tilted distribution (F. Esscher 1932, H. Cramer
 * 1938): probabilities are multiplied by exp(theta S), with theta such that the tilted mean is the requested value. All
 * terms are positive, so nothing cancels, unlike in a Fourier transform. Thread-safe.
 */
public final class NullDistribution {
    private static final double LN10 = Math.log(10);
    private static final double STEEPEST = 64;
    /** Tails above this are summed without tilting, far above the smallest double. */
    private static final double PLAIN = 1e-200;

    /** A class with a nonzero weight: its own weight and its cells' nonzero weights. */
    private static final class Part {
        final int a;
        final int[] w;

        Part(int a, int[] w) {
            this.a = a;
            this.w = w;
        }
    }

    /**
     * Tail probabilities.
     *
     * @param log10AtLeast log10 of the probability of the value or more
     * @param log10Above log10 of the probability of more, minus infinity for 0
     */
    public record Tail(double log10AtLeast, double log10Above) {
        /** Returns log10 of the mid-p-value: the probability of more plus half that of the value. */
        public double log10Mid() {
            return log10Randomised(0.5);
        }

        /**
         * Returns log10 of the probability of more plus a share of that of the value. With a share drawn uniformly
         * between 0 and 1 this p-value is exactly uniform under the null.
         */
        public double log10Randomised(double share) {
            double above = Math.pow(10, log10Above - log10AtLeast);
            return log10AtLeast + Math.log10(above + share * (1 - above));
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final double q;
    private long reach;
    private double[] tails = new double[0];

    /**
     * Creates the distribution for weights in lattice units.
     *
     * @param a weight of each class
     * @param w weight of each cell, by class
     * @param q probability that a cell's sign is its class's, above 0 and below 1
     */
    public NullDistribution(int[] a, int[][] w, double q) {
        this.q = q;
        for (int k = 0; k < a.length; k++) {
            int[] cells = Arrays.stream(w[k]).filter(weight -> weight != 0).toArray();
            if (a[k] != 0 || cells.length > 0) {
                parts.add(new Part(a[k], cells));
                reach += Math.abs((long) a[k]);
                reach += Arrays.stream(cells).mapToLong(Math::abs).sum();
            }
        }
        if (reach > 1 << 24) {
            throw new IllegalArgumentException("the lattice has too many points: " + reach);
        }
    }

    /** Returns the largest value of S; the smallest is its negative. */
    public long reach() {
        return reach;
    }

    /** Returns the probabilities that S is at least, and that it is above, a value. */
    public Tail tail(long value) {
        if (value < -reach) {
            return new Tail(0, 0);
        }
        if (value > reach) {
            return new Tail(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
        }
        int from = (int) ((value + reach + 1) / 2);
        double[] untilted = untilted();
        if (untilted[from] > PLAIN) {
            double above = (value + reach) % 2 == 0 ? untilted[from + 1] : untilted[from];
            return new Tail(Math.min(0, Math.log10(untilted[from])), Math.min(0, Math.log10(above)));
        }
        double theta = tilt(value);
        double[] tilted = tilted(theta);
        double scale = cumulant(theta);
        return new Tail(
                log10Above(tilted, theta, scale, value, value), log10Above(tilted, theta, scale, value, value + 1));
    }

    /**
     * Returns the upper tails at -reach, -reach + 2, ... reach, and 0 at the end. Computed once, because most tails
     * need no tilt.
     */
    private synchronized double[] untilted() {
        if (tails.length == 0) {
            double[] all = tilted(0);
            tails = new double[all.length + 1];
            for (int j = all.length - 1; j >= 0; j--) {
                tails[j] = tails[j + 1] + all[j];
            }
        }
        return tails;
    }

    /** Returns log10 of the probability of at least {@code from}, undoing the tilt relative to {@code value}. */
    private double log10Above(double[] tilted, double theta, double scale, long value, long from) {
        double sum = 0;
        for (int j = tilted.length - 1; j >= 0 && 2L * j - reach >= from; j--) {
            sum += tilted[j] * Math.exp(-theta * (2L * j - reach - value));
        }
        return Math.min(0, (Math.log(sum) + scale - theta * value) / LN10);
    }

    /** Returns theta for which the tilted mean is a value, by bisection: the mean increases with theta. */
    private double tilt(long value) {
        double low = 0;
        double high = 1e-6;
        while (mean(high) < value && high < STEEPEST) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < 40; i++) {
            double middle = (low + high) / 2;
            if (mean(middle) < value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Returns ln E exp(theta S), the cumulant generating function. */
    private double cumulant(double theta) {
        double sum = 0;
        for (Part part : parts) {
            sum += logAdd(half(part, theta), half(part, -theta)) - Math.log(2);
        }
        return sum;
    }

    private double mean(double theta) {
        double sum = 0;
        for (Part part : parts) {
            double plus = 1 / (1 + Math.exp(half(part, -theta) - half(part, theta)));
            sum += plus * halfMean(part, theta) - (1 - plus) * halfMean(part, -theta);
        }
        return sum;
    }

    /** Returns ln E exp(theta S) of one class given tau = +1. */
    private double half(Part part, double theta) {
        double sum = theta * part.a;
        for (int w : part.w) {
            double x = theta * w;
            double size = Math.abs(x);
            double likely = x > 0 ? q : 1 - q;
            sum += size + Math.log(likely + (1 - likely) * Math.exp(-2 * size));
        }
        return sum;
    }

    private double halfMean(Part part, double theta) {
        double sum = part.a;
        for (int w : part.w) {
            sum += w * (2 * up(q, theta * w) - 1);
        }
        return sum;
    }

    /** Returns the tilted probability of +1, which has probability {@code p} and adds {@code x} to the exponent. */
    private static double up(double p, double x) {
        return 1 / (1 + (1 - p) / p * Math.exp(-2 * x));
    }

    /** Returns the tilted probabilities of -reach, -reach + 2, ... reach. */
    private double[] tilted(double theta) {
        double[] all = new double[(int) reach + 1];
        double[] spare = new double[all.length];
        double[] plus = new double[all.length];
        double[] minus = new double[all.length];
        all[0] = 1;
        int size = 1;
        for (Part part : parts) {
            double weight = 1 / (1 + Math.exp(half(part, -theta) - half(part, theta)));
            int grown = size;
            System.arraycopy(all, 0, plus, 0, size);
            System.arraycopy(all, 0, minus, 0, size);
            for (int w : part.w) {
                int step = Math.abs(w);
                boolean positive = w > 0;
                double p = up(q, theta * w);
                add(plus, spare, grown, step, positive ? p : 1 - p);
                System.arraycopy(spare, 0, plus, 0, grown + step);
                double m = up(1 - q, theta * w);
                add(minus, spare, grown, step, positive ? m : 1 - m);
                System.arraycopy(spare, 0, minus, 0, grown + step);
                grown += step;
            }
            int shift = Math.abs(part.a);
            double[] upper = part.a > 0 ? plus : minus;
            double[] lower = part.a > 0 ? minus : plus;
            double upperWeight = part.a > 0 ? weight : 1 - weight;
            for (int j = 0; j < grown + shift; j++) {
                all[j] = (j < grown ? (1 - upperWeight) * lower[j] : 0)
                        + (j >= shift ? upperWeight * upper[j - shift] : 0);
            }
            size = grown + shift;
        }
        return all;
    }

    /** Writes to {@code to} the convolution of {@code from} with a step taken with probability {@code up}. */
    private static void add(double[] from, double[] to, int size, int step, double up) {
        double stay = 1 - up;
        int shared = Math.min(step, size);
        for (int j = 0; j < shared; j++) {
            to[j] = stay * from[j];
        }
        for (int j = size; j < step; j++) {
            to[j] = 0;
        }
        for (int j = step; j < size; j++) {
            to[j] = stay * from[j] + up * from[j - step];
        }
        for (int j = Math.max(size, step); j < size + step; j++) {
            to[j] = up * from[j - step];
        }
    }

    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        return high + Math.log1p(Math.exp(Math.min(a, b) - high));
    }
}
