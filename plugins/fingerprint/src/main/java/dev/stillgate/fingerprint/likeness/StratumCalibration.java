package dev.stillgate.fingerprint.likeness;

import java.util.Map;

/**
 * Promise and observation in one stratum.
 *
 * @param stratum its name
 * @param accounts accounts that are not references
 * @param marked share of these accounts that are marked
 * @param tightened share of these accounts that are tightened
 * @param promised promised share of innocent accounts that are tightened
 * @param markedReferences share of references that bounded evidence would mark
 * @param tightenedReferences share of references that bounded evidence would tighten
 * @param tightenedByKind the same for each kind of reference that the stratum has
 * @param mayTighten whether bounded evidence tightens here, which takes enough references that keep the promise
 */
public record StratumCalibration(
        String stratum,
        int accounts,
        ObservedShare marked,
        ObservedShare tightened,
        double promised,
        ObservedShare markedReferences,
        ObservedShare tightenedReferences,
        Map<ReferenceKind, ObservedShare> tightenedByKind,
        boolean mayTighten) {

    /** Returns the least p-value that the references allow: 1 / (references + 1). */
    public double leastP() {
        return 1 / (tightenedReferences.of() + 1.0);
    }

    /**
     * Returns the estimated share of innocent accounts among the marked ones, at most 1: the accounts that would be
     * marked if all were like the references, over those that are. NaN without marked accounts or without references.
     */
    public double falseDiscoveries() {
        return Math.min(1, markedReferences.share() / marked.share());
    }
}
