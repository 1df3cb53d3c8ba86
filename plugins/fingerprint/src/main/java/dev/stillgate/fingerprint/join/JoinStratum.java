package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.capture.Dialect;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Accounts that are compared with each other: those of one tier whose first conversation uses one API.
 *
 * @param tier null for none
 */
public record JoinStratum(@Nullable String tier, Dialect dialect) {
    /** Returns the stratum as pages show it: tier and dialect, separated by a slash. */
    @Override
    public String toString() {
        return (tier == null ? "-" : tier) + "/" + dialect.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
