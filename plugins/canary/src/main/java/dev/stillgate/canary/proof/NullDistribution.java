package dev.stillgate.canary.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Exact distribution of S over random keys: S = sum over classes of tau (a + sum over cells of r w). The sign tau is +1
 * or -1 with equal probability, and r is +1 with probability q, else -1. The weights a and w are integers. Cells are
 * convolved for tau = +1, the result is averaged with its mirror image, and classes are convolved with each other. Thread-safe.
 */
public final class NullDistribution implements LatticeTails.LatticeSum {
    /** A class with a nonzero weight: its own weight and its cells' nonzero weights. */
    private static final class Part {
        final int a;
        final int[] w;

        Part(int a, int[] w) {
            this.a = a;
            this.w = w;
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final double q;
    private long reach;
    private final LatticeTails tails;

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
        tails = new LatticeTails(this);
    }

    /** Returns the largest value of S; the smallest is its negative. */
    @Override
    public long reach() {
        return reach;
    }

    /** Returns the probabilities that S is at least, and that it is above, a value. */
    public Tail tail(long value) {
        return tails.tail(value);
    }

    /** Returns ln E exp(theta S), the cumulant generating function. */
    @Override
    public double cumulant(double theta) {
        double sum = 0;
        for (Part part : parts) {
            sum += logAdd(half(part, theta), half(part, -theta)) - Math.log(2);
        }
        return sum;
    }

    @Override
    public double mean(double theta) {
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
            sum += LatticeTails.logMoment(q, theta * w);
        }
        return sum;
    }

    private double halfMean(Part part, double theta) {
        double sum = part.a;
        for (int w : part.w) {
            sum += w * (2 * LatticeTails.up(q, theta * w) - 1);
        }
        return sum;
    }

    /** Returns the tilted probabilities of -reach, -reach + 2, ... reach. */
    @Override
    public double[] tilted(double theta) {
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
                double p = LatticeTails.up(q, theta * w);
                LatticeTails.add(plus, spare, grown, step, positive ? p : 1 - p);
                System.arraycopy(spare, 0, plus, 0, grown + step);
                double m = LatticeTails.up(1 - q, theta * w);
                LatticeTails.add(minus, spare, grown, step, positive ? m : 1 - m);
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

    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        return high + Math.log1p(Math.exp(Math.min(a, b) - high));
    }
}
