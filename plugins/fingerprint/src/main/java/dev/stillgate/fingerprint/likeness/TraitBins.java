package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Profile;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.stats.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Division of each trait into at most {@value #BINS} bins with about as many accounts each. A value is placed by its
 * mid-rank, so equal values are in one bin and a frequent value has a bin of its own. Only the order of values counts.
 */
final class TraitBins {
    static final int BINS = 8;

    /** Bin of an unknown value. */
    static final byte UNKNOWN = -1;

    private static final int SAMPLE = 20_000;

    private final List<Trait> traits;

    /** For each trait, ascending, the largest value of each bin but the last; minus infinity for an empty bin. */
    private final double[][] cuts;

    private TraitBins(List<Trait> traits, double[][] cuts) {
        this.traits = traits;
        this.cuts = cuts;
    }

    /** Returns the bins of the traits of accounts, by at most {@value #SAMPLE} of them, drawn at random. */
    static TraitBins of(List<Trait> traits, List<Subject> accounts) {
        int[] sample = Sampling.sample(accounts.size(), SAMPLE, new Random(1));
        double[][] cuts = new double[traits.size()][];
        for (int t = 0; t < cuts.length; t++) {
            Trait trait = traits.get(t);
            cuts[t] = cuts(Arrays.stream(sample)
                    .mapToDouble(i -> trait.of().applyAsDouble(accounts.get(i).profile()))
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray());
        }
        return new TraitBins(List.copyOf(traits), cuts);
    }

    private static double[] cuts(double... sorted) {
        double[] cuts = new double[BINS - 1];
        Arrays.fill(cuts, Double.NEGATIVE_INFINITY);
        int end;
        for (int begin = 0; begin < sorted.length; begin = end) {
            end = begin + 1;
            while (end < sorted.length && sorted[end] == sorted[begin]) {
                end++;
            }
            double midRank = (begin + end) / 2.0 / sorted.length;
            Arrays.fill(cuts, Math.min(BINS - 1, (int) (midRank * BINS)), BINS - 1, sorted[begin]);
        }
        return cuts;
    }

    int traits() {
        return cuts.length;
    }

    String name(int trait) {
        return traits.get(trait).name();
    }

    /** Returns the bin of each trait. */
    byte[] of(Profile profile) {
        byte[] bins = new byte[cuts.length];
        for (int t = 0; t < bins.length; t++) {
            bins[t] = bin(t, traits.get(t).of().applyAsDouble(profile));
        }
        return bins;
    }

    private byte bin(int trait, double value) {
        if (Double.isNaN(value)) {
            return UNKNOWN;
        }
        byte bin = 0;
        for (double cut : cuts[trait]) {
            if (value > cut) {
                bin++;
            }
        }
        return bin;
    }

    /** Returns the value above which a bin begins, minus infinity for the first. */
    double above(int trait, int bin) {
        return bin == 0 ? Double.NEGATIVE_INFINITY : cuts[trait][bin - 1];
    }

    /** Returns the largest value of a bin, infinity for the last. */
    double upTo(int trait, int bin) {
        return bin == BINS - 1 ? Double.POSITIVE_INFINITY : cuts[trait][bin];
    }
}
