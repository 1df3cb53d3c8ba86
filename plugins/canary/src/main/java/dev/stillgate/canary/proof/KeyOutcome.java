package dev.stillgate.canary.proof;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the test says of one key.
 *
 * @param key name
 * @param commitment SHA-256, in hexadecimal digits
 * @param committed since when that commitment is known, null when it is not
 * @param tail the exact probability that a key drawn at random does as well
 * @param log10Holm log10 of the probability, adjusted for all keys that count
 * @param statistic S, in nats
 * @param agreement share of sites with the form that the key asks for
 */
public record KeyOutcome(
        String key,
        String commitment,
        @Nullable Instant committed,
        NullDistribution.Tail tail,
        double log10Holm,
        double statistic,
        double agreement) {
    /** Returns log10 of the exact p. */
    public double log10p() {
        return tail.log10AtLeast();
    }

    /** Returns this for a number of keys. */
    KeyOutcome adjusted(double holm) {
        return new KeyOutcome(key, commitment, committed, tail, holm, statistic, agreement);
    }
}
