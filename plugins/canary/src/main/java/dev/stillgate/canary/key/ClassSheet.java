package dev.stillgate.canary.key;

import dev.stillgate.canary.text.table.ClassTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What keys and the test need of a table of classes: how many cells each class has, the rates of texts that know no key, and
 * the table's digest. Forms and guards stay with the table, so the test can be tried without any text.
 */
public final class ClassSheet {
    private final List<String> names;
    private final double[] rates;
    private final double[][] offsets;
    private final byte[] digest;
    private final boolean[][] writes;
    private final boolean[] contracts;

    /**
     * Copies the figures; no class is of contractions.
     *
     * @param names of the classes
     * @param rates share of form 1 in each class, 0 to 1
     * @param offsets for each class and cell, the cell's rate less its class's; the rows give the number of cells
     * @param digest SHA-256 of the table
     * @param writes for each class, whether form 0 and form 1 may be written where the other stands
     * @throws IllegalArgumentException when there are no classes, too many cells, or figures are no rates
     */
    public ClassSheet(List<String> names, double[] rates, double[][] offsets, byte[] digest, boolean[][] writes) {
        this(names, rates, offsets, digest, writes, new boolean[names.size()]);
    }

    /**
     * Copies the figures, as above.
     *
     * @param contracts for each class, whether form 1 is form 0 contracted
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
        this.names = List.copyOf(names);
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

    /** Returns the figures of a table. */
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

    /** Returns how many classes there are. */
    public int classes() {
        return rates.length;
    }

    /** Returns how many cells a class has. */
    public int buckets(int cls) {
        return offsets[cls].length;
    }

    /** Returns the name of a class. */
    public String name(int cls) {
        return names.get(cls);
    }

    /** Returns the share of form 1 among a class's sites, in texts that know no key. */
    public double rate(int cls) {
        return rates[cls];
    }

    /** Returns how much a cell's share of form 1 exceeds its class's. */
    public double offset(int cls, int bucket) {
        return offsets[cls][bucket];
    }

    /** Returns whether a form may be written where the other stands. */
    public boolean writes(int cls, int form) {
        return writes[cls][form];
    }

    /** Returns whether form 1 of a class is form 0 contracted, so that who writes contractions out takes all such marks. */
    public boolean contracts(int cls) {
        return contracts[cls];
    }

    /** Returns SHA-256 of the table. */
    public byte[] digest() {
        return digest.clone();
    }
}
