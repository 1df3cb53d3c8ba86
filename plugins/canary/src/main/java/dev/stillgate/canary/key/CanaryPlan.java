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
 * @param agreement probability, in 65536ths, that a cell's sign is that of its class (q)
 * @param alpha weight of the class-level statistic, in thousandths
 * @param beta weight of the cell-level statistic, in thousandths
 * @param lattice limit on the lattice points of the statistic's positive half
 * @param buckets limit on the cells of a class
 * @param strengths candidate shares of marked text, in thousandths; the test selects one without using the key
 * @param classSpreads candidate standard deviations of class rates from the reference, in thousandths of a logit
 * @param cellSpreads candidate standard deviations of cell rates from their class, likewise
 * @param deviation probability, in 65536ths, that a cell of a stratum's key has the opposite sign of the global key's;
 *     0 in the plans of all other keys
 */
public record CanaryPlan(
        int version,
        int agreement,
        int alpha,
        int beta,
        int lattice,
        int buckets,
        List<Integer> strengths,
        List<Integer> classSpreads,
        List<Integer> cellSpreads,
        int deviation) {
    /** The value 1 in the units of {@link #agreement} and {@link #deviation}. */
    public static final int AGREEMENT_ONE = 1 << 16;

    /** The plan of version 1, under which nothing is marked any more; ledgers may contain keys of it. */
    public static final CanaryPlan FIRST = new CanaryPlan(
            1,
            AGREEMENT_ONE / 4 * 3,
            250,
            1000,
            1 << 16,
            64,
            List.of(50, 150, 400, 700, 900),
            List.of(150, 400, 1000),
            List.of(100, 250, 600),
            0);

    /** The plan of this version, which differs from the first in how far styles are assumed to deviate. */
    public static final CanaryPlan CURRENT = new CanaryPlan(
            2,
            FIRST.agreement,
            FIRST.alpha,
            FIRST.beta,
            FIRST.lattice,
            FIRST.buckets,
            FIRST.strengths,
            List.of(50, 150, 400),
            FIRST.cellSpreads,
            0);

    /** The plan of strata: the current one with deviations of probability 0.15, a correlation of 0.7 with the global key. */
    public static final CanaryPlan STRATUM = new CanaryPlan(
            3,
            CURRENT.agreement,
            CURRENT.alpha,
            CURRENT.beta,
            CURRENT.lattice,
            CURRENT.buckets,
            CURRENT.strengths,
            CURRENT.classSpreads,
            CURRENT.cellSpreads,
            9830);

    /** All plans under which keys may have been committed, newest first. */
    public static final List<CanaryPlan> KNOWN = List.of(STRATUM, CURRENT, FIRST);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a parameter is out of range
     */
    public CanaryPlan {
        strengths = List.copyOf(strengths);
        classSpreads = List.copyOf(classSpreads);
        cellSpreads = List.copyOf(cellSpreads);
        require(agreement > AGREEMENT_ONE / 2 && agreement < AGREEMENT_ONE, "agreement is between one half and one");
        require(alpha >= 0 && beta >= 0 && alpha + beta > 0, "weights are not negative and not both zero");
        require(lattice >= 256 && lattice <= 1 << 20, "a lattice has 256 to 1048576 points");
        require(buckets >= 1 && buckets <= 64, "a class has 1 to 64 cells");
        require(!strengths.isEmpty() && strengths.stream().allMatch(f -> f > 0 && f < 1000), "strengths are 1 to 999");
        require(deviation >= 0 && deviation < AGREEMENT_ONE / 2, "a deviation is below one half");
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

    /** Returns q, the probability that a cell's sign is that of its class; for a stratum, with the deviations. */
    public double q() {
        double agrees = agreement / (double) AGREEMENT_ONE;
        double deviates = deviates();
        return agrees * (1 - deviates) + (1 - agrees) * deviates;
    }

    /** Returns the probability that a cell of a stratum's key deviates from the global key. */
    public double deviates() {
        return deviation / (double) AGREEMENT_ONE;
    }

    /** Returns whether this is a plan of strata. */
    public boolean isForStrata() {
        return deviation > 0;
    }

    /**
     * Returns the bytes that a commitment covers: ASCII lines of {@code name=number}, in the order of the components; a
     * deviation of 0 has no line.
     */
    public byte[] canonical() {
        String text = "stillgate-canary-plan\nversion=" + version + "\nagreement=" + agreement + "\nalpha=" + alpha
                + "\nbeta=" + beta + "\nlattice=" + lattice + "\nbuckets=" + buckets
                + "\nstrengths=" + join(strengths) + "\nclassSpreads=" + join(classSpreads)
                + "\ncellSpreads=" + join(cellSpreads) + "\n"
                + (deviation == 0 ? "" : "deviation=" + deviation + "\n");
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String join(List<Integer> figures) {
        return figures.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
