package dev.stillgate.fingerprint.signal;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts of conversation starts that are less dispersed than those of independent users. The index of dispersion is the
 * variance of a count over its mean (R. A. Fisher, "The significance of deviations from expectation in a Poisson
 * series", 1950), computed as {@code E[c^2] / E[c] - E[c]}. It is 1 for a Poisson process, below 1 under round-robin
 * dispatch, and far above 1 for sessions.
 */
public final class UnderDispersion implements Signal {
    /** The signal's name. */
    public static final String NAME = "under-dispersion";

    private static final double MIN_DISPERSION = 0.02;

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
        List<Trait> traits = new ArrayList<>(Clock.TRAITS);
        traits.add(new Trait("dispersion-10m", 0.3, p -> logDispersion(p.squaresOfTenMinutes(), p, 600)));
        traits.add(new Trait("dispersion-1h", 0.4, p -> logDispersion(p.squaresOfHours(), p, 3600)));
        traits.add(new Trait("active-days", 0.2, UnderDispersion::activeShare));
        traits.add(new Trait("gap-skew", 0.5, p -> p.meanLogGap() - Math.log(86_400) + logRate(p)));
        traits.add(new Trait("rate", 0.9, UnderDispersion::logRate));
        return traits;
    }

    private static double logDispersion(double squares, Profile p, double bin) {
        double bins = p.exposure() / bin + 1;
        return Math.log(Math.max(MIN_DISPERSION, squares / p.exchanges() - p.exchanges() / bins));
    }

    private static double activeShare(Profile p) {
        return Math.min(1, p.activeDays() / (p.exposure() / 86_400 + 1));
    }

    /** Returns ln of the conversation starts per day. */
    static double logRate(Profile p) {
        return Math.log(p.exchanges() / Math.max(3600, p.exposure()) * 86_400);
    }
}
