package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The test statistic T of a stratum: the sum of w d over the cells, where d is the deviation of the stratum's key from
 * its epoch's global key. The weights depend on the suspect's counts, the reference, the global key and the keys of the
 * other strata, never on the tested key. Given those, deviations are independent, so a suspect that never met the
 * stratum's text has an exact distribution of T: {@link SignDistribution} with {@link CanaryPlan#deviates}.
 *
 * <p>Text of a stratum can reach a suspect by way of readers who publish it. They scatter text as traffic does, so a
 * suspect may know the stratum by its share of the traffic. The second distribution allows for 1.25 times that share: the
 * probability of each cell's deviation is multiplied by the likelihood ratio of its counts under it. It is exact if
 * marked text has the rates of this model.
 *
 * <p>A weight is half the log-likelihood ratio of the cell's counts between d = +1 and d = -1. It supposes that the
 * suspect's marked text has a larger share of the stratum, and is otherwise mixed as the traffic is. The mean rate of a
 * cell follows from the signs of all strata. The rate has a beta distribution around it, because a suspect learns a cell
 * from few sites, and styles differ. The parameters have the highest likelihood with the deviations averaged out
 * (empirical Bayes).
 */
final class StratumStatistic {
    /** Candidate shares of marked text. */
    private static final List<Double> STRENGTHS =
            List.of(0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98);
    /** Candidate weights of a cell's mean rate against styles, in sites. */
    private static final List<Double> STYLES = List.of(5.0, 15.0, 50.0, 200.0);
    /** Candidate numbers of sites from which the suspect learnt a cell, for each of its own. */
    private static final List<Double> READ = List.of(0.05, 0.15, 0.5, 2.0, 1000.0);
    /** Candidate shares of the stratum in the marked text beyond its share of the traffic. */
    private static final List<Double> BEYOND = List.of(0.05, 0.15, 0.5, 1.0);

    /** How much more than its share of the traffic a stratum may have by chance or by the choice of topics. */
    private static final double TOLERANCE = 1.25;

    private static final double FINEST = 1.0 / 256;
    private static final double SUREST = 1e-4;
    private static final int ROUNDS = 3;

    private final CanaryKey global;
    private final double share;
    private final List<Cell> cells = new ArrayList<>();
    private final int[] weights;
    private final double unit;
    private final SignDistribution unmet;
    private final SignDistribution met;

    /**
     * A cell with a site.
     *
     * @param kept probability that the class is unaltered
     * @param unmarked expected rate of form 1 in unmarked text
     * @param others share of the other strata whose keys select form 1
     * @param deviates probability that the stratum's sign is not the global one
     * @param writes0 whether form 0 may replace form 1
     * @param writes1 whether form 1 may replace form 0
     */
    private record Cell(
            int cls,
            int bucket,
            int ones,
            int sites,
            double kept,
            double unmarked,
            double others,
            double deviates,
            boolean writes0,
            boolean writes1) {}

    /**
     * Parameters.
     *
     * @param strength share of marked text
     * @param styles weight of a cell's mean rate against styles, in sites
     * @param read sites from which the suspect learnt a cell, for each of its own
     * @param beyond share of the stratum in the marked text beyond its share of the traffic, relative to the rest
     */
    private record Fit(double strength, double styles, double read, double beyond) {
        Fit strength(double changed) {
            return new Fit(changed, styles, read, beyond);
        }

        Fit styles(double changed) {
            return new Fit(strength, changed, read, beyond);
        }

        Fit read(double changed) {
            return new Fit(strength, styles, changed, beyond);
        }

        Fit beyond(double changed) {
            return new Fit(strength, styles, read, changed);
        }
    }

    /**
     * Creates the statistic of one stratum, or of all that are not in the traffic.
     *
     * @param estimator of the suspect's weights under a plan of strata
     * @param kept probability that each class is unaltered
     * @param share the stratum's share of the traffic, 0 if unknown, below 1
     * @param others the other strata's keys with their traffic in any unit; empty if unknown
     */
    StratumStatistic(
            WeightEstimator estimator,
            double[] kept,
            SiteCounts suspect,
            ClassSheet sheet,
            CanaryKey global,
            CanaryPlan plan,
            double share,
            Map<CanaryKey, Double> others) {
        this.global = global;
        this.share = share;
        for (int k = 0; k < suspect.classes(); k++) {
            for (int b = 0; b < suspect.buckets(k); b++) {
                if (suspect.sites(k, b) > 0) {
                    double deviates = plan.deviates(sheet.rate(k), global.cellSign(k, b));
                    cells.add(new Cell(
                            k,
                            b,
                            suspect.ones(k, b),
                            suspect.sites(k, b),
                            kept[k],
                            estimator.unmarked(k, b),
                            others(others, k, b, deviates),
                            deviates,
                            sheet.writes(k, 0),
                            sheet.writes(k, 1)));
                }
            }
        }
        Fit best = fit();
        double[] ratios = ratios(best, most(best));
        double reach = 0;
        for (double ratio : ratios) {
            reach += Math.abs(ratio) / 2;
        }
        unit = Math.max(FINEST, reach / plan.lattice());
        weights = new int[ratios.length];
        for (int i = 0; i < ratios.length; i++) {
            weights[i] = (int) Math.round(ratios[i] / 2 / unit);
        }
        unmet = distribution(new double[ratios.length]);
        met = share == 0 ? unmet : distribution(ratios(best, Math.min(1, TOLERANCE * share)));
    }

