package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of the error rates of bounded evidence.
 *
 * @param falseDiscoveries expected share of innocent accounts among those that one model marks, 0.001 to 0.5; 0.1 when
 *     absent
 */
@Removed(name = "tightened", instead = "remove this line: evidence marks at most")
public record PromisePolicy(@Nullable Double falseDiscoveries) {
    public PromisePolicy {
        requireInRange("falseDiscoveries", falseDiscoveries, 0.001, 0.5);
    }

    private static void requireInRange(String key, @Nullable Double share, double min, double max) {
        if (share != null && !(share >= min && share <= max)) {
            throw new PolicyException(key, "expected " + min + " to " + max + ", found " + share);
        }
    }

    Promise settings() {
        return new Promise(
                Promise.DEFAULT.close(),
                Objects.requireNonNullElse(falseDiscoveries, Promise.DEFAULT.falseDiscoveries()));
    }
}
