package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;

/** Counts of form 0 and form 1 in each cell of a text, the input of the test. Not thread-safe. */
public final class SiteCounts {
    private final int[][] sites;
    private final int[][] ones;

    /** Creates empty counts for the classes and cells of a table. */
    public SiteCounts(ClassSheet sheet) {
        sites = new int[sheet.classes()][];
        ones = new int[sheet.classes()][];
        for (int k = 0; k < sites.length; k++) {
            sites[k] = new int[sheet.buckets(k)];
            ones[k] = new int[sheet.buckets(k)];
        }
    }

    /**
     * Counts a site.
     *
     * @param form 0 or 1
     */
    public void add(int cls, int bucket, int form) {
        sites[cls][bucket]++;
        ones[cls][bucket] += form;
    }

    /** Adds sites of a cell, of which {@code ones} have form 1. */
    public void add(int cls, int bucket, int count, int ones) {
        sites[cls][bucket] += count;
        this.ones[cls][bucket] += ones;
    }

    /** Returns the number of classes. */
    public int classes() {
        return sites.length;
    }

    /** Returns the number of cells of a class. */
    public int buckets(int cls) {
        return sites[cls].length;
    }

    /** Returns the number of sites of a cell. */
    public int sites(int cls, int bucket) {
        return sites[cls][bucket];
    }

    /** Returns the number of sites of a cell with form 1. */
    public int ones(int cls, int bucket) {
        return ones[cls][bucket];
    }

    /** Returns the number of sites of a class. */
    public int sites(int cls) {
        return sum(sites[cls]);
    }

    /** Returns the number of sites of a class with form 1. */
    public int ones(int cls) {
        return sum(ones[cls]);
    }

    /** Returns the number of sites. */
    public int total() {
        int total = 0;
        for (int[] cells : sites) {
            total += sum(cells);
        }
        return total;
    }

    /** Returns the number of cells with a site. */
    public int cells() {
        int cells = 0;
        for (int[] row : sites) {
            for (int count : row) {
                cells += count > 0 ? 1 : 0;
            }
        }
        return cells;
    }

    /** Returns the share of sites with the form that a key selects; one half for an empty text. */
    public double agreement(CanaryKey key) {
        long agreeing = 0;
        for (int k = 0; k < sites.length; k++) {
            for (int b = 0; b < sites[k].length; b++) {
                agreeing += key.cellSign(k, b) > 0 ? ones[k][b] : sites[k][b] - ones[k][b];
            }
        }
        int total = total();
        return total == 0 ? 0.5 : agreeing / (double) total;
    }

    private static int sum(int[] row) {
        int sum = 0;
        for (int count : row) {
            sum += count;
        }
        return sum;
    }
}
