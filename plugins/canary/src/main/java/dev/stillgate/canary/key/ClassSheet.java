package dev.stillgate.canary.key;

import dev.stillgate.canary.text.table.ClassTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Numeric summary of a class table, for keys and for the test: cells of each class, reference rates, and the table's
 * digest. Independent of forms and guards, so the test can run on simulated counts.
 */
public final class ClassSheet {
    private final double[] rates;
    private final double[][] offsets;
    private final byte[] digest;
    private final boolean[][] writes;
    private final boolean[] contracts;

    /**
     * Creates a summary without contraction classes.
     *
     * @param names of the classes, for messages
     * @param rates share of form 1 in each class, 0 to 1
     * @param offsets for each class and cell, the cell's rate minus its class's; each row has one entry per cell
     * @param digest SHA-256 of the table
     * @param writes for each class, whether form 0 and form 1 may replace the other
     * @throws IllegalArgumentException if the table lacks classes, or has too many cells or invalid rates
     */
    public ClassSheet(List<String> names, double[] rates, double[][] offsets, byte[] digest, boolean[][] writes) {
        this(names, rates, offsets, digest, writes, new boolean[names.size()]);
    }

    /**
     * Creates a summary.
     *
     * @param contracts for each class, whether form 1 is a contraction of form 0
     */
    public ClassSheet(
            List<String> names,
            double[] rates,
            double[][] offsets,
            byte[] digest,
            boolean[][] writes,
            boolean[] contracts) {
        if (names.isEmpty()
                || names.size() != rates.length
                || rates.length != offsets.length
                || rates.length != writes.length
                || rates.length != contracts.length
                || digest.length != 32) {
            throw new IllegalArgumentException(
                    "a table has classes, a rate and offsets for each, and a digest of 32 bytes");
        }
        this.rates = rates.clone();
        this.offsets = Arrays.stream(offsets).map(double[]::clone).toArray(double[][]::new);
        this.digest = digest.clone();
        this.writes = Arrays.stream(writes).map(boolean[]::clone).toArray(boolean[][]::new);
        this.contracts = contracts.clone();
        for (int k = 0; k < rates.length; k++) {
            int cells = offsets[k].length;
            if (!(rates[k] >= 0 && rates[k] <= 1) || cells < 1 || cells > CanaryPlan.CURRENT.buckets()) {
                throw new IllegalArgumentException("class " + names.get(k) + " has no rate or too many cells");
            }
        }
    }

    /** Returns the summary of a table. */
    public static ClassSheet of(ClassTable table) {
        List<String> names = new ArrayList<>();
        double[] rates = new double[table.classes()];
        double[][] offsets = new double[table.classes()][];
        boolean[][] writes = new boolean[table.classes()][];
        boolean[] contracts = new boolean[table.classes()];
        for (int k = 0; k < rates.length; k++) {
            names.add(table.name(k));
            rates[k] = table.referenceRate(k);
            writes[k] = new boolean[] {table.writes(k, 0), table.writes(k, 1)};
            contracts[k] = table.contracts(k);
            offsets[k] = new double[table.buckets(k)];
            for (int b = 0; b < offsets[k].length; b++) {
                offsets[k][b] = table.referenceOffset(k, b);
            }
        }
        return new ClassSheet(names, rates, offsets, table.digest(), writes, contracts);
    }

    /** Returns the number of classes. */
    public int classes() {
        return rates.length;
    }

    /** Returns the number of cells of a class. */
    public int buckets(int cls) {
        return offsets[cls].length;
    }

    /** Returns the share of form 1 among a class's sites in unmarked texts. */
    public double rate(int cls) {
        return rates[cls];
    }

    /** Returns a cell's share of form 1 minus its class's. */
    public double offset(int cls, int bucket) {
        return offsets[cls][bucket];
    }

    /** Returns whether a form may replace the other. */
    public boolean writes(int cls, int form) {
        return writes[cls][form];
    }

    /**
     * Returns whether form 1 of a class is a contraction of form 0. An editor who expands contractions removes all such
     * marks.
     */
    public boolean contracts(int cls) {
        return contracts[cls];
    }

    /** Returns SHA-256 of the table. */
    public byte[] digest() {
        return digest.clone();
    }
}
