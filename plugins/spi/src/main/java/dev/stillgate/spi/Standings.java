package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** The standings in force, as one immutable snapshot after another; reading one is a look-up in memory. */
@FunctionalInterface
public interface Standings {
    /** Returns the standing of an account, {@link Standing#CLEAR} when nothing was published of it. */
    Standing of(Account account);

    /** Returns the name of the group with which an account stands where it does, null when it stands there alone. */
    default @Nullable String group(Account account) {
        return null;
    }
}
