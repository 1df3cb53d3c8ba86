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

    /**
     * Returns the requests a day that honest accounts of a tier need, as an analysis has learnt it, for a pool with such
     * accounts; 0 if unknown.
     *
     * @param tier the tier of the account; null without a tier
     */
    default long poolRequests(@Nullable String tier) {
        return 0;
    }
}
