package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The weighing of one suspect's counts under each of a plan's choices, of which the most probable one is taken. */
final class WeightEstimator {
    /** How far a suspect's own classes may stray when cells are centred on them, in logits. */
    private static final double OWN_SPREAD = 1.5;

    /** Share of classes that may have been normalised, and share of their sites that were overlooked. */
    private static final double NORMALISED = 0.1;

    private static final double LEFT_OVER = 0.005;
    private static final int ROUNDS = 20;
    /**
     * Share of cells that may have any rate when a strength is chosen. A student repeats what it read a few times, so in a long
     * audit many a cell has one form for other reasons than a mark; without this a weak mark is taken for a strong one.
     */
    private static final double OUTLIERS = 0.5;

    /**
     * How many nats a strength of one is given before the counts speak: of a short text they say little, and taking leaked text
     * for a weak student's loses more than the other error.
     */
    private static final double HEAD_START = 15;

    /** What was chosen: the share of marked text that is looked for, and the weights of classes' and cells' signs, in nats. */
    static final class Choice {
        final double strength;
        final double[] classes;
        final double[][] cells;

        Choice(double strength, double[] classes, double[][] cells) {
            this.strength = strength;
            this.classes = classes;
            this.cells = cells;
        }
    }

    private final SiteCounts suspect;
    private final ClassSheet sheet;
    private final ExpectedRates rates;
    private final CanaryPlan plan;
    private final double[] shift;
    /** How much of the class's sites each cell has. */
    private final double[][] share;
    /** The root mean square, over keys, of the mean sign of a class's sites. */
    private final double[] push;

    WeightEstimator(SiteCounts suspect, ClassSheet sheet, ExpectedRates rates, CanaryPlan plan) {
        this.sheet = sheet;
        this.suspect = suspect;
        this.rates = rates;
        this.plan = plan;
        shift = new double[suspect.classes()];
        share = new double[suspect.classes()][];
        push = new double[suspect.classes()];
        double agree = 2 * plan.q() - 1;
        for (int k = 0; k < shift.length; k++) {
            shift[k] = rates.shift(k, suspect, OWN_SPREAD);
            share[k] = new double[suspect.buckets(k)];
            double square = 0;
            for (int b = 0; b < share[k].length; b++) {
                share[k][b] = suspect.sites(k, b) / (double) Math.max(1, suspect.sites(k));
                square += share[k][b] * share[k][b];
            }
            push[k] = Math.sqrt(agree * agree + (1 - agree * agree) * square);
        }
    }

    /**
     * Weighs under every strength, and takes the one that makes the counts most probable when a few classes may have been
     * normalised since, to either form: what looks like that counts little.
     */
    Choice best() {
        double[] normalised = normalised();
        double most = Double.NEGATIVE_INFINITY;
        Choice best = null;
        for (int strength : plan.strengths()) {
            Part[] parts = parts(strength);
            double[] kept = new double[share.length];
            double fit = kept(parts, normalised, kept) + HEAD_START * strength / 1000.0;
            if (fit > most) {
                most = fit;
                best = joined(strength, kept, parts);
            }
        }
        return Objects.requireNonNull(best);
    }

