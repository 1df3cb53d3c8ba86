package dev.stillgate.fingerprint.space;

import dev.stillgate.fingerprint.stats.LogGamma;
import dev.stillgate.fingerprint.stats.LogMath;
import dev.stillgate.fingerprint.stats.Quantiles;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Density of unrelated accounts in a {@link TraitSpace}: the null model of the likelihood ratios.
 *
 * <p>A mixture of four densities: a Gaussian kernel estimate over the cohort, one over the population, a heavy t tail,
 * and a narrow mode for accounts with many independent users. A campaign adds to the estimate too, but no more than a
 * kernel of the common bandwidth; the excess density is the evidence.
 */
public final class BackgroundDensity {
    /** Bandwidths among which {@link #withFittedBandwidth} chooses. */
    private static final double[] BANDWIDTHS = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0};

    private static final int FIT_SAMPLE = 250;

    /** Share of the sample that the trimmed mean leaves out at each end. */
    private static final double TRIMMED_SHARE = 0.2;

    /** A kernel beyond this exponent is taken as 0. */
    private static final double MAX_EXPONENT = 40;

    private static final int COHORT_SAMPLE = 250;
    private static final int POPULATION_SAMPLE = 400;
    private static final double LOG_KERNELS = Math.log(0.45);
    private static final double LOG_TAIL = Math.log(0.1);
    private static final double LOG_POOLED = Math.log(0.1);
    private static final double[] POOLED_WIDTHS = {1, 0.5, 0.25, 0.12};
    private static final double POOLED_REST_WIDTH = 1.5;
    private static final double DEGREES_OF_FREEDOM = 5;
    private static final double HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

    public final double[][] points;
    public final int dimensions;
    private final double[] populationMedians;
    private final int[] population;
    private final double tailConstant;
    private final double[] pooledPoint;
    private final double[] populationTerms;
    private double bandwidth = 1;

    /**
     * @param space the accounts as points
     * @param dimensions number of leading coordinates that are used
     */
    public BackgroundDensity(TraitSpace space, int dimensions, Random random) {
        this.points = space.points;
        this.pooledPoint = space.pooledPoint;
        this.dimensions = dimensions;
        this.population = Sampling.sample(space.compared, POPULATION_SAMPLE, random);
        this.tailConstant = LogGamma.of((DEGREES_OF_FREEDOM + dimensions) / 2)
                - LogGamma.of(DEGREES_OF_FREEDOM / 2)
                - dimensions / 2.0 * Math.log(2 * DEGREES_OF_FREEDOM * Math.PI);
        this.populationMedians = medians(population);
        this.populationTerms = new double[points.length];
        Arrays.fill(populationTerms, Double.NaN);
    }

    /**
     * Chooses the bandwidth by leave-one-out likelihood (R. Duin, "On the choice of smoothing parameters for Parzen
     * estimators of probability density functions", 1976), so that the fine structure of unrelated accounts is not
     * evidence. The mean is trimmed, since members of a campaign are predicted too well.
     */
    public BackgroundDensity withFittedBandwidth(List<Cohort> cohorts, Random random) {
        double best = Double.NEGATIVE_INFINITY;
        double chosen = bandwidth;
        int[][] references = new int[FIT_SAMPLE][];
        int[] rows = new int[FIT_SAMPLE];
        for (int i = 0; i < FIT_SAMPLE; i++) {
            int[] members = cohorts.get(random.nextInt(cohorts.size())).members();
            rows[i] = members[random.nextInt(members.length)];
            references[i] = sampledMembers(members, random);
        }
        double[][] near = new double[FIT_SAMPLE][];
        double[][] far = new double[FIT_SAMPLE][];
        for (int i = 0; i < FIT_SAMPLE; i++) {
            near[i] = squaredDistances(rows[i], references[i]);
            far[i] = squaredDistances(rows[i], population);
        }
        for (double each : BANDWIDTHS) {
            bandwidth = each;
            double[] logs = new double[FIT_SAMPLE];
            for (int i = 0; i < FIT_SAMPLE; i++) {
                logs[i] =
                        LogMath.logSum(LOG_KERNELS + logKernelDensity(near[i]), logPopulationDensity(rows[i], far[i]));
            }
            Arrays.sort(logs);
            double sum = 0;
            for (int i = (int) (TRIMMED_SHARE * FIT_SAMPLE); i < (1 - TRIMMED_SHARE) * FIT_SAMPLE; i++) {
                sum += logs[i];
            }
            if (sum > best) {
                best = sum;
                chosen = each;
            }
        }
        bandwidth = chosen;
        return this;
    }

    /** Returns the standard deviation of a kernel. */
    public double bandwidth() {
        return bandwidth;
    }

    /** Returns the median of each coordinate over some rows, at least one. */
    public double[] medians(int[] rows) {
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

    /** Returns ln of the leave-one-out density at each member of a cohort. */
    public double[] logDensities(int[] members, Random random) {
        int[] cohort = sampledMembers(members, random);
        double[] densities = new double[members.length];
        for (int i = 0; i < members.length; i++) {
            densities[i] = logDensity(members[i], cohort);
        }
        return densities;
    }

    private static int[] sampledMembers(int[] members, Random random) {
        int[] positions = Sampling.sample(members.length, COHORT_SAMPLE, random);
        int[] cohort = new int[positions.length];
        for (int i = 0; i < positions.length; i++) {
            cohort[i] = members[positions[i]];
        }
        return cohort;
    }

    private double logDensity(int row, int[] cohort) {
        return LogMath.logSum(LOG_KERNELS + logKernelDensity(squaredDistances(row, cohort)), logPopulationDensity(row));
    }

    /** Returns ln of the part of the density that does not depend on the cohort; cached by row. */
    private double logPopulationDensity(int row) {
        double cached = populationTerms[row];
        if (Double.isNaN(cached)) {
            cached = logPopulationDensity(row, squaredDistances(row, population));
            populationTerms[row] = cached;
        }
        return cached;
    }

    private double logPopulationDensity(int row, double[] squaredDistances) {
        double density = LogMath.logSum(
                LOG_KERNELS + logKernelDensity(squaredDistances), LOG_TAIL + logTailDensity(points[row]));
        return pooledPoint.length == 0 ? density : LogMath.logSum(density, LOG_POOLED + logPooledDensity(points[row]));
    }

    /** Returns the squared distances of a row from others; infinite from itself. */
    private double[] squaredDistances(int row, int[] others) {
        double[] distances = new double[others.length];
        for (int i = 0; i < distances.length; i++) {
            distances[i] =
                    others[i] == row ? Double.POSITIVE_INFINITY : squaredDistance(points[row], points[others[i]]);
        }
        return distances;
    }

    private double logKernelDensity(double[] squaredDistances) {
        double sum = 0;
        int count = 0;
        double scale = 2 * bandwidth * bandwidth;
        double far = MAX_EXPONENT * scale;
        for (double distance : squaredDistances) {
            if (distance < far) {
                sum += Math.exp(-distance / scale);
            }
            count += distance == Double.POSITIVE_INFINITY ? 0 : 1;
        }
        return Math.log(Math.max(sum, 1e-300))
                - Math.log(Math.max(1, count))
                - dimensions * (Math.log(bandwidth) + HALF_LOG_TWO_PI);
    }

    public double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }

    /** Returns ln of an isotropic normal density at a squared distance from its mean. */
    double normalLogDensity(double squaredDistance, double deviation) {
        return -squaredDistance / (2 * deviation * deviation) - dimensions * (Math.log(deviation) + HALF_LOG_TWO_PI);
    }

    /** Returns ln of a normal density with a standard deviation for each coordinate. */
    public double normalLogDensity(double[] point, double[] centre, double[] widths) {
        double sum = 0;
        for (int j = 0; j < dimensions; j++) {
            double z = (point[j] - centre[j]) / widths[j];
            sum += z * z / 2 + Math.log(widths[j]);
        }
        return -sum - dimensions * HALF_LOG_TWO_PI;
    }

    /**
     * Returns ln of the density of accounts with many independent users: a narrow mode in the first coordinates, wide
     * in the others.
     */
    private double logPooledDensity(double[] point) {
        double distance = 0;
        int known = Math.min(pooledPoint.length, dimensions);
        for (int j = 0; j < known; j++) {
            distance += (point[j] - pooledPoint[j]) * (point[j] - pooledPoint[j]);
        }
        double near = Double.NEGATIVE_INFINITY;
        for (double part : POOLED_WIDTHS) {
            double spread = part * bandwidth;
            double each = -distance / (2 * spread * spread) - known * (Math.log(spread) + HALF_LOG_TWO_PI);
            near = near == Double.NEGATIVE_INFINITY ? each : LogMath.logSum(near, each);
        }
        double rest = 0;
        for (int j = known; j < dimensions; j++) {
            double z = (point[j] - populationMedians[j]) / POOLED_REST_WIDTH;
            rest -= z * z / 2 + Math.log(POOLED_REST_WIDTH) + HALF_LOG_TWO_PI;
        }
        return near - Math.log(POOLED_WIDTHS.length) + rest;
    }

    /** Returns ln of a t density around the population's median, of scale sqrt 2. */
    private double logTailDensity(double[] point) {
        double z = squaredDistance(point, populationMedians) / 2;
        return tailConstant - (DEGREES_OF_FREEDOM + dimensions) / 2 * Math.log1p(z / DEGREES_OF_FREEDOM);
    }
}
