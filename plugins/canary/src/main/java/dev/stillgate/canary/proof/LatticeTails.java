package dev.stillgate.canary.proof;

/**
 * Exact tail probabilities of a sum on the lattice -reach, -reach + 2, ... reach.
 *
 * <p>Tails below the range of double are computed on the exponentially tilted distribution (F. Esscher 1932, H. Cramer
 * 1938): probabilities are multiplied by exp(theta S), with theta such that the tilted mean is the requested value. All
 * terms are positive, so nothing cancels, unlike in a Fourier transform. Thread-safe.
 */
final class LatticeTails {
    private static final double LN10 = Math.log(10);
    private static final double STEEPEST = 64;
    private static final double GENTLEST = 1e-6;
    private static final int BISECTIONS = 40;
    /** Tails above this are summed without tilting, far above the smallest double. */
    private static final double PLAIN = 1e-200;

    private static final long MOST_POINTS = 1 << 24;

    private final LatticeSum sum;
    private final long reach;
    private double[] tails = new double[0];

    /** A sum with its exponentially tilted versions. */
    interface LatticeSum {
        /** Returns the largest value; the smallest is its negative. */
        long reach();

        /** Returns ln E exp(theta S), the cumulant generating function. */
        double cumulant(double theta);

        /** Returns the mean under the tilt theta. */
        double mean(double theta);

        /** Returns the tilted probabilities of -reach, -reach + 2, ... reach. */
        double[] tilted(double theta);
    }

    /** @throws IllegalArgumentException if the lattice has more than 2^24 points */
    LatticeTails(LatticeSum sum) {
        this.sum = sum;
        reach = sum.reach();
        if (reach > MOST_POINTS) {
            throw new IllegalArgumentException("the lattice has too many points: " + reach);
        }
    }

    /** Returns the probabilities that the sum is at least, and that it is above, a value. */
    Tail tail(long value) {
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
        double[] tilted = sum.tilted(theta);
        double scale = sum.cumulant(theta);
        return new Tail(
                log10Above(tilted, theta, scale, value, value), log10Above(tilted, theta, scale, value, value + 1));
    }

    /**
     * Returns the upper tails at -reach, -reach + 2, ... reach, and 0 at the end. Computed once, because most tails
     * need no tilt.
     */
    private synchronized double[] untilted() {
        if (tails.length == 0) {
            double[] all = sum.tilted(0);
            tails = new double[all.length + 1];
            for (int j = all.length - 1; j >= 0; j--) {
                tails[j] = tails[j + 1] + all[j];
            }
        }
        return tails;
    }

    /** Returns log10 of the probability of at least {@code from}, undoing the tilt relative to {@code value}. */
    private double log10Above(double[] tilted, double theta, double scale, long value, long from) {
        double total = 0;
        for (int j = tilted.length - 1; j >= 0 && 2L * j - reach >= from; j--) {
            total += tilted[j] * Math.exp(-theta * (2L * j - reach - value));
        }
        return Math.min(0, (Math.log(total) + scale - theta * value) / LN10);
    }

    /** Returns theta for which the tilted mean is a value, by bisection: the mean increases with theta. */
    private double tilt(long value) {
        double low = 0;
        double high = GENTLEST;
        while (sum.mean(high) < value && high < STEEPEST) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (sum.mean(middle) < value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Returns the tilted probability of +1, which has probability {@code p} and adds {@code x} to the exponent. */
    static double up(double p, double x) {
        return 1 / (1 + (1 - p) / p * Math.exp(-2 * x));
    }

    /** Returns ln E exp(x X) of an X that is +1 with probability {@code p}, else -1. */
    static double logMoment(double p, double x) {
        double size = Math.abs(x);
        double likely = x > 0 ? p : 1 - p;
        return size + Math.log(likely + (1 - likely) * Math.exp(-2 * size));
    }

    /** Writes to {@code to} the convolution of {@code from} with a step taken with probability {@code up}. */
    static void add(double[] from, double[] to, int size, int step, double up) {
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
}
