package dev.stillgate.fingerprint.analysis;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom the policy allows: no account of these is compared or has earned a standing. */
public record Innocent(Set<String> accounts, Set<String> organisations) {
    /** Nobody. */
    public static final Innocent NOBODY = new Innocent(Set.of(), Set.of());

    public Innocent {
        accounts = Set.copyOf(accounts);
        organisations = Set.copyOf(organisations);
    }

    boolean holds(String account, @Nullable String organisation) {
        return accounts.contains(account) || (organisation != null && organisations.contains(organisation));
    }
}
