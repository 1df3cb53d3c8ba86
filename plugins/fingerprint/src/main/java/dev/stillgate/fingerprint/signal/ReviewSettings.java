package dev.stillgate.fingerprint.signal;

import java.time.Duration;

/**
 * Settings of operators' judgements and of pools.
 *
 * @param approvals number of different operators that must give the same order
 * @param expireAfter how long a label lasts
 * @param poolLeast least number of accounts in a pool
 */
public record ReviewSettings(int approvals, Duration expireAfter, int poolLeast) {
    /** The settings of a policy that does not name any. */
    public static final ReviewSettings STANDARD = new ReviewSettings(1, Duration.ofDays(90), 10);
}
