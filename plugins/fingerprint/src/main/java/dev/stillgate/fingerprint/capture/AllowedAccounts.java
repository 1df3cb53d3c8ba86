package dev.stillgate.fingerprint.capture;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Accounts and organisations on the allow-list, which are never compared and earn no standing. */
public record AllowedAccounts(Set<String> accounts, Set<String> organisations) {
    /** An empty list. */
    public static final AllowedAccounts NONE = new AllowedAccounts(Set.of(), Set.of());

    public AllowedAccounts {
        accounts = Set.copyOf(accounts);
        organisations = Set.copyOf(organisations);
    }

    public boolean contains(String account, @Nullable String organisation) {
        return accounts.contains(account) || (organisation != null && organisations.contains(organisation));
    }
}
