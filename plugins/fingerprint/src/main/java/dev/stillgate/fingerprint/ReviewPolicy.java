package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.signal.NewcomerRate;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of operators' judgements.
 *
 * @param approvals number of different operators that must give the same order, 1 to 5; 1 when absent
 * @param expireAfter how long a label lasts, 90 days when absent
 * @param newcomers how many newcomers are drawn at random for verification, such as {@code 30/7d}; none when absent
 * @param hideStep growth of a hidden cluster's evidence, as a base-10 logarithm of odds, beyond which the queue shows it
 *     again, 0.1 to 100; 1 when absent
 */
public record ReviewPolicy(
        @Nullable Integer approvals,
        @Nullable Duration expireAfter,
        @Nullable NewcomerRate newcomers,
        @Nullable Double hideStep) {
    private static final double LEAST_STEP = 0.1;
    private static final double MOST_STEP = 100;
    private static final int MAX_APPROVALS = 5;

    /** The policy when the key is absent. */
    static final ReviewPolicy STANDARD = new ReviewPolicy(null, null, null, null);

    public ReviewPolicy {
        if (approvals != null && (approvals < 1 || approvals > MAX_APPROVALS)) {
            throw new PolicyException("approvals", "expected 1 to " + MAX_APPROVALS + ", found " + approvals);
        }
        if (expireAfter != null && !expireAfter.isPositive()) {
            throw new PolicyException("expireAfter", "expected more than 0, found " + expireAfter);
        }
        if (hideStep != null && !(hideStep >= LEAST_STEP && hideStep <= MOST_STEP)) {
            throw new PolicyException(
                    "hideStep", "expected " + LEAST_STEP + " to " + MOST_STEP + ", found " + hideStep);
        }
    }

    ReviewSettings settings(PoolPolicy pool) {
        return new ReviewSettings(
                Objects.requireNonNullElse(approvals, 1),
                Objects.requireNonNullElse(expireAfter, Duration.ofDays(90)),
                newcomers,
                pool.leastOrDefault(),
                Objects.requireNonNullElse(hideStep, ReviewSettings.HIDE_STEP));
    }
}
