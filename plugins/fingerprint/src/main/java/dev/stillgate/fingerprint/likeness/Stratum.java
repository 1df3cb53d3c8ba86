package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.signal.Profile;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Category of accounts that are compared with each other.
 *
 * @param tier null for none
 * @param dialect dialect of most exchanges
 */
public record Stratum(@Nullable String tier, Dialect dialect, Use use) {
    /** Returns the stratum of an account. */
    public static Stratum of(@Nullable String tier, Dialect dialect, Profile profile) {
        return new Stratum(tier, dialect, Use.of(profile));
    }

    /** Returns the stratum as reports and metrics show it: tier, dialect and use, separated by slashes. */
    @Override
    public String toString() {
        return (tier == null ? "-" : tier) + "/" + name(dialect) + "/" + name(use);
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
