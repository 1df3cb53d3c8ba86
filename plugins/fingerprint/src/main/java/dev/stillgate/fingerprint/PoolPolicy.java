package dev.stillgate.fingerprint;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of pools.
 *
 * @param least least number of accounts in a pool, 2 to 10,000; 10 when absent, since a family, a team and a small firm
 *     have fewer
 */
@Removed(name = "proposals", instead = "remove it: a confirmation decides about the accounts that join a campaign")
public record PoolPolicy(@Nullable Integer least) {
    private static final int MIN_LEAST = 2;
    private static final int MAX_LEAST = 10_000;

    /** The policy when the key is absent. */
    static final PoolPolicy STANDARD = new PoolPolicy(null);

    public PoolPolicy {
        if (least != null && (least < MIN_LEAST || least > MAX_LEAST)) {
            throw new PolicyException("least", "expected " + MIN_LEAST + " to " + MAX_LEAST + ", found " + least);
        }
    }

    int leastOrDefault() {
        return Objects.requireNonNullElse(least, 10);
    }
}
