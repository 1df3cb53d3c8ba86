package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Counts how often two exchanges of one account fall into the same bin of time, for accounts that are watched together, and
 * says how often they would if the account met itself no more often than it meets the others. Whatever rhythm, pauses and
 * bursts the accounts have in common, and however uneven their shares are, whoever deals work out makes the two equal: it is
 * independence in the table of accounts by bins (K. Pearson, "On the criterion that a given system of deviations is such
 * that it can be reasonably supposed to have arisen from random sampling", 1900). People and programs of their own come back
 * to their own work, and meet themselves far more often; where turns are taken accounts meet themselves less. That two
 * others are always at work together changes nothing for an account, which is compared by its own meetings alone.
 */
final class CoincidenceCounter {
    private static final int MOST_BINS = 1 << 13;

    private final int width;
    private int[] bins;
    private short[] counts;
    private float[] within;
    private double[] across;
    private int[] totals = new int[16];
    private int first = -1;
    private int newest;

    /**
     * Counts.
     *
     * @param members how many accounts
     * @param width of a bin, in seconds
     */
    CoincidenceCounter(int members, int width) {
        this.width = width;
        bins = new int[members];
        counts = new short[members];
        within = new float[members];
        across = new double[members];
    }

    /**
     * Makes room for more members.
     *
     * @param to the place that each of those there were has from here on
     */
    void grow(int members, int[] to) {
        int[] movedBins = new int[members];
        short[] movedCounts = new short[members];
        float[] movedWithin = new float[members];
        double[] movedAcross = new double[members];
        for (int old = 0; old < to.length; old++) {
            movedBins[to[old]] = bins[old];
            movedCounts[to[old]] = counts[old];
            movedWithin[to[old]] = within[old];
            movedAcross[to[old]] = across[old];
        }
        bins = movedBins;
        counts = movedCounts;
        within = movedWithin;
        across = movedAcross;
    }

    /** Takes an exchange of a member; what lies before the newest bin counts for it, as answers do not end in order. */
    void add(int member, int second) {
        int bin = second / width;
        if (first < 0) {
            first = bin;
        }
        bin = Math.clamp(bin - first, newest, MOST_BINS - 1);
        newest = bin;
        if (bin >= totals.length) {
            totals = Arrays.copyOf(totals, Math.min(MOST_BINS, Math.max(bin + 1, totals.length * 2)));
        }
        totals[bin]++;
        if (bins[member] != bin) {
            across[member] += meetings(member);
            bins[member] = bin;
            counts[member] = 0;
        }
        within[member] += counts[member];
        counts[member] = (short) Math.min(Short.MAX_VALUE, counts[member] + 1);
    }

    /**
     * Returns in about how many bins accounts met: what all do in the same few bins, as nightly jobs of one minute, is few
     * occasions however many pairs it makes (the effective number of L. Kish, "Survey sampling", 1965).
     */
    double bins() {
        double sum = 0;
        double squares = 0;
        for (int bin = 0; bin <= newest; bin++) {
            double pairs = totals[bin] * (totals[bin] - 1.0) / 2;
            sum += pairs;
            squares += pairs * pairs;
        }
        return squares == 0 ? 0 : sum * sum / squares;
    }

    /** Returns how many pairs of one account's and another's fell into one bin. */
    double crossing() {
        double pairs = 0;
        for (int bin = 0; bin <= newest; bin++) {
            pairs += totals[bin] * (totals[bin] - 1.0) / 2;
        }
        for (float own : within) {
            pairs -= own;
        }
        return pairs;
    }

    /** Returns how many pairs a member's exchanges of its newest bin make with others'. */
    private double meetings(int member) {
        return (double) counts[member] * (totals[bins[member]] - counts[member]);
    }

    /** Returns how many pairs of a member's fell into one bin. */
    double within(int member) {
        return within[member];
    }

    /** Returns how many pairs of one of a member's and one of another's fell into one bin. */
    double across(int member) {
        return across[member] + meetings(member);
    }
}
