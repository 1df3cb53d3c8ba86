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
 * @param log10p log10 of the p-value: that of the tail, but for a global key the one of {@link #strata}
 * @param strata number of strata whose evidence is combined with that of a global key: with the smallest of their
 *     p-values and its own, by Bonferroni's inequality; 0 if the key stands alone
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
        double log10p,
        int strata,
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

    /** Returns a copy whose p-value combines the evidence of strata. */
    KeyOutcome combined(double log10, int count) {
        return new KeyOutcome(key, commitment, committed, tail, log10, count, log10, statistic, agreement, stratum);
    }

    /** Returns a copy with an adjusted p-value. */
    KeyOutcome adjusted(double holm) {
        return new KeyOutcome(key, commitment, committed, tail, log10p, strata, holm, statistic, agreement, stratum);
    }
}
