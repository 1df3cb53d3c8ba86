package dev.stillgate.canary.proof;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Test result of one key.
 *
 * @param key name
 * @param commitment SHA-256, in hexadecimal digits
 * @param committed time of that commitment, or null if there is none
 * @param tail probabilities that a random key reaches and exceeds the statistic; exact, but for a stratum's share
 * @param log10Holm log10 of the p-value adjusted for all counted keys
 * @param statistic S, in nats
 * @param agreement share of sites with the form that the key selects
 * @param stratum what a stratum's tail allows for, or null for another key
 */
public record KeyOutcome(
        String key,
        String commitment,
        @Nullable Instant committed,
        Tail tail,
        double log10Holm,
        double statistic,
        double agreement,
        @Nullable StratumShare stratum) {
    /**
     * A stratum's part in the traffic.
     *
     * @param share of the sites that were marked under the epoch's strata; 0 if unknown
     * @param log10pUnmet log10 of the exact p-value against "the suspect never met the stratum's text"
     */
    public record StratumShare(double share, double log10pUnmet) {}

    /** Returns log10 of the exact p-value. */
    public double log10p() {
        return tail.log10AtLeast();
    }

    /** Returns a copy with an adjusted p-value. */
    KeyOutcome adjusted(double holm) {
        return new KeyOutcome(key, commitment, committed, tail, holm, statistic, agreement, stratum);
    }
}
