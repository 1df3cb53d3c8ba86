package dev.stillgate.fingerprint.analysis;

import java.util.Random;

/**
 * How densely strangers lie at a point of a {@link Space}: kernels as wide as strangers' own structure is, around accounts
 * of the same cohort and of the whole population, and a heavy tail, so that no place is impossible. Where a campaign lies
 * it raises this density too, but no higher than a kernel of {@link #WIDTH} does; what is left is its excess.
 */
final class Density {
    /** The standard deviation of a kernel. */
    static final double WIDTH = 0.8;

    private static final int COHORT_SAMPLE = 300;
    private static final int POPULATION_SAMPLE = 400;
    private static final double KERNELS = Math.log(0.45);
    private static final double TAIL = Math.log(0.1);
    private static final double FREEDOM = 5;
    private static final double HALF_LOG = Math.log(2 * Math.PI) / 2;

    private final double[][] points;
    private final int dimensions;
    private final double[] middle;
    private final int[] population;
    private final double constant;

    /**
     * A density.
     *
     * @param space where the points lie
     * @param dimensions how many of the first coordinates are looked at
     */
    Density(Space space, int dimensions, Random random) {
        this.points = space.points;
        this.dimensions = dimensions;
        this.population = sample(points.length, POPULATION_SAMPLE, random);
        this.constant = LogGamma.of((FREEDOM + dimensions) / 2)
                - LogGamma.of(FREEDOM / 2)
                - dimensions / 2.0 * Math.log(2 * FREEDOM * Math.PI);
        this.middle = middle(population);
    }

    /** Returns the medians of the coordinates of some rows, at least one. */
    final double[] middle(int[] rows) {
        double[] medians = new double[dimensions];
        for (int j = 0; j < dimensions; j++) {
            double[] values = new double[rows.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = points[rows[i]][j];
            }
            medians[j] = Space.median(values);
        }
        return medians;
    }

    /** Returns at random some of the numbers from 0, all when there are no more. */
    static int[] sample(int of, int most, Random random) {
        if (of <= most) {
            int[] all = new int[of];
            for (int i = 0; i < of; i++) {
                all[i] = i;
            }
            return all;
        }
        return random.ints(0, of).distinct().limit(most).sorted().toArray();
    }

    /** Returns ln of the density at each member of a cohort, which does not count towards itself. */
    double[] at(int[] members, Random random) {
        int[] places = sample(members.length, COHORT_SAMPLE, random);
        int[] cohort = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            cohort[i] = members[places[i]];
        }
        double[] densities = new double[members.length];
        for (int i = 0; i < members.length; i++) {
            double near = KERNELS + kernels(members[i], cohort);
            double all = KERNELS + kernels(members[i], population);
            densities[i] = logSum(logSum(near, all), TAIL + tail(points[members[i]]));
        }
        return densities;
    }

    private double kernels(int row, int[] references) {
        double[] point = points[row];
        double sum = 0;
        int count = 0;
        for (int reference : references) {
            if (reference != row) {
                sum += Math.exp(-squaredDistance(point, points[reference]) / (2 * WIDTH * WIDTH));
                count++;
            }
        }
        return Math.log(Math.max(sum, 1e-300)) - Math.log(Math.max(1, count)) - dimensions * (Math.log(WIDTH) + HALF_LOG);
    }

    double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }

    /** Returns ln of a normal density of that width, at a squared distance from its centre. */
    double normal(double squaredDistance, double width) {
        return -squaredDistance / (2 * width * width) - dimensions * (Math.log(width) + HALF_LOG);
    }

    /** Returns ln of Student's density around the population's middle, of scale sqrt 2. */
    private double tail(double[] point) {
        double z = squaredDistance(point, middle) / 2;
        return constant - (FREEDOM + dimensions) / 2 * Math.log1p(z / FREEDOM);
    }

    static double logSum(double a, double b) {
        double most = Math.max(a, b);
        return most + Math.log1p(Math.exp(Math.min(a, b) - most));
    }
}
