package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Counts pairs of events that fall into the same time bin, both of one account ("own pairs") and of two accounts
 * ("cross pairs").
 *
 * <p>If the account of an event is independent of its time, the rate of own pairs equals the rate of cross pairs:
 * independence in the contingency table of accounts by bins (K. Pearson, "On the criterion that a given system of
 * deviations is such that it can be reasonably supposed to have arisen from random sampling", 1900). This holds for any
 * common rhythm and for any shares of the accounts. An account with sessions of its own has more own pairs, and under
 * round-robin dispatch it has fewer. Each account is compared through its own pairs only, so a correlation between two
 * other accounts has no effect on it. Not thread-safe.
 */
final class CoincidenceCounter {
    private static final int MAX_BINS = 1 << 13;

    private final int width;
    /** Bin of the last event, by member. */
    private int[] newestBins;
    /** Number of events in that bin, by member. */
    private short[] counts;

    private float[] ownPairs;
    private double[] crossPairs;
    private int[] binTotals = new int[16];
    private int first = -1;
    private int newest;

    /**
     * @param members number of accounts
     * @param width width of a bin in seconds
     */
    CoincidenceCounter(int members, int width) {
        this.width = width;
        newestBins = new int[members];
        counts = new short[members];
        ownPairs = new float[members];
        crossPairs = new double[members];
    }

    /**
     * Adds members.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     */
    void grow(int members, int[] newIndexes) {
        int[] movedBins = new int[members];
        short[] movedCounts = new short[members];
        float[] movedOwnPairs = new float[members];
        double[] movedCrossPairs = new double[members];
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            movedBins[newIndexes[oldIndex]] = newestBins[oldIndex];
            movedCounts[newIndexes[oldIndex]] = counts[oldIndex];
            movedOwnPairs[newIndexes[oldIndex]] = ownPairs[oldIndex];
            movedCrossPairs[newIndexes[oldIndex]] = crossPairs[oldIndex];
        }
        newestBins = movedBins;
        counts = movedCounts;
        ownPairs = movedOwnPairs;
        crossPairs = movedCrossPairs;
    }

    /**
     * Counts an event of a member. An event that is older than the newest bin counts in the newest bin, since responses
     * complete out of order.
     */
    void add(int memberIndex, int second) {
        int bin = second / width;
        if (first < 0) {
            first = bin;
        }
        bin = Math.clamp(bin - first, newest, MAX_BINS - 1);
        newest = bin;
        if (bin >= binTotals.length) {
            binTotals = Arrays.copyOf(binTotals, Math.min(MAX_BINS, Math.max(bin + 1, binTotals.length * 2)));
        }
        binTotals[bin]++;
        if (newestBins[memberIndex] != bin) {
            crossPairs[memberIndex] += newestCrossPairs(memberIndex);
            newestBins[memberIndex] = bin;
            counts[memberIndex] = 0;
        }
        ownPairs[memberIndex] += counts[memberIndex];
        counts[memberIndex] = (short) Math.min(Short.MAX_VALUE, counts[memberIndex] + 1);
    }

    /**
     * Returns the effective number of bins, weighted by pairs: {@code (sum of pairs)^2 / sum of squared pairs} (L.
     * Kish, "Survey sampling", 1965). Many pairs in a few bins, as of nightly jobs, are few independent observations.
     */
    double effectiveBins() {
        double sum = 0;
        double squares = 0;
        for (int bin = 0; bin <= newest; bin++) {
            double pairs = binTotals[bin] * (binTotals[bin] - 1.0) / 2;
            sum += pairs;
            squares += pairs * pairs;
        }
        return squares == 0 ? 0 : sum * sum / squares;
    }

    /** Returns the number of pairs of events of two different accounts in one bin. */
    double allCrossPairs() {
        double pairs = 0;
        for (int bin = 0; bin <= newest; bin++) {
            pairs += binTotals[bin] * (binTotals[bin] - 1.0) / 2;
        }
        for (float each : ownPairs) {
            pairs -= each;
        }
        return pairs;
    }

    /** Returns the number of cross pairs of a member in its newest bin. */
    private double newestCrossPairs(int memberIndex) {
        return (double) counts[memberIndex] * (binTotals[newestBins[memberIndex]] - counts[memberIndex]);
    }

    /** Returns the number of pairs of a member's own events in one bin. */
    double ownPairs(int memberIndex) {
        return ownPairs[memberIndex];
    }

    /** Returns the number of pairs of a member's event and another member's event in one bin. */
    double crossPairs(int memberIndex) {
        return crossPairs[memberIndex] + newestCrossPairs(memberIndex);
    }
}
