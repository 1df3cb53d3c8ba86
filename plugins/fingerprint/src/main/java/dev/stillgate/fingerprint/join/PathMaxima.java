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
 * @param total greatest sum of both sides, in log10
 */
public record PathMaxima(int references, double total, double asked, double origin) {
    /** No references. */
    public static final PathMaxima NONE = new PathMaxima(0, 0, 0, 0);

    /** Returns the maxima of one reference, whose scores are given by start. */
    static PathMaxima of(List<JoinScore> path) {
        return new PathMaxima(
                1, most(path, JoinScore::total), most(path, JoinScore::asked), most(path, JoinScore::origin));
    }

    private static double most(List<JoinScore> path, ToDoubleFunction<JoinScore> part) {
        return path.stream().mapToDouble(part).reduce(0, Math::max);
    }

    /** Returns the maxima of the references of both. */
    PathMaxima with(PathMaxima other) {
        return new PathMaxima(
                references + other.references,
                Math.max(total, other.total),
                Math.max(asked, other.asked),
                Math.max(origin, other.origin));
    }

    /** Returns whether evidence is greater than that of each reference, in total and on each side by itself. */
    public boolean isExceededBy(JoinScore score) {
        return score.total() > total && score.asked() > asked && score.origin() > origin;
    }

    /**
     * Returns the bound of the probability that an account like the references joins one of several campaigns (C. E.
     * Bonferroni, 1936).
     */
    public double bound(int campaigns) {
        return Math.min(1, campaigns / (references + 1.0));
    }
}
