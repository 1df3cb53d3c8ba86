package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/**
 * Event counts of each member of a group, and numbers of event pairs in the same time bin, at several bin widths (see
 * {@link CoincidenceCounter}). Input of the tests of dispatch against independence. Not thread-safe.
 */
public final class EventTimes {
    private final CoincidenceCounter[] counters;
    private int[] counts;

    /** Number of events of the whole group before a member joined. */
    private int[] totalBefore;

    private int total;

    /** Number of events for each member if all had equal shares. */
    private double equalShare;

    /** The same at the time when a member joined. */
    private double[] equalShareBefore;

    /**
     * @param members number of accounts
     * @param widths widths of the time bins in seconds; an index into them is called the scale
     */
    public EventTimes(int members, int... widths) {
        counts = new int[members];
        totalBefore = new int[members];
        equalShareBefore = new double[members];
        counters = new CoincidenceCounter[widths.length];
        for (int s = 0; s < widths.length; s++) {
            counters[s] = new CoincidenceCounter(members, widths[s]);
        }
    }

    /**
     * Adds members without events.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     */
    public void grow(int members, int[] newIndexes) {
        int[] movedCounts = new int[members];
        int[] movedTotalBefore = new int[members];
        double[] movedEqualShare = new double[members];
        Arrays.fill(movedTotalBefore, total);
        Arrays.fill(movedEqualShare, equalShare);
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            movedCounts[newIndexes[oldIndex]] = counts[oldIndex];
            movedTotalBefore[newIndexes[oldIndex]] = totalBefore[oldIndex];
            movedEqualShare[newIndexes[oldIndex]] = equalShareBefore[oldIndex];
        }
        counts = movedCounts;
        totalBefore = movedTotalBefore;
        equalShareBefore = movedEqualShare;
        for (CoincidenceCounter counter : counters) {
            counter.grow(members, newIndexes);
        }
    }

    public void add(int memberIndex, int second) {
        counts[memberIndex]++;
        total++;
        equalShare += 1.0 / counts.length;
        for (CoincidenceCounter counter : counters) {
            counter.add(memberIndex, second);
        }
    }

    /** Returns the number of events of a member. */
    public int count(int memberIndex) {
        return counts[memberIndex];
    }

    /** Returns the number of events a member would have if all members had equal shares since they joined. */
    public double equalShare(int memberIndex) {
        return equalShare - equalShareBefore[memberIndex];
    }

    /** Returns the number of events of the group. */
    public int total() {
        return total;
    }

    /** Returns the effective number of time bins with coincidences. */
    public double effectiveBins(int scale) {
        return counters[scale].effectiveBins();
    }

    /** Returns the number of pairs of events of two different members in one bin. */
    public double allCrossPairs(int scale) {
        return counters[scale].allCrossPairs();
    }

    /** Returns the number of pairs of events of a member. */
    public double pairs(int memberIndex) {
        return counts[memberIndex] * (counts[memberIndex] - 1.0) / 2;
    }

    /** Returns the number of pairs of a member's own events in one bin. */
    public double observedPairs(int scale, int memberIndex) {
        return counters[scale].ownPairs(memberIndex);
    }

    /**
     * Returns the expected number of such pairs if the member is independent of the time: its number of pairs times the
     * coincidence rate of its cross pairs.
     */
    public double expectedPairs(int scale, int memberIndex) {
        double otherPairs = (double) counts[memberIndex] * (total - totalBefore[memberIndex] - counts[memberIndex]);
        return otherPairs < 1 ? 0 : pairs(memberIndex) * counters[scale].crossPairs(memberIndex) / otherPairs;
    }
}
