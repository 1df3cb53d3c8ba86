package dev.stillgate.fingerprint.capture;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom the policy allows: no account of these is compared or has earned a standing. */
public record AllowedAccounts(Set<String> accounts, Set<String> organisations) {
    /** Nobody. */
    public static final AllowedAccounts NOBODY = new AllowedAccounts(Set.of(), Set.of());

    public AllowedAccounts {
        accounts = Set.copyOf(accounts);
        organisations = Set.copyOf(organisations);
    }

    public boolean holds(String account, @Nullable String organisation) {
        return accounts.contains(account) || (organisation != null && organisations.contains(organisation));
    }
}
