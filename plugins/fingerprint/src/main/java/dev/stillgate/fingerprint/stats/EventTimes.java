package dev.stillgate.fingerprint.stats;

import java.util.Arrays;

/** When something happened to the accounts of a trial: their {@link CoincidenceCounter} in bins of several widths. */
public final class EventTimes {
    private final CoincidenceCounter[] coincidences;
    private int[] counts;

    /** How often it had happened when a member came. */
    private int[] before;

    private int all;

    /** How much fell to each member if all had equal shares of what happened, and of that before a member came. */
    private double share;

    private double[] shareBefore;

    /**
     * Counts.
     *
     * @param members how many accounts
     * @param widths of the bins, in seconds
     */
    public EventTimes(int members, int... widths) {
        counts = new int[members];
        before = new int[members];
        shareBefore = new double[members];
        coincidences = new CoincidenceCounter[widths.length];
        for (int s = 0; s < widths.length; s++) {
            coincidences[s] = new CoincidenceCounter(members, widths[s]);
        }
    }

    /**
     * Makes room for more members, who have met nobody yet.
     *
     * @param to the place that each of those there were has from here on
     */
    public void grow(int members, int[] to) {
        int[] movedCounts = new int[members];
        int[] movedBefore = new int[members];
        double[] movedShare = new double[members];
        Arrays.fill(movedBefore, all);
        Arrays.fill(movedShare, share);
        for (int old = 0; old < to.length; old++) {
            movedCounts[to[old]] = counts[old];
            movedBefore[to[old]] = before[old];
            movedShare[to[old]] = shareBefore[old];
        }
        counts = movedCounts;
        before = movedBefore;
        shareBefore = movedShare;
        for (CoincidenceCounter each : coincidences) {
            each.grow(members, to);
        }
    }

    public void add(int member, int second) {
        counts[member]++;
        all++;
        share += 1.0 / counts.length;
        for (CoincidenceCounter each : coincidences) {
            each.add(member, second);
        }
    }

    /** Returns how often it happened to a member. */
    public int count(int member) {
        return counts[member];
    }

    /** Returns how often it would have happened to a member if all had equal shares from when each came. */
    public double share(int member) {
        return share - shareBefore[member];
    }

    /** Returns how often it happened. */
    public int all() {
        return all;
    }

    /** Returns in about how many bins accounts met. */
    public double bins(int scale) {
        return coincidences[scale].bins();
    }

    /** Returns how many pairs of one account's and another's fell into one bin. */
    public double crossing(int scale) {
        return coincidences[scale].crossing();
    }

    /** Returns the number of pairs of a member's. */
    public double pairs(int member) {
        return counts[member] * (counts[member] - 1.0) / 2;
    }

    /** Returns how many pairs of a member's fell into one bin. */
    public double observed(int scale, int member) {
        return coincidences[scale].within(member);
    }

    /** Returns how many would if the member met itself as often as it meets the others. */
    public double expected(int scale, int member) {
        double strange = (double) counts[member] * (all - before[member] - counts[member]);
        return strange < 1 ? 0 : pairs(member) * coincidences[scale].across(member) / strange;
    }
}
