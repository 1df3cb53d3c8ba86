package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Effect of a standing order on the accounts that join its campaign, from the weakest to the strongest. */
public enum Joins {
    /** The account is shown in the review queue. */
    QUEUE(Standing.CLEAR),
    /** The account is marked, and shown in the review queue. */
    MARK(Standing.MARKED),
    /** The account is put into the campaign's pool. */
    POOL(Standing.POOLED);

    /** Least standing of the account. */
    public final Standing standing;

    Joins(Standing standing) {
        this.standing = standing;
    }

    /** Returns the effect of a name as in the API, null for an unknown one. */
    static @Nullable Joins of(@Nullable Object name) {
        for (Joins each : values()) {
            if (each.apiName().equals(name)) {
                return each;
            }
        }
        return null;
    }

    /** Returns the name of the effect in the API and in orders. */
    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the weaker of two effects. */
    Joins atMost(Joins other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
