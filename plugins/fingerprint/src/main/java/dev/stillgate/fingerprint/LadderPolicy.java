package dev.stillgate.fingerprint;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of the standing by evidence. Evidence marks; only links, decisive facts and operators pool an account.
 *
 * @param marked evidence of a cluster that marks its accounts, as a base-10 logarithm of odds, 0.5 to 1000; 1.1 when
 *     absent
 */
@Removed(name = "tightened", instead = "remove it: evidence marks, and an operator pools or blocks")
public record LadderPolicy(@Nullable Double marked) {
    /** The policy when the key is absent. */
    static final LadderPolicy STANDARD = new LadderPolicy(null);

    private static final double MIN = 0.5;
    private static final double MAX = 1000;

    public LadderPolicy {
        if (marked != null && !(marked >= MIN && marked <= MAX)) {
            throw new PolicyException("marked", "expected " + MIN + " to " + MAX + ", found " + marked);
        }
    }

    double markedOrDefault() {
        return Objects.requireNonNullElse(marked, 1.1);
    }
}
