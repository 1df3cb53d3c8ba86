package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.capture.Dialect;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Accounts that are compared with each other: those of one tier whose first conversation uses one API. An account whose
 * tier is unknown, such as one that is not listed yet, is compared with those of all tiers.
 *
 * @param tier null if unknown
 */
public record JoinStratum(@Nullable String tier, Dialect dialect) {
    boolean includes(JoinStratum other) {
        return dialect == other.dialect && (tier == null || tier.equals(other.tier));
    }

    /** Returns the stratum as pages show it: tier and dialect, separated by a slash. */
    @Override
    public String toString() {
        return (tier == null ? "-" : tier) + "/"
                + dialect.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
