package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.stats.LogGamma;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How densely strangers lie at a point of a {@link TraitSpace}: kernels as wide as strangers' own structure is, around accounts
 * of the same cohort and of the whole population, a narrow mode where accounts lie that are many people's, and a heavy tail,
 * so that no place is impossible. Where a campaign lies it raises this density too, but no higher than a kernel of that
 * width does; what is left is its excess.
 */
public final class BackgroundDensity {
    /** The widths among which the kernels' is chosen. */
    private static final double[] WIDTHS = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0};

    private static final int TRIED = 250;

    /** The share of the accounts, the best and the worst predicted, that the choice of a width does not look at. */
    private static final double TRIMMED = 0.2;

    /** Beyond this exponent a kernel adds nothing. */
    private static final double FAR = 40;

    private static final int COHORT_SAMPLE = 250;
    private static final int POPULATION_SAMPLE = 400;
    private static final double KERNELS = Math.log(0.45);
    private static final double TAIL = Math.log(0.1);
    private static final double CHANCE = Math.log(0.1);
    private static final double[] CHANCE_WIDTHS = {1, 0.5, 0.25, 0.12};
    private static final double REST = 1.5;
    private static final double FREEDOM = 5;
    private static final double HALF_LOG = Math.log(2 * Math.PI) / 2;

    public final double[][] points;
    public final int dimensions;
    private final double[] middle;
    private final int[] population;
    private final double constant;
    private final double[] chance;
    private final double[] anywhere;
    private double width = 1;

    /**
     * A density.
     *
     * @param space where the points lie
     * @param dimensions how many of the first coordinates are looked at
     */
    public BackgroundDensity(TraitSpace space, int dimensions, Random random) {
        this.points = space.points;
        this.chance = space.chance;
        this.dimensions = dimensions;
        this.population = Sampling.sample(space.compared, POPULATION_SAMPLE, random);
        this.constant = LogGamma.of((FREEDOM + dimensions) / 2)
                - LogGamma.of(FREEDOM / 2)
                - dimensions / 2.0 * Math.log(2 * FREEDOM * Math.PI);
        this.middle = middle(population);
        this.anywhere = new double[points.length];
        Arrays.fill(anywhere, Double.NaN);
    }

    /**
     * Chooses the width with which the accounts that are left out are predicted best by the others (R. Duin, "On the choice
     * of smoothing parameters for Parzen estimators", 1976): strangers' own structure, however fine it is, is then no
     * evidence. A trimmed mean is taken, since campaigns are predicted too well.
     */
    public BackgroundDensity fitted(List<Cohort> cohorts, Random random) {
        double best = Double.NEGATIVE_INFINITY;
        double chosen = width;
        int[][] tried = new int[TRIED][];
        int[] rows = new int[TRIED];
        for (int i = 0; i < TRIED; i++) {
            int[] members = cohorts.get(random.nextInt(cohorts.size())).members();
            rows[i] = members[random.nextInt(members.length)];
            tried[i] = references(members, random);
        }
        double[][] near = new double[TRIED][];
        double[][] far = new double[TRIED][];
        for (int i = 0; i < TRIED; i++) {
            near[i] = squaredDistances(rows[i], tried[i]);
            far[i] = squaredDistances(rows[i], population);
        }
        for (double each : WIDTHS) {
            width = each;
            double[] logs = new double[TRIED];
            for (int i = 0; i < TRIED; i++) {
                logs[i] = LogMath.logSum(KERNELS + kernels(near[i]), anywhere(rows[i], far[i]));
            }
            Arrays.sort(logs);
            double sum = 0;
            for (int i = (int) (TRIMMED * TRIED); i < (1 - TRIMMED) * TRIED; i++) {
                sum += logs[i];
            }
            if (sum > best) {
                best = sum;
                chosen = each;
            }
        }
        width = chosen;
        return this;
    }

    /** Returns the standard deviation of a kernel. */
    public double width() {
        return width;
    }

    /** Returns the medians of the coordinates of some rows, at least one. */
    public double[] middle(int[] rows) {
        double[] medians = new double[dimensions];
        for (int j = 0; j < dimensions; j++) {
            double[] values = new double[rows.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = points[rows[i]][j];
            }
            medians[j] = Quantiles.median(values);
        }
        return medians;
    }

    /** Returns ln of the density at each member of a cohort, which does not count towards itself. */
    public double[] at(int[] members, Random random) {
        int[] cohort = references(members, random);
        double[] densities = new double[members.length];
        for (int i = 0; i < members.length; i++) {
            densities[i] = at(members[i], cohort);
        }
        return densities;
    }

    private static int[] references(int[] members, Random random) {
        int[] places = Sampling.sample(members.length, COHORT_SAMPLE, random);
        int[] cohort = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            cohort[i] = members[places[i]];
        }
        return cohort;
    }

    private double at(int row, int[] cohort) {
        return LogMath.logSum(KERNELS + kernels(squaredDistances(row, cohort)), anywhere(row));
    }

    /** Returns ln of the part of the density that does not depend on the cohort, which is computed once for a row. */
    private double anywhere(int row) {
        double known = anywhere[row];
        if (Double.isNaN(known)) {
            known = anywhere(row, squaredDistances(row, population));
            anywhere[row] = known;
        }
        return known;
    }

    private double anywhere(int row, double[] squaredDistances) {
        double density = LogMath.logSum(KERNELS + kernels(squaredDistances), TAIL + tail(points[row]));
        return chance.length == 0 ? density : LogMath.logSum(density, CHANCE + chance(points[row]));
    }

    /** Returns those of a row from others; from itself it is infinitely far. */
    private double[] squaredDistances(int row, int[] others) {
        double[] distances = new double[others.length];
        for (int i = 0; i < distances.length; i++) {
            distances[i] =
                    others[i] == row ? Double.POSITIVE_INFINITY : squaredDistance(points[row], points[others[i]]);
        }
        return distances;
    }

    private double kernels(double[] squaredDistances) {
        double sum = 0;
        int count = 0;
        double scale = 2 * width * width;
        double far = FAR * scale;
        for (double distance : squaredDistances) {
            if (distance < far) {
                sum += Math.exp(-distance / scale);
            }
            count += distance == Double.POSITIVE_INFINITY ? 0 : 1;
        }
        return Math.log(Math.max(sum, 1e-300))
                - Math.log(Math.max(1, count))
                - dimensions * (Math.log(width) + HALF_LOG);
    }

    public double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }

    /** Returns ln of a normal density of that width, at a squared distance from its centre. */
    double normal(double squaredDistance, double deviation) {
        return -squaredDistance / (2 * deviation * deviation) - dimensions * (Math.log(deviation) + HALF_LOG);
    }

    /** Returns ln of a normal density with a width for each coordinate. */
    public double normal(double[] point, double[] centre, double[] widths) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double z = (point[j] - centre[j]) / widths[j];
            sum += z * z / 2 + Math.log(widths[j]);
        }
        return -sum - dimensions * HALF_LOG;
    }

    /** Returns ln of the density of accounts that are many people's: near the point of chance, anywhere in the rest. */
    private double chance(double[] point) {
        double distance = 0;
        int known = Math.min(chance.length, dimensions);
        for (int j = 0; j < known; j++) {
            distance += (point[j] - chance[j]) * (point[j] - chance[j]);
        }
        double near = Double.NEGATIVE_INFINITY;
        for (double part : CHANCE_WIDTHS) {
            double spread = part * width;
            double each = -distance / (2 * spread * spread) - known * (Math.log(spread) + HALF_LOG);
            near = near == Double.NEGATIVE_INFINITY ? each : LogMath.logSum(near, each);
        }
        double rest = 0;
        for (int j = known; j < dimensions; j++) {
            double z = (point[j] - middle[j]) / REST;
            rest -= z * z / 2 + Math.log(REST) + HALF_LOG;
        }
        return near - Math.log(CHANCE_WIDTHS.length) + rest;
    }

    /** Returns ln of Student's density around the population's middle, of scale sqrt 2. */
    private double tail(double[] point) {
        double z = squaredDistance(point, middle) / 2;
        return constant - (FREEDOM + dimensions) / 2 * Math.log1p(z / FREEDOM);
    }
}
