package dev.stillgate.canary.key;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The parameters of marking and testing that are fixed before a key is first used: how signs are drawn and how they are
 * tested. A key's commitment covers the plan, so the test cannot be chosen after seeing a suspect. All parameters are
 * whole numbers, so that the canonical bytes are the same on every machine.
 *
 * @param version of the scheme and of the statistic
 * @param rare rate, in thousandths, below which a form counts as rare in unmarked text
 * @param selected probability, in 65536ths, that a cell selects the rare form of its class; other classes have one half
 * @param lattice limit on the lattice points of the statistic's positive half
 * @param buckets limit on the cells of a class
 * @param strengths candidate shares of marked text, in thousandths; the test selects one without using the key
 * @param classSpreads candidate standard deviations of class rates from the reference, in thousandths of a logit
 * @param cellSpreads candidate standard deviations of cell rates from their class, likewise
 * @param redrawn probability, in 65536ths, that a cell of a stratum's key has a sign of its own in place of the global
 *     key's; 0 in the plan of all other keys
 */
public record CanaryPlan(
        int version,
        int rare,
        int selected,
        int lattice,
        int buckets,
        List<Integer> strengths,
        List<Integer> classSpreads,
        List<Integer> cellSpreads,
        int redrawn) {
    /** The value 1 in the units of {@link #selected} and {@link #redrawn}. */
    public static final int ONE = 1 << 16;

    /** The plan of keys that stand alone. */
    public static final CanaryPlan CURRENT = new CanaryPlan(
            4,
            100,
            ONE / 4,
            1 << 16,
            64,
            List.of(50, 150, 400, 700, 900),
            List.of(50, 150, 400),
            List.of(100, 250, 600),
            0);

    /** The plan of strata. Signs drawn anew with probability 0.3 have a correlation of 0.7 with the global key. */
    public static final CanaryPlan STRATUM = new CanaryPlan(
            5,
            CURRENT.rare,
            CURRENT.selected,
            CURRENT.lattice,
            CURRENT.buckets,
            CURRENT.strengths,
            CURRENT.classSpreads,
            CURRENT.cellSpreads,
            19661);

    /** All plans under which keys may have been committed. */
    public static final List<CanaryPlan> KNOWN = List.of(STRATUM, CURRENT);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a parameter is out of range
     */
    public CanaryPlan {
        strengths = List.copyOf(strengths);
        classSpreads = List.copyOf(classSpreads);
        cellSpreads = List.copyOf(cellSpreads);
        require(rare >= 0 && rare < 500, "a rare form has a rate below one half");
        require(selected > 0 && selected <= ONE / 2, "a rare form is selected with a probability of at most one half");
        require(lattice >= 256 && lattice <= 1 << 20, "a lattice has 256 to 1048576 points");
        require(buckets >= 1 && buckets <= 64, "a class has 1 to 64 cells");
        require(!strengths.isEmpty() && strengths.stream().allMatch(f -> f > 0 && f < 1000), "strengths are 1 to 999");
        require(redrawn >= 0 && redrawn < ONE, "not all cells are drawn anew");
        require(positive(classSpreads) && positive(cellSpreads), "spreads are above 0");
    }

    private static boolean positive(List<Integer> figures) {
        return !figures.isEmpty() && figures.stream().allMatch(f -> f > 0);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /**
     * Returns the probability, in 65536ths, that a cell selects form 1.
     *
     * @param rate share of form 1 in unmarked text
     */
    int threshold(double rate) {
        return rate * 1000 < rare ? selected : rate * 1000 > 1000 - rare ? ONE - selected : ONE / 2;
    }

    /** Returns the probability that a cell selects form 1, given the share of form 1 in unmarked text. */
    public double selects(double rate) {
        return threshold(rate) / (double) ONE;
    }

    /**
     * Returns the probability that a stratum's cell has the opposite sign of the global key's.
     *
     * @param rate share of form 1 in unmarked text
     * @param global the global key's sign
     */
    public double deviates(double rate, int global) {
        return redrawn / (double) ONE * (global > 0 ? 1 - selects(rate) : selects(rate));
    }

    /** Returns whether this is a plan of strata. */
    public boolean isForStrata() {
        return redrawn > 0;
    }

    /**
     * Returns the bytes that a commitment covers: ASCII lines of {@code name=number}, in the order of the components; a
     * {@code redrawn} of 0 has no line.
     */
    public byte[] canonical() {
        String text = "stillgate-canary-plan\nversion=" + version + "\nrare=" + rare + "\nselected=" + selected
                + "\nlattice=" + lattice + "\nbuckets=" + buckets
                + "\nstrengths=" + join(strengths) + "\nclassSpreads=" + join(classSpreads)
                + "\ncellSpreads=" + join(cellSpreads) + "\n"
                + (redrawn == 0 ? "" : "redrawn=" + redrawn + "\n");
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String join(List<Integer> figures) {
        return figures.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
