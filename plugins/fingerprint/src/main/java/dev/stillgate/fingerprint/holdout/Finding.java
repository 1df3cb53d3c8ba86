package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.List;
import java.util.Map;

/**
 * A group of accounts that one round found to act as one.
 *
 * @param accounts their numbers
 * @param found by what they were compared
 * @param evidence by family, as base-10 logarithms of faded likelihood ratios
 * @param reasons the signals that bear it, the strongest first, and {@value #OFFICE} where they are held for a firm's
 */
@SuppressWarnings("ArrayRecordComponent")
public // never compared
record Finding(int[] accounts, SharedKey found, Map<Family, Double> evidence, List<String> reasons) {
    /** That these may be a firm's people, each with a key: at work in the same hours, in one place or at matters of their own. */
    public static final String OFFICE = "office";

    /** What a second family must bring to count as one: odds of ten to one. */
    static final double SECOND = 1;

    public boolean isOffice() {
        return reasons.contains(OFFICE);
    }

    /**
     * Returns the evidence of all families together. The others add no more than half of what the family brings by which the
     * group stands or falls: they were tested on a group that was found, and strangers who share a product are alike in what
     * they send. That family is time, but where accounts come from for those that roam.
     */
    public double total() {
        Family first = found == SharedKey.ROAMING ? Family.NETWORK : Family.TIME;
        double lead = Math.max(0, evidence.getOrDefault(first, 0.0));
        double others = evidence.entrySet().stream()
                .filter(e -> e.getKey() != first)
                .mapToDouble(e -> Math.max(0, e.getValue()))
                .sum();
        return lead + Math.min(others, lead / 2);
    }

    /** Returns the evidence if two independent families bear it, else 0. */
    public double borneByTwo() {
        double second = evidence.values().stream()
                .sorted((a, b) -> Double.compare(b, a))
                .skip(1)
                .findFirst()
                .orElse(0.0);
        return second >= SECOND ? total() : 0;
    }
}
