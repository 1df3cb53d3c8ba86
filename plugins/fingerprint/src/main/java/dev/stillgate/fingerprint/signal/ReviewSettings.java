package dev.stillgate.fingerprint.signal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of operators' judgements and of pools.
 *
 * @param approvals number of different operators that must give the same order
 * @param expireAfter how long a label lasts
 * @param newcomers how many newcomers are drawn for verification, null for none
 * @param poolLeast least number of accounts in a pool
 * @param hideStep growth of a hidden cluster's evidence, as a base-10 logarithm, beyond which the review queue shows it
 *     again
 */
public record ReviewSettings(
        int approvals, Duration expireAfter, @Nullable NewcomerRate newcomers, int poolLeast, double hideStep) {
    /** The default step: ten times the odds. */
    public static final double HIDE_STEP = 1;

    /** The settings of a policy that does not name any. */
    public static final ReviewSettings STANDARD = new ReviewSettings(1, Duration.ofDays(90), 10);

    /** Settings without a draw of newcomers. */
    public ReviewSettings(int approvals, Duration expireAfter, int poolLeast) {
        this(approvals, expireAfter, null, poolLeast, HIDE_STEP);
    }
}
