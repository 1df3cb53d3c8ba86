package dev.stillgate.proxy.config;

/** Roles of operators at the admin API. A later one may do everything that an earlier one may. */
public enum OperatorRole {
    /** Reads all pages. */
    READ,
    /** Judges accounts and clusters, too, and gives standings up to {@code pooled}. */
    REVIEW,
    /** Does everything. */
    ADMIN;

    /** Returns whether this role may do what another one may. */
    public boolean includes(OperatorRole other) {
        return compareTo(other) >= 0;
    }

    /** Returns the name as in {@code stillgate.yaml}. */
    public String text() {
        return switch (this) {
            case READ -> "read";
            case REVIEW -> "review";
            case ADMIN -> "admin";
        };
    }
}
