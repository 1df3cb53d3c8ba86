package dev.stillgate.canary.proof;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an audit found.
 *
 * @param outcomes of the keys asked about, the smallest p first; never empty
 * @param keys how many keys the p-values are adjusted for
 * @param answers how many answers were read
 * @param words how many words they had
 * @param sites how many sites they had, repeated sentences included
 * @param effectiveN sites of sentences that count: each distinct sentence once
 * @param cells cells with such a site
 * @param referenceAnswers how many reference answers there were
 * @param strength share of marked text that the weights look for
 * @param preregistration SHA-256 of the file that named the keys beforehand, null when there was none
 * @param warnings what weakens the finding, in sentences
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
            throw new IllegalArgumentException("an audit asks about a key");
        }
    }

    /** Returns the outcome with the smallest p. */
    public KeyOutcome best() {
        return outcomes.getFirst();
    }
}
