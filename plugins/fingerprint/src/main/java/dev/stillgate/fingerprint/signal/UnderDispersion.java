package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Work that is dealt out comes more evenly than people and programs of their own ask: the counts of an account per bin of
 * time vary as chance would have them or less, and all accounts of the deal vary alike. The index of dispersion is the
 * variance of a count over its mean (R. A. Fisher, "The significance of deviations from expectation in a Poisson series",
 * 1950), here by E[c^2] / E[c] - E[c], which is 1 for a Poisson process, below 1 for turns that are taken, and far above
 * for sessions.
 */
public final class UnderDispersion implements Signal {
    /** The signal's name. */
    public static final String NAME = "under-dispersion";

    private static final double LEAST = 0.02;

    /** Euler's constant: the mean of the logarithm of an exponentially distributed gap of mean 1 is its negative. */
    private static final double EULER = 0.5772156649;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Family family() {
        return Family.TIME;
    }

    @Override
    public List<Trait> traits() {
        return List.of(
                new Trait("dispersion-10m", 0.3, false, 0, p -> logDispersion(p.squaresOfTenMinutes(), p, 600)),
                new Trait("dispersion-1h", 0.4, false, 0, p -> logDispersion(p.squaresOfHours(), p, 3600)),
                new Trait("active-days", 0.2, false, 1, UnderDispersion::activeShare),
                new Trait("gap-skew", 0.5, false, -EULER, p -> p.meanLogGap() - Math.log(86_400) + logRate(p)),
                new Trait("rate", 0.9, true, Double.NaN, UnderDispersion::logRate));
    }

    private static double logDispersion(double squares, Profile p, double bin) {
        double bins = p.exposure() / bin + 1;
        return Math.log(Math.max(LEAST, squares / p.exchanges() - p.exchanges() / bins));
    }

    private static double activeShare(Profile p) {
        return Math.min(1, p.activeDays() / (p.exposure() / 86_400 + 1));
    }

    /** Returns ln of the exchanges a day. */
    static double logRate(Profile p) {
        return Math.log(p.exchanges() / Math.max(3600, p.exposure()) * 86_400);
    }
}
