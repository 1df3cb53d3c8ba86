package dev.stillgate.fingerprint;

import dev.stillgate.spi.PolicyException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of pools.
 *
 * @param least least number of accounts in a pool, 2 to 10,000; 10 when absent, since a family, a team and a small firm
 *     have fewer
 * @param proposals p-value up to which accounts that resemble a confirmed campaign are pooled without an operator,
 *     above 0 and at most 0.01; never when absent
 */
public record PoolPolicy(@Nullable Integer least, @Nullable Double proposals) {
    private static final int MIN_LEAST = 2;
    private static final int MAX_LEAST = 10_000;
    private static final double MAX_PROPOSALS = 0.01;

    /** The policy when the key is absent. */
    static final PoolPolicy STANDARD = new PoolPolicy(null, null);

    public PoolPolicy {
        if (least != null && (least < MIN_LEAST || least > MAX_LEAST)) {
            throw new PolicyException("least", "expected " + MIN_LEAST + " to " + MAX_LEAST + ", found " + least);
        }
        if (proposals != null && !(proposals > 0 && proposals <= MAX_PROPOSALS)) {
            throw new PolicyException(
                    "proposals", "expected more than 0 and at most " + MAX_PROPOSALS + ", found " + proposals);
        }
    }

    int leastOrDefault() {
        return Objects.requireNonNullElse(least, 10);
    }

    /** Returns the p-value up to which proposals are pooled, 0 for never. */
    double proposalsOrNever() {
        return Objects.requireNonNullElse(proposals, 0.0);
    }
}
