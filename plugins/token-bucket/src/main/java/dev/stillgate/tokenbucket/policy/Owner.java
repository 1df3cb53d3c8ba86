package dev.stillgate.tokenbucket.policy;

import java.util.Set;

/** The kind of owner of a bucket. */
public enum Owner {
    ACCOUNT,
    /** Linked accounts that draw from the limits of one customer together. */
    POOL,
    ORGANISATION,
    EVERYONE;

    static Owner of(Set<Scope> scope) {
        if (scope.contains(Scope.ACCOUNT)) {
            return ACCOUNT;
        }
        return scope.contains(Scope.ORGANISATION) ? ORGANISATION : EVERYONE;
    }
}
