package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes the weights of {@link KeyStatistic} from a suspect's counts. The share of marked text and the spread of
 * styles are selected among the plan's candidates by marginal likelihood, with the key averaged out (empirical Bayes).
 */
final class WeightEstimator {
    /** Prior standard deviation of the suspect's own class rates, in logits, where cells are centred on them. */
    private static final double OWN_SPREAD = 1.5;

    /** Prior share of classes whose sites were all rewritten to one form. */
    private static final double REWRITTEN = 0.1;

    /** Share of sites that such a rewriting overlooks. */
    private static final double OVERLOOKED = 0.005;

    private static final int ROUNDS = 20;
    /**
     * Prior share of cells with an arbitrary rate, in the selection of a strength. A model repeats contexts that it
     * read a few times, so in a long audit many cells have one form for reasons other than a mark. Without this prior a
     * weak mark looks strong.
     */
    private static final double OUTLIERS = 0.5;

    /**
     * Prior log-odds per unit of strength, in nats. Short texts carry little information about the strength, and
     * mistaking a leaked text for a weakly trained model loses more power than the opposite error.
     */
    private static final double STRENGTH_PRIOR = 15;

    /** Weight of a class's evidence, which that of its cells repeats in part. */
    private static final double CLASS_WEIGHT = 0.75;

    /** The selected share of marked text, and the weights of the cells' signs in nats. */
    static final class Choice {
        final double strength;
        final double[][] cells;

        /** Probability that each class is unaltered. */
        final double[] kept;

        Choice(double strength, double[][] cells, double[] kept) {
            this.strength = strength;
            this.cells = cells;
            this.kept = kept;
        }
    }

    private final SiteCounts suspect;
    private final ClassSheet sheet;
    private final ExpectedRates rates;
    private final CanaryPlan plan;
    private final double[] shift;
    /** Each cell's share of its class's sites. */
    private final double[][] share;
    /** Standard deviation, over keys, of the mean sign of a class's sites. */
    private final double[] push;

    WeightEstimator(SiteCounts suspect, ClassSheet sheet, ExpectedRates rates, CanaryPlan plan) {
        this.sheet = sheet;
        this.suspect = suspect;
        this.rates = rates;
        this.plan = plan;
        shift = new double[suspect.classes()];
        share = new double[suspect.classes()][];
        push = new double[suspect.classes()];
        for (int k = 0; k < shift.length; k++) {
            shift[k] = rates.shift(k, suspect, OWN_SPREAD);
            share[k] = new double[suspect.buckets(k)];
            double square = 0;
            for (int b = 0; b < share[k].length; b++) {
                share[k][b] = suspect.sites(k, b) / (double) Math.max(1, suspect.sites(k));
                square += share[k][b] * share[k][b];
            }
            push[k] = 2 * Math.sqrt(selects(k) * (1 - selects(k)) * square);
        }
    }

    /**
     * Returns the weights under the strength of the highest likelihood. A few classes may have been rewritten to one
     * form since; classes that look so get little weight.
     */
    Choice best() {
        double[] rewritten = rewritten();
        double most = Double.NEGATIVE_INFINITY;
        Choice best = null;
        for (int strength : plan.strengths()) {
            Part[] parts = parts(strength);
            double[] kept = new double[share.length];
            double fit = kept(parts, rewritten, kept) + STRENGTH_PRIOR * strength / 1000.0;
            if (fit > most) {
                most = fit;
                best = joined(strength, kept, parts);
            }
        }
        return Objects.requireNonNull(best);
    }

