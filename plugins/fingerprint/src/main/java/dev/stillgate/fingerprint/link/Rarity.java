package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.stats.Binomial;
import dev.stillgate.fingerprint.stats.Hypergeometric;
import dev.stillgate.fingerprint.stats.RareShare;

/**
 * Rarity of the values of one fact, learnt from the customers that are vouched for. A value is rare if the upper
 * confidence bound of its share among them is at most 1 % ({@link RareShare}). For a value that none of them has, 299 suffice.
 * With fewer, the value's share among all accounts counts instead.
 */
final class Rarity {
    /** Probability of any link by a fact that does not identify, among customers who are like the known ones. */
    private static final double PROMISE = 0.001;

    private final ValueCounts counts;
    private final boolean hasReferences;
    private final boolean identifies;

    /** Bounds by the number of references with a value, 0 if not computed yet. */
    private final double[] bounds;

    Rarity(ValueCounts counts) {
        this.counts = counts;
        hasReferences = counts.referenceTotal() >= RareShare.LEAST_KNOWN;
        identifies = counts.identifies(hasReferences);
        bounds = new double[hasReferences ? (int) (RareShare.MOST * counts.referenceTotal()) + 1 : 0];
    }

    /** Returns an upper bound of the share of carriers with a value. */
    double bound(int row) {
        if (!hasReferences) {
            return counts.share(row);
        }
        int carriers = counts.references(row);
        if (carriers >= bounds.length) {
            return 1;
        }
        if (bounds[carriers] == 0) {
            bounds[carriers] = Binomial.upperBound(carriers, counts.referenceTotal(), RareShare.CONFIDENCE);
        }
        return bounds[carriers];
    }

    private boolean isRare(int row) {
        return bound(row) <= RareShare.MOST;
    }

    /**
     * Returns whether a value links its carriers: it is rare, and if the fact does not identify, the value is also more
     * frequent among unknown accounts than among references, by Fisher's exact test over all values (Bonferroni).
     */
    boolean links(int row) {
        if (!isRare(row) || identifies) {
            return isRare(row);
        }
        int members = counts.members(row);
        double logTail = Hypergeometric.logUpperTail(
                counts.memberTotal() + counts.referenceTotal(),
                members + counts.references(row),
                counts.memberTotal(),
                members);
        return logTail + Math.log(counts.rows()) <= Math.log(PROMISE);
    }

    /** Returns whether the fact identifies its carriers; see {@link ValueCounts#identifies}. */
    boolean identifies() {
        return identifies;
    }
}
