package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tightest limit of each measure and its remaining tokens, for the header fields of a response. Not thread-safe.
 */
public final class TightestLimits {
    private final Map<Measure, Reading> byMeasure = new EnumMap<>(Measure.class);

    private static final class Reading {
        private @Nullable TokenLimit limit;
        private long left;
        private long reset;
    }

    public TightestLimits() {
        for (Measure measure : Measure.values()) {
            byMeasure.put(measure, new Reading());
        }
    }

    void clear() {
        byMeasure.values().forEach(reading -> reading.limit = null);
    }

    /**
     * Adds a limit; for each measure the one with the smallest remaining fraction is kept. A limit that counts other
     * accounts too is ignored, since its level tells how much they use.
     */
    public void add(TokenLimit limit, long remaining, long untilFullNanos) {
        if (limit.owner() != Owner.ACCOUNT) {
            return;
        }
        Reading reading = of(limit.measure());
        TokenLimit other = reading.limit;
        double fraction = (double) remaining / (double) limit.capacity();
        if (other == null || fraction < (double) reading.left / (double) other.capacity()) {
            reading.limit = limit;
            reading.left = remaining;
            reading.reset = untilFullNanos;
        }
    }

    /** Returns the tightest limit of a measure; null if there is none. */
    @Nullable
    public TokenLimit limit(Measure measure) {
        return of(measure).limit;
    }

    /** Returns the tokens left in the tightest limit of a measure, at least 0. */
    public long remaining(Measure measure) {
        return Math.max(0, of(measure).left);
    }

    /** Returns the nanoseconds until the tightest limit of a measure is full. */
    public long resetNanos(Measure measure) {
        return of(measure).reset;
    }

    /** Returns the token measure for OpenAI's single set of token fields; null without token limits. */
    @Nullable
    public Measure tokens() {
        if (limit(Measure.TOTAL_TOKENS) != null) {
            return Measure.TOTAL_TOKENS;
        }
        TokenLimit input = limit(Measure.INPUT_TOKENS);
        TokenLimit output = limit(Measure.OUTPUT_TOKENS);
        if (input == null || output == null) {
            return input != null ? Measure.INPUT_TOKENS : output != null ? Measure.OUTPUT_TOKENS : null;
        }
        return fraction(Measure.INPUT_TOKENS, input) < fraction(Measure.OUTPUT_TOKENS, output)
                ? Measure.INPUT_TOKENS
                : Measure.OUTPUT_TOKENS;
    }

    private double fraction(Measure measure, TokenLimit limit) {
        return (double) remaining(measure) / (double) limit.capacity();
    }

    private Reading of(Measure measure) {
        Reading reading = byMeasure.get(measure);
        if (reading == null) {
            throw new IllegalStateException("unknown measure " + measure);
        }
        return reading;
    }
}
