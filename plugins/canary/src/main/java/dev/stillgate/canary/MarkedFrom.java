package dev.stillgate.canary;

import dev.stillgate.spi.Removed;
import dev.stillgate.spi.Standing;

/** Accounts to be marked: those from a standing on, and perhaps all unverified ones. */
@Removed(name = "tightened", instead = "write pooled")
public enum MarkedFrom {
    /** All accounts that are neither verified nor of a declared organisation, and all from {@code marked} on. */
    UNVERIFIED(Standing.MARKED),
    MARKED(Standing.MARKED),
    POOLED(Standing.POOLED),
    BLOCKED(Standing.BLOCKED);

    /** The lowest standing whose accounts have keys of their own. */
    final Standing standing;

    MarkedFrom(Standing standing) {
        this.standing = standing;
    }
}