    /**
     * Returns the share of the other strata that select form 1; if they are unknown, its mean.
     *
     * @param deviates probability that a stratum's sign is not the global one
     */
    private double others(Map<CanaryKey, Double> others, int cls, int bucket, double deviates) {
        double all = 0;
        double ones = 0;
        for (Map.Entry<CanaryKey, Double> other : others.entrySet()) {
            all += other.getValue();
            ones += other.getKey().cellSign(cls, bucket) > 0 ? other.getValue() : 0;
        }
        return all > 0 ? ones / all : global.cellSign(cls, bucket) > 0 ? 1 - deviates : deviates;
    }

    private SignDistribution distribution(double[] ratios) {
        double[] flips = new double[ratios.length];
        for (int i = 0; i < flips.length; i++) {
            double deviates = cells.get(i).deviates;
            flips[i] = 1 / (1 + Math.exp(ratios[i]) * (1 - deviates) / deviates);
        }
        return new SignDistribution(weights, flips);
    }

    /** Returns the candidate of the highest likelihood; one parameter is changed at a time. */
    private Fit fit() {
        Search search = new Search(new Fit(0.95, STYLES.get(1), READ.get(2), 1));
        search.attempt(new Fit(0.7, STYLES.get(1), READ.get(2), BEYOND.get(1)));
        for (int i = 0; i < ROUNDS; i++) {
            STRENGTHS.forEach(strength -> search.attempt(search.best.strength(strength)));
            STYLES.forEach(styles -> search.attempt(search.best.styles(styles)));
            READ.forEach(read -> search.attempt(search.best.read(read)));
            BEYOND.forEach(beyond -> search.attempt(search.best.beyond(beyond)));
        }
        return search.best;
    }

    /** The best of the parameters that were tried. */
    private final class Search {
        private Fit best;
        private double most;

        Search(Fit first) {
            best = first;
            most = likelihood(first);
        }

        void attempt(Fit fit) {
            double likelihood = likelihood(fit);
            if (likelihood > most) {
                most = likelihood;
                best = fit;
            }
        }
    }

    private double likelihood(Fit fit) {
        double sum = 0;
        for (Cell cell : cells) {
            double up = log(fit, cell, most(fit), 1);
            double down = log(fit, cell, most(fit), -1);
            double high = Math.max(up, down);
            sum += high + Math.log((1 - cell.deviates) * Math.exp(up - high) + cell.deviates * Math.exp(down - high));
        }
        return sum;
    }

    /** Returns the stratum's share of the marked text. */
    private double most(Fit fit) {
        return share + (1 - share) * fit.beyond;
    }

    /** Returns the log-likelihood ratio of each cell's counts between d = +1 and d = -1. */
    private double[] ratios(Fit fit, double ofStratum) {
        return cells.stream()
                .mapToDouble(cell -> cell.kept * (log(fit, cell, ofStratum, 1) - log(fit, cell, ofStratum, -1)))
                .toArray();
    }

    /** Returns the log-likelihood of a cell's counts if the stratum has a share of the marked text. */
    private double log(Fit fit, Cell cell, double ofStratum, int deviation) {
        boolean selects1 = global.cellSign(cell.cls, cell.bucket) * deviation > 0;
        double asked = (1 - ofStratum) * cell.others + (selects1 ? ofStratum : 0);
        double marked = asked * (cell.writes1 ? 1 : cell.unmarked) + (1 - asked) * (cell.writes0 ? 0 : cell.unmarked);
        double rate = (1 - fit.strength) * cell.unmarked + fit.strength * marked;
        double sum = 1 / (1 / fit.styles + 1 / (fit.read * cell.sites));
        return BetaBinomial.log(cell.ones, cell.sites, Math.clamp(rate, SUREST, 1 - SUREST), sum);
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
    Tail unmet(CanaryKey stratum) {
        return unmet.tail(value(stratum));
    }

    /** Returns the same for a suspect whose marked text has 1.25 times the stratum's share of the traffic. */
    Tail beyond(CanaryKey stratum) {
        return met.tail(value(stratum));
    }
}