    /**
     * Fills in the probability that each class is as it was written, and returns how probable all counts are. How many classes
     * were normalised is estimated with it (A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum likelihood from incomplete data
     * via the EM algorithm", 1977). Contractions are written out together or not at all; those that were say nothing of how many
     * other classes were normalised.
     */
    private double kept(Part[] parts, double[] normalised, double[] kept) {
        double common = 1 - NORMALISED;
        double fit = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double sum = 1 - NORMALISED;
            double all = 1;
            double others = 0;
            double contractions = 0;
            for (int k = 0; k < kept.length; k++) {
                double whole = parts[0].fits[k] + parts[1].fits[k];
                double both = mean(whole, normalised[k], common);
                kept[k] = common * Math.exp(whole - both);
                others += contracts(k) ? 0 : both;
                contractions += contracts(k) ? both : 0;
            }
            double either = mean(contractions, writtenOut(), 1 - NORMALISED);
            double asWritten = (1 - NORMALISED) * Math.exp(contractions - either);
            for (int k = 0; k < kept.length; k++) {
                double counts = suspect.sites(k) == 0 ? 0 : contracts(k) ? asWritten : 1;
                sum += counts * kept[k];
                all += counts;
                kept[k] *= contracts(k) ? asWritten : 1;
            }
            fit = others + either;
            common = sum / all;
        }
        return fit;
    }

    private boolean contracts(int k) {
        return plan.version() > 1 && sheet.contracts(k);
    }

    /** Returns how probable the counts of all contractions are when almost all of them were written out. */
    private double writtenOut() {
        double fit = 0;
        for (int k = 0; k < share.length; k++) {
            if (contracts(k)) {
                int ones = suspect.ones(k);
                int zeros = suspect.sites(k) - ones;
                fit += 2 * (zeros * Math.log(1 - LEFT_OVER) + ones * Math.log(LEFT_OVER));
            }
        }
        return fit;
    }

    /** Returns how probable the counts of each class are when almost all of its sites were given one form, whichever. */
    private double[] normalised() {
        double[] fits = new double[share.length];
        for (int k = 0; k < fits.length; k++) {
            int ones = suspect.ones(k);
            int zeros = suspect.sites(k) - ones;
            // Twice, since what is compared with it counts the sites twice: once as a class's, once as the cells'.
            fits[k] = 2
                    * mean(
                            ones * Math.log(1 - LEFT_OVER) + zeros * Math.log(LEFT_OVER),
                            zeros * Math.log(1 - LEFT_OVER) + ones * Math.log(LEFT_OVER),
                            0.5);
        }
        return fits;
    }

    private Part[] parts(int thousandths) {
        MarkLikelihood likelihood = new MarkLikelihood(thousandths / 1000.0);
        return new Part[] {bestClasses(likelihood), bestCells(likelihood)};
    }

    private Choice joined(int strength, double[] kept, Part[] parts) {
        double[] classes = new double[share.length];
        double[][] cells = new double[share.length][];
        for (int k = 0; k < share.length; k++) {
            cells[k] = new double[share[k].length];
            classes[k] = add(strength / 1000.0, k, parts, kept[k], cells[k]);
        }
        return new Choice(strength / 1000.0, classes, cells);
    }

    /** Half the log-likelihood ratios, and how probable the counts are with the key averaged out. */
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
                double strays = Math.sqrt(spread * spread / 1e6 + rates.variance(k));
                double up = of(likelihood, k, sites, suspect.ones(k), expected, strays, (1 + push[k]) / 2);
                double down = of(likelihood, k, sites, suspect.ones(k), expected, strays, (1 - push[k]) / 2);
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

    private double of(MarkLikelihood likelihood, int k, int sites, int ones, double expected, double strays, double asked) {
        return likelihood.of(sites, ones, expected, strays, asked, sheet.writes(k, 0), sheet.writes(k, 1));
    }

    private static Part better(@Nullable Part a, Part b) {
        return a != null && a.fit() >= b.fit() ? a : b;
    }

    /** Fills in the halves of a class's cells, and returns how probable they are with the class's sign averaged out. */
    private double cells(int k, MarkLikelihood likelihood, double spread, double[] halves) {
        double plus = 0;
        double minus = 0;
        for (int b = 0; b < halves.length; b++) {
            int sites = suspect.sites(k, b);
            if (sites == 0) {
                continue;
            }
            double expected = rates.cell(k, b) + shift[k];
            double strays = Math.sqrt(spread * spread + rates.variance(k, b));
            double up = of(likelihood, k, sites, suspect.ones(k, b), expected, strays, 1);
            double down = of(likelihood, k, sites, suspect.ones(k, b), expected, strays, 0);
            halves[b] = (up - down) / 2;
            double any = anyRate(suspect.ones(k, b), sites - suspect.ones(k, b));
            plus += fit(any, mean(up, down, plan.q()));
            minus += fit(any, mean(up, down, 1 - plan.q()));
        }
        return mean(plus, minus, 0.5);
    }

    /** Returns how probable a cell is in choosing a strength, when it may as well be one of the {@link #OUTLIERS}. */
    private double fit(double any, double expected) {
        return plan.version() > 1 ? mean(any, expected, OUTLIERS) : expected;
    }

    /** Returns ln of the probability of certain forms in a row when every rate is as likely as any other. */
    private static double anyRate(int ones, int zeros) {
        double log = -Math.log(ones + zeros + 1);
        for (int i = 1; i <= zeros; i++) {
            log += Math.log(i) - Math.log(ones + i);
        }
        return log;
    }

    /**
     * Adds what one strength says to the cells' weights, and returns what it says of the class's. A class is pushed by its
     * sites' signs, whose mean the class's own sign only foretells: alpha is the share that is left to the latter.
     */
    private double add(double strength, int k, Part[] parts, double odds, double[] cells) {
        double alpha = plan.alpha() / 1000.0;
        double beta = plan.beta() / 1000.0;
        double whole = odds * (1 - strength) * parts[0].halves[0][k] / push[k];
        for (int b = 0; b < cells.length; b++) {
            cells[b] += odds * beta * parts[1].halves[k][b] + (1 - alpha) * whole * share[k][b];
        }
        return alpha * whole * (2 * plan.q() - 1);
    }

    /** Returns ln of the mean of two probabilities, the first of which weighs {@code p}, given as logarithms. */
    private static double mean(double up, double down, double p) {
        double high = Math.max(up, down);
        return high + Math.log(p * Math.exp(up - high) + (1 - p) * Math.exp(down - high));
    }
}
