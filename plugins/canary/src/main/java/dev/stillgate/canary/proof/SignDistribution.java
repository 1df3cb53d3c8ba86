package dev.stillgate.canary.proof;

import java.util.Arrays;

/**
 * Exact distribution of a sum over cells of w s, where the signs s are independent, and each is -1 with a probability of
 * its own and else +1. The weights w are integers. Cells without weight do not count. Thread-safe.
 */
public final class SignDistribution {
    private final LatticeTails tails;

    /**
     * Creates the distribution for weights in lattice units.
     *
     * @param w weight of each cell
     * @param flips probability that a cell's sign is -1, above 0 and below 1
     * @throws IllegalArgumentException if the lattice has more than 2^24 points
     */
    public SignDistribution(int[] w, double[] flips) {
        tails = new LatticeTails(new Cells(w.clone(), flips.clone()));
    }

    /** Returns the probabilities that the sum is at least, and that it is above, a value. */
    public Tail tail(long value) {
        return tails.tail(value);
    }

    /** Cells with their weights. */
    private static final class Cells implements LatticeTails.LatticeSum {
        private final int[] w;
        private final double[] flips;

        Cells(int[] w, double[] flips) {
            this.w = w;
            this.flips = flips;
        }

        @Override
        public long reach() {
            return Arrays.stream(w).mapToLong(Math::abs).sum();
        }

        @Override
        public double cumulant(double theta) {
            double sum = 0;
            for (int i = 0; i < w.length; i++) {
                sum += LatticeTails.logMoment(1 - flips[i], theta * w[i]);
            }
            return sum;
        }

        @Override
        public double mean(double theta) {
            double sum = 0;
            for (int i = 0; i < w.length; i++) {
                sum += w[i] * (2 * LatticeTails.up(1 - flips[i], theta * w[i]) - 1);
            }
            return sum;
        }

        @Override
        public double[] tilted(double theta) {
            double[] all = new double[(int) reach() + 1];
            double[] spare = new double[all.length];
            all[0] = 1;
            int size = 1;
            for (int i = 0; i < w.length; i++) {
                int step = Math.abs(w[i]);
                if (step > 0) {
                    double p = LatticeTails.up(1 - flips[i], theta * w[i]);
                    LatticeTails.add(all, spare, size, step, w[i] > 0 ? p : 1 - p);
                    size += step;
                    System.arraycopy(spare, 0, all, 0, size);
                }
            }
            return all;
        }
    }
}
