package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.AccountRegistry;
import dev.stillgate.loadtests.campaign.traffic.ListedAccounts;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The accounts of the generator. Not thread-safe. */
final class GeneratedAccounts implements ListedAccounts {
    private final AccountRegistry registry;
    private final Map<String, Account> campaigns = new HashMap<>();
    private final List<Account> fresh = new ArrayList<>();
    private int read;

    GeneratedAccounts(AccountRegistry registry) {
        this.registry = registry;
    }

    @Override
    public List<Account> fresh() {
        read();
        List<Account> taken = List.copyOf(fresh);
        fresh.clear();
        return taken;
    }

    @Override
    public boolean harvests(String account) {
        read();
        return campaigns.containsKey(account);
    }

    @Override
    public @Nullable String payment(String account) {
        read();
        Account known = campaigns.get(account);
        return known == null ? null : known.facts().get("payment");
    }

    private void read() {
        List<dev.stillgate.loadtests.campaign.traffic.SimulatedAccount> all = registry.accounts();
        for (dev.stillgate.loadtests.campaign.traffic.SimulatedAccount account : all.subList(read, all.size())) {
            Account listed = listed(account);
            fresh.add(listed);
            if (account.label().startsWith(PlayFigures.CAMPAIGN)) {
                campaigns.put(account.id(), listed);
            }
        }
        read = all.size();
    }

    private static Account listed(dev.stillgate.loadtests.campaign.traffic.SimulatedAccount account) {
        return new Account(
                account.id(),
                Trust.LISTED,
                account.organisation(),
                "standard",
                account.verified(),
                account.created(),
                account.facts());
    }
}
