package dev.stillgate.fingerprint.join;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Greatest evidence of the calibration references of one stratum over all their starts: in total and by side. An account
 * that is exchangeable with n references exceeds all of them at any of its starts with probability at most 1 / (n + 1).
 * Traits and starts may depend on each other (V. Vovk, A. Gammerman and G. Shafer, "Algorithmic
 * learning in a random world", 2005). Never below 0, so an account joins only by positive evidence on both sides.
 *
 * @param references number of references
 * @param total greatest sum of both sides
 */
public record PathMaxima(int references, Most total, Most asked, Most origin) {
    /**
     * Greatest evidence.
     *
     * @param score in log10
     * @param account index of the account that has it, -1 if no evidence is positive
     */
    public record Most(double score, int account) {
        private static final Most NONE = new Most(0, -1);

        private Most or(Most other) {
            return other.score > score ? other : this;
        }
    }

    /** No references. */
    public static final PathMaxima NONE = new PathMaxima(0, Most.NONE, Most.NONE, Most.NONE);

    /** Returns the maxima of one reference, whose scores are given by start. */
    static PathMaxima of(int account, List<JoinScore> path) {
        return new PathMaxima(
                1,
                most(account, path, JoinScore::total),
                most(account, path, JoinScore::asked),
                most(account, path, JoinScore::origin));
    }

    private static Most most(int account, List<JoinScore> path, ToDoubleFunction<JoinScore> part) {
        return path.stream()
                .map(score -> new Most(part.applyAsDouble(score), account))
                .reduce(Most.NONE, Most::or);
    }

    /** Returns the maxima of the references of both. */
    PathMaxima with(PathMaxima other) {
        return new PathMaxima(
                references + other.references, total.or(other.total), asked.or(other.asked), origin.or(other.origin));
    }

    /** Returns whether evidence is greater than that of each reference, in total and on each side by itself. */
    public boolean isExceededBy(JoinScore score) {
        return score.total() > total.score && score.asked() > asked.score && score.origin() > origin.score;
    }

    /**
     * Returns the bound of the probability that an account like the references joins one of several campaigns (C. E.
     * Bonferroni, 1936).
     */
    public double bound(int campaigns) {
        return Math.min(1, campaigns / (references + 1.0));
    }
}
