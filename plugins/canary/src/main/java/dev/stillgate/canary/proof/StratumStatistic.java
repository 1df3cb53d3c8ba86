package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The test statistic T of a stratum: the sum of w d over the cells, where d is the deviation of the stratum's key from
 * its epoch's global key. The weights depend on the suspect's counts, the reference and the global key, never on a
 * stratum's key. Given the global key, deviations are independent, so a suspect that never met the stratum's text has an
 * exact distribution of T: {@link DeviationDistribution} with the plan's probability.
 *
 * <p>Text of a stratum can reach a suspect by way of readers who publish it. They scatter text as traffic does, so a
 * suspect may know the stratum by its share of the traffic. The second distribution allows for that: the probability of
 * each cell's deviation is multiplied by the likelihood ratio of its counts under that share. It is exact if marked
 * text has the rates of {@link MarkLikelihood}.
 *
 * <p>A weight is half the log-likelihood ratio of the cell's counts between d = +1 and d = -1 for a suspect whose marked
 * text has a larger share of the stratum. That share, the strength of all marks, and the spread of styles are those of
 * the highest likelihood with the deviations averaged out (empirical Bayes).
 */
final class StratumStatistic {
    /** Candidate shares of the stratum in the suspect's marked text. */
    private static final List<Double> SHARES = List.of(0.15, 0.5, 1.0);

    private static final double FINEST = 1.0 / 256;

    private final CanaryKey global;
    private final List<Cell> cells = new ArrayList<>();
    private final int[] weights;
    private final double unit;
    private final DeviationDistribution unmet;
    private final WeightEstimator estimator;
    private final CanaryPlan plan;
    private final Fit best;

    /** A cell with a site. */
    private record Cell(int cls, int bucket, double kept) {}

    /** Parameters with their log-likelihood. */
    private record Fit(double likelihood, double strength, double spread, double share) {}

    /**
     * Creates the statistic of an epoch's strata for a suspect.
     *
     * @param reference counts of texts made without the tested keys, or null
     * @param plan a plan of strata
     */
    StratumStatistic(
            SiteCounts suspect, ClassSheet sheet, @Nullable SiteCounts reference, CanaryKey global, CanaryPlan plan) {
        this.global = global;
        this.plan = plan;
        estimator = new WeightEstimator(suspect, sheet, ExpectedRates.of(sheet, reference), plan);
        double[] kept = estimator.best().kept;
        for (int k = 0; k < suspect.classes(); k++) {
            for (int b = 0; b < suspect.buckets(k); b++) {
                if (suspect.sites(k, b) > 0) {
                    cells.add(new Cell(k, b, kept[k]));
                }
            }
        }
        best = fit();
        double[] ratios = ratios(best.share);
        double reach = 0;
        for (double ratio : ratios) {
            reach += Math.abs(ratio) / 2;
        }
        unit = Math.max(FINEST, reach / plan.lattice());
        weights = new int[ratios.length];
        for (int i = 0; i < ratios.length; i++) {
            weights[i] = (int) Math.round(ratios[i] / 2 / unit);
        }
        unmet = distribution(0);
    }

    private DeviationDistribution distribution(double share) {
        double odds = plan.deviates() / (1 - plan.deviates());
        double[] flips = ratios(share);
        for (int i = 0; i < flips.length; i++) {
            flips[i] = 1 / (1 + Math.exp(flips[i]) / odds);
        }
        return new DeviationDistribution(weights, flips);
    }

    private Fit fit() {
        Fit most = new Fit(Double.NEGATIVE_INFINITY, 0, 0, 0);
        double deviates = plan.deviates();
        for (int spread : plan.cellSpreads()) {
            for (int strength : plan.strengths()) {
                for (double share : SHARES) {
                    MarkLikelihood likelihood = new MarkLikelihood(strength / 1000.0);
                    double sum = 0;
                    for (Cell cell : cells) {
                        double up = log(likelihood, cell, spread / 1000.0, share, 1);
                        double down = log(likelihood, cell, spread / 1000.0, share, -1);
                        double high = Math.max(up, down);
                        sum += high + Math.log((1 - deviates) * Math.exp(up - high) + deviates * Math.exp(down - high));
                    }
                    if (sum > most.likelihood) {
                        most = new Fit(sum, strength / 1000.0, spread / 1000.0, share);
                    }
                }
            }
        }
        return most;
    }

    /** Returns the log-likelihood ratio of each cell's counts between d = +1 and d = -1. */
    private double[] ratios(double share) {
        MarkLikelihood likelihood = new MarkLikelihood(best.strength);
        return cells.stream()
                .mapToDouble(cell -> share == 0
                        ? 0
                        : cell.kept
                                * (log(likelihood, cell, best.spread, share, 1)
                                        - log(likelihood, cell, best.spread, share, -1)))
                .toArray();
    }

    /**
     * Returns the log-likelihood of a cell's counts if the stratum has a share of the marked text, and the others have
     * the global sign as often as the plan says.
     */
    private double log(MarkLikelihood likelihood, Cell cell, double spread, double share, int deviation) {
        double agreeing = (1 - share) * (1 - plan.deviates()) + (deviation > 0 ? share : 0);
        double asked = global.cellSign(cell.cls, cell.bucket) > 0 ? agreeing : 1 - agreeing;
        return estimator.cell(likelihood, cell.cls, cell.bucket, spread, asked);
    }

    /** Returns T of a stratum's key, in lattice units. */
    long value(CanaryKey stratum) {
        long sum = 0;
        for (int i = 0; i < weights.length; i++) {
            Cell cell = cells.get(i);
            sum += (long) weights[i] * stratum.deviation(cell.cls, cell.bucket);
        }
        return sum;
    }

    /** Returns the size of a lattice unit, in nats. */
    double unit() {
        return unit;
    }

    /** Returns the probabilities that T is reached and exceeded by a suspect that never met the stratum's text. */
    Tail tail(CanaryKey stratum) {
        return unmet.tail(value(stratum));
    }

    /**
     * Returns the same for a suspect whose marked text has the stratum's share of the traffic.
     *
     * @param share the stratum's share of all sites that were marked under strata, 0 to 1
     */
    Tail tail(CanaryKey stratum, double share) {
        return distribution(share).tail(value(stratum));
    }
}
