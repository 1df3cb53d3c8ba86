package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** The standings in force, read from an immutable snapshot in memory. Thread-safe. */
@FunctionalInterface
public interface Standings {
    /** Returns the standing of an account, {@link Standing#CLEAR} if none was published. */
    Standing of(Account account);

    /** Returns the name of the group that an account's standing results from, null if there is none. */
    default @Nullable String group(Account account) {
        return null;
    }
}
