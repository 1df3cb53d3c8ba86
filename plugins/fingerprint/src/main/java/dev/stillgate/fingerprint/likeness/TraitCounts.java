package dev.stillgate.fingerprint.likeness;

/** Number of accounts in each bin of each trait. Not thread-safe. */
final class TraitCounts {
    /** Total mass of Jeffreys' prior over the bins: half an account in each. */
    static final double PRIOR = TraitBins.BINS / 2.0;

    private final int[] counts;
    private final int[] totals;

    TraitCounts(int traits) {
        counts = new int[traits * TraitBins.BINS];
        totals = new int[traits];
    }

    int traits() {
        return totals.length;
    }

    /** Adds an account, or removes it with a weight of -1. */
    void add(byte[] bins, int weight) {
        for (int t = 0; t < totals.length; t++) {
            if (bins[t] != TraitBins.UNKNOWN) {
                counts[t * TraitBins.BINS + bins[t]] += weight;
                totals[t] += weight;
            }
        }
    }

    int count(int trait, int bin) {
        return counts[trait * TraitBins.BINS + bin];
    }

    int total(int trait) {
        return totals[trait];
    }

    /** Returns the share of a bin, smoothed by Jeffreys' prior, hence above 0. */
    double share(int trait, int bin) {
        return (count(trait, bin) + PRIOR / TraitBins.BINS) / (total(trait) + PRIOR);
    }
}