    /**
     * Computes the probability that each class is unaltered, and returns the log-likelihood of all counts. The share of
     * rewritten classes is estimated along with it by expectation-maximization (A. P. Dempster, N. M. Laird, D. B.
     * Rubin 1977). Contractions are expanded all together or not at all, so they say nothing about other classes.
     */
    private double kept(Part[] parts, double[] rewritten, double[] kept) {
        double common = 1 - REWRITTEN;
        double fit = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double sum = 1 - REWRITTEN;
            double all = 1;
            double others = 0;
            double contractions = 0;
            for (int k = 0; k < kept.length; k++) {
                double whole = parts[0].fits[k] + parts[1].fits[k];
                double both = mean(whole, rewritten[k], common);
                kept[k] = common * Math.exp(whole - both);
                others += sheet.contracts(k) ? 0 : both;
                contractions += sheet.contracts(k) ? both : 0;
            }
            double either = mean(contractions, expanded(), 1 - REWRITTEN);
            double asWritten = (1 - REWRITTEN) * Math.exp(contractions - either);
            for (int k = 0; k < kept.length; k++) {
                double counts = suspect.sites(k) == 0 ? 0 : sheet.contracts(k) ? asWritten : 1;
                sum += counts * kept[k];
                all += counts;
                kept[k] *= sheet.contracts(k) ? asWritten : 1;
            }
            fit = others + either;
            common = sum / all;
        }
        return fit;
    }

    private double selects(int k) {
        return plan.selects(sheet.rate(k));
    }

    /** Returns the log-likelihood of all contraction counts if almost all contractions were expanded. */
    private double expanded() {
        double fit = 0;
        for (int k = 0; k < share.length; k++) {
            if (sheet.contracts(k)) {
                int ones = suspect.ones(k);
                int zeros = suspect.sites(k) - ones;
                fit += 2 * (zeros * Math.log(1 - OVERLOOKED) + ones * Math.log(OVERLOOKED));
            }
        }
        return fit;
    }

    /** Returns the log-likelihood of each class's counts if almost all of its sites were rewritten to one form. */
    private double[] rewritten() {
        double[] fits = new double[share.length];
        for (int k = 0; k < fits.length; k++) {
            int ones = suspect.ones(k);
            int zeros = suspect.sites(k) - ones;
            // Doubled, because the compared likelihood counts each site twice: for its class and for its cell.
            fits[k] = 2
                    * mean(
                            ones * Math.log(1 - OVERLOOKED) + zeros * Math.log(OVERLOOKED),
                            zeros * Math.log(1 - OVERLOOKED) + ones * Math.log(OVERLOOKED),
                            0.5);
        }
        return fits;
    }

    private Part[] parts(int thousandths) {
        MarkLikelihood likelihood = new MarkLikelihood(thousandths / 1000.0);
        return new Part[] {bestClasses(likelihood), bestCells(likelihood)};
    }

    private Choice joined(int strength, double[] kept, Part[] parts) {
        double[][] cells = new double[share.length][];
        for (int k = 0; k < share.length; k++) {
            cells[k] = weights(strength / 1000.0, k, parts, kept[k]);
        }
        return new Choice(strength / 1000.0, cells, kept);
    }

    /** Half the log-likelihood ratios of one level, and the log-likelihood of the counts with the key averaged out. */
    private static final class Part {
        final double[] fits;
        final double[][] halves;

        Part(double[] fits, double[][] halves) {
            this.fits = fits;
            this.halves = halves;
        }

        double fit() {
            return Arrays.stream(fits).sum();
        }
    }

    private Part bestClasses(MarkLikelihood likelihood) {
        Part best = null;
        for (int spread : plan.classSpreads()) {
            double[] fits = new double[share.length];
            double[] halves = new double[share.length];
            for (int k = 0; k < halves.length; k++) {
                int sites = suspect.sites(k);
                double expected = rates.expected(k, suspect);
                double deviation = Math.sqrt(spread * spread / 1e6 + rates.variance(k));
                double up = of(likelihood, k, sites, suspect.ones(k), expected, deviation, asked(k, 1));
                double down = of(likelihood, k, sites, suspect.ones(k), expected, deviation, asked(k, -1));
                halves[k] = (up - down) / 2;
                fits[k] = mean(up, down, 0.5);
            }
            best = better(best, new Part(fits, new double[][] {halves}));
        }
        return Objects.requireNonNull(best);
    }

    private Part bestCells(MarkLikelihood likelihood) {
        Part best = null;
        for (int spread : plan.cellSpreads()) {
            double[] fits = new double[share.length];
            double[][] halves = new double[share.length][];
            for (int k = 0; k < halves.length; k++) {
                halves[k] = new double[share[k].length];
                fits[k] = cells(k, likelihood, spread / 1000.0, halves[k]);
            }
            best = better(best, new Part(fits, halves));
        }
        return Objects.requireNonNull(best);
    }

    /** Returns the share of a class's sites with form 1 selected, one standard deviation from its mean. */
    private double asked(int k, int deviations) {
        return Math.clamp(selects(k) + deviations * push[k] / 2, 0, 1);
    }

    /** Returns the expected rate of form 1 in a cell of the suspect's unmarked text. */
    double unmarked(int k, int b) {
        return ExpectedRates.sigmoid(rates.cell(k, b) + shift[k]);
    }

    /**
     * Returns the log-likelihood of a cell's counts if the mark selects form 1 for a share of its sites.
     *
     * @param spread standard deviation of the cell's unmarked rate from its class, in logits
     * @param asked the share
     */
    private double cell(MarkLikelihood likelihood, int k, int b, double spread, double asked) {
        double deviation = Math.sqrt(spread * spread + rates.variance(k, b));
        return of(
                likelihood, k, suspect.sites(k, b), suspect.ones(k, b), rates.cell(k, b) + shift[k], deviation, asked);
    }

    private double of(
            MarkLikelihood likelihood, int k, int sites, int ones, double expected, double deviation, double asked) {
        return likelihood.of(sites, ones, expected, deviation, asked, sheet.writes(k, 0), sheet.writes(k, 1));
    }

    private static Part better(@Nullable Part a, Part b) {
        return a != null && a.fit() >= b.fit() ? a : b;
    }

    /** Computes the half ratios of a class's cells, and returns their log-likelihood with the signs averaged out. */
    private double cells(int k, MarkLikelihood likelihood, double spread, double[] halves) {
        double sum = 0;
        for (int b = 0; b < halves.length; b++) {
            int sites = suspect.sites(k, b);
            if (sites == 0) {
                continue;
            }
            double up = cell(likelihood, k, b, spread, 1);
            double down = cell(likelihood, k, b, spread, 0);
            halves[b] = (up - down) / 2;
            double any = anyRate(suspect.ones(k, b), sites - suspect.ones(k, b));
            sum += mean(any, mean(up, down, selects(k)), OUTLIERS);
        }
        return sum;
    }

    /** Returns the log-probability of a sequence of forms under a uniform prior on the rate. */
    private static double anyRate(int ones, int zeros) {
        double log = -Math.log(ones + zeros + 1);
        for (int i = 1; i <= zeros; i++) {
            log += Math.log(i) - Math.log(ones + i);
        }
        return log;
    }

    /**
     * Returns the weights of a class's cells under one strength: the half ratio of each, and its share of that of the
     * class, since a model that does not distinguish cells follows the mean sign of the class's sites.
     */
    private double[] weights(double strength, int k, Part[] parts, double odds) {
        double whole = push[k] == 0 ? 0 : (1 - strength) * parts[0].halves[0][k] / push[k];
        double[] weights = new double[share[k].length];
        for (int b = 0; b < weights.length; b++) {
            weights[b] = odds * (parts[1].halves[k][b] + CLASS_WEIGHT * whole * share[k][b]);
        }
        return weights;
    }

    /**
     * Returns the logarithm of the weighted mean of two probabilities given as logarithms.
     *
     * @param p weight of the first
     */
    private static double mean(double up, double down, double p) {
        double high = Math.max(up, down);
        return high + Math.log(p * Math.exp(up - high) + (1 - p) * Math.exp(down - high));
    }
}
