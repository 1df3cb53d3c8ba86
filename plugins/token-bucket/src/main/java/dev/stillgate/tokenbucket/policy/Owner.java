package dev.stillgate.tokenbucket.policy;

import java.util.Set;

/** The kind of owner of a bucket. */
public enum Owner {
    ACCOUNT,
    /** An end user of an account. */
    USER,
    /** Linked accounts that draw from the limits of one customer together. */
    POOL,
    ORGANISATION,
    EVERYONE;

    static Owner of(Set<Scope> scope) {
        if (scope.contains(Scope.END_USER)) {
            return USER;
        }
        if (scope.contains(Scope.ACCOUNT)) {
            return ACCOUNT;
        }
        return scope.contains(Scope.ORGANISATION) ? ORGANISATION : EVERYONE;
    }
}
