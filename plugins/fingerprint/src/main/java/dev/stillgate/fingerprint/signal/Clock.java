package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Working hours and regularity of an account.
 *
 * <ul>
 * <li>Spread over the day: the entropy of the hours, corrected for small samples (G. A. Miller, "Note on the bias of
 * information estimates", 1955).
 * <li>Position in the day: the first trigonometric moment (N. I. Fisher, "Statistical analysis of circular data",
 * 1993).
 * <li>Regularity: the standard deviation of ln of the gaps.
 * </ul>
 */
public final class Clock {
    private static final double RADIANS = Math.PI / 12;

    /** Traits that pages show beside those of {@link UnderDispersion}; they do not count as evidence. */
    static final List<Trait> TRAITS = List.of(
            new Trait("hours-entropy", 0.45, Clock::entropy),
            new Trait("gap-spread", 0.17, p -> Math.log(p.deviationOfLogGap() + 0.1)),
            new Trait("hours-cos", 0.3, p -> coefficient(p, true)),
            new Trait("hours-sin", 0.3, p -> coefficient(p, false)));

    private Clock() {}

    /** Returns the entropy of the hours in nats, 0 to ln 24. */
    public static double entropy(Profile p) {
        double total = total(p);
        double entropy = 0;
        int hit = 0;
        for (int hour = 0; hour < 24; hour++) {
            double share = p.atHour(hour) / total;
            if (share > 0) {
                entropy -= share * Math.log(share);
                hit++;
            }
        }
        return entropy + (hit - 1) / (2 * total);
    }

    private static double coefficient(Profile p, boolean cosine) {
        double sum = 0;
        for (int hour = 0; hour < 24; hour++) {
            sum += p.atHour(hour) * (cosine ? Math.cos(hour * RADIANS) : Math.sin(hour * RADIANS));
        }
        return sum / total(p);
    }

    private static double total(Profile p) {
        double total = 0;
        for (int hour = 0; hour < 24; hour++) {
            total += p.atHour(hour);
        }
        return Math.max(1, total);
    }
}
