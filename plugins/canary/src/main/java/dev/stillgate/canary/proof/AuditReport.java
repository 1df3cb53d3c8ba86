package dev.stillgate.canary.proof;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of an audit.
 *
 * @param outcomes results of the requested keys, the smallest p first; never empty
 * @param keys number of keys that the p-values are adjusted for
 * @param answers number of responses
 * @param words number of words in them
 * @param sites number of sites in them, repeated sentences included
 * @param effectiveN number of sites in distinct sentences
 * @param cells number of cells with such a site
 * @param referenceAnswers number of reference answers
 * @param strength share of marked text that the weights are optimized for
 * @param preregistration SHA-256 of the preregistration, or null
 * @param warnings sentences on what weakens the result
 */
public record AuditReport(
        List<KeyOutcome> outcomes,
        int keys,
        long answers,
        long words,
        long sites,
        int effectiveN,
        int cells,
        long referenceAnswers,
        double strength,
        @Nullable String preregistration,
        List<String> warnings) {
    /** Copies the lists. */
    public AuditReport {
        outcomes = List.copyOf(outcomes);
        warnings = List.copyOf(warnings);
        if (outcomes.isEmpty()) {
            throw new IllegalArgumentException("an audit tests at least one key");
        }
    }

    /** Returns the outcome with the smallest p. */
    public KeyOutcome best() {
        return outcomes.getFirst();
    }
}
