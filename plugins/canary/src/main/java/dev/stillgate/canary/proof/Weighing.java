package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryPlan;

/** The weighing of one suspect's counts under each of a plan's choices, of which the most probable one is taken. */
final class Weighing {
    /** How far a suspect's own classes may stray when cells are centred on them, in logits. */
    private static final double OWN_SPREAD = 1.5;

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
    private final Rates rates;
    private final CanaryPlan plan;
    private final double[] shift;
    /** How much of the class's sites each cell has. */
    private final double[][] share;
    /** The root mean square, over keys, of the mean sign of a class's sites. */
    private final double[] push;

    Weighing(SiteCounts suspect, Rates rates, CanaryPlan plan) {
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

    Choice best() {
        double most = Double.NEGATIVE_INFINITY;
        Choice best = new Choice(0, new double[share.length], new double[share.length][]);
        for (int thousandths : plan.strengths()) {
            double strength = thousandths / 1000.0;
            Likelihood likelihood = new Likelihood(strength);
            Part classes = bestClasses(likelihood);
            Part cells = bestCells(likelihood);
            if (classes.fit + cells.fit > most) {
                most = classes.fit + cells.fit;
                best = joined(strength, classes.halves[0], cells.halves);
            }
        }
        return best;
    }

    /** Half the log-likelihood ratios, and how probable the counts are with the key averaged out. */
    private static final class Part {
        final double fit;
        final double[][] halves;

        Part(double fit, double[][] halves) {
            this.fit = fit;
            this.halves = halves;
        }
    }

    private Part bestClasses(Likelihood likelihood) {
        Part best = new Part(Double.NEGATIVE_INFINITY, new double[1][]);
        for (int spread : plan.classSpreads()) {
            double fit = 0;
            double[] halves = new double[share.length];
            for (int k = 0; k < halves.length; k++) {
                int sites = suspect.sites(k);
                if (sites == 0) {
                    continue;
                }
                double expected = rates.expected(k, suspect);
                double strays = Math.sqrt(spread * spread / 1e6 + rates.variance(k));
                double up = likelihood.of(sites, suspect.ones(k), expected, strays, (1 + push[k]) / 2);
                double down = likelihood.of(sites, suspect.ones(k), expected, strays, (1 - push[k]) / 2);
                halves[k] = (up - down) / 2;
                fit += mean(up, down, 0.5);
            }
            if (fit > best.fit) {
                best = new Part(fit, new double[][] {halves});
            }
        }
        return best;
    }

    private Part bestCells(Likelihood likelihood) {
        Part best = new Part(Double.NEGATIVE_INFINITY, new double[share.length][]);
        for (int spread : plan.cellSpreads()) {
            double fit = 0;
            double[][] halves = new double[share.length][];
            for (int k = 0; k < halves.length; k++) {
                halves[k] = new double[share[k].length];
                fit += cells(k, likelihood, spread / 1000.0, halves[k]);
            }
            if (fit > best.fit) {
                best = new Part(fit, halves);
            }
        }
        return best;
    }

    /** Fills in the halves of a class's cells, and returns how probable they are with the class's sign averaged out. */
    private double cells(int k, Likelihood likelihood, double spread, double[] halves) {
        double plus = 0;
        double minus = 0;
        for (int b = 0; b < halves.length; b++) {
            int sites = suspect.sites(k, b);
            if (sites == 0) {
                continue;
            }
            double expected = rates.cell(k, b) + shift[k];
            double strays = Math.sqrt(spread * spread + rates.variance(k, b));
            double up = likelihood.of(sites, suspect.ones(k, b), expected, strays, 1);
            double down = likelihood.of(sites, suspect.ones(k, b), expected, strays, 0);
            halves[b] = (up - down) / 2;
            plus += mean(up, down, plan.q());
            minus += mean(up, down, 1 - plan.q());
        }
        return mean(plus, minus, 0.5);
    }

    /** A class is pushed by its sites' signs, whose mean the class's own sign only foretells: alpha is the share of the latter. */
    private Choice joined(double strength, double[] classes, double[][] cells) {
        double alpha = plan.alpha() / 1000.0;
        double beta = plan.beta() / 1000.0;
        double[] a = new double[classes.length];
        for (int k = 0; k < a.length; k++) {
            double whole = (1 - strength) * classes[k] / push[k];
            a[k] = alpha * whole * (2 * plan.q() - 1);
            for (int b = 0; b < cells[k].length; b++) {
                cells[k][b] = beta * cells[k][b] + (1 - alpha) * whole * share[k][b];
            }
        }
        return new Choice(strength, a, cells);
    }

    /** Returns ln of the mean of two probabilities, the first of which weighs {@code p}, given as logarithms. */
    private static double mean(double up, double down, double p) {
        double high = Math.max(up, down);
        return high + Math.log(p * Math.exp(up - high) + (1 - p) * Math.exp(down - high));
    }
}
