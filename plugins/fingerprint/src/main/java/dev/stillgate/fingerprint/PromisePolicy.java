package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.spi.PolicyException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of the error rates of bounded evidence.
 *
 * @param tightened share of a stratum's innocent accounts that may be tightened, 0.000001 to 0.1; 0.001 when absent
 * @param falseDiscoveries expected share of innocent accounts among those that one model marks, 0.001 to 0.5; 0.1 when
 *     absent
 */
public record PromisePolicy(
        @Nullable Double tightened, @Nullable Double falseDiscoveries) {
    public PromisePolicy {
        requireInRange("tightened", tightened, 0.000001, 0.1);
        requireInRange("falseDiscoveries", falseDiscoveries, 0.001, 0.5);
    }

    private static void requireInRange(String key, @Nullable Double share, double min, double max) {
        if (share != null && !(share >= min && share <= max)) {
            throw new PolicyException(key, "expected " + min + " to " + max + ", found " + share);
        }
    }

    Promise settings() {
        return new Promise(
                Objects.requireNonNullElse(tightened, Promise.DEFAULT.tightened()),
                Objects.requireNonNullElse(falseDiscoveries, Promise.DEFAULT.falseDiscoveries()));
    }
}
