package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.client.AccountRegistry;
import dev.stillgate.loadtests.campaign.traffic.ListedAccounts;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The accounts of the generator. Not thread-safe. */
final class GeneratedAccounts implements ListedAccounts {
    private final AccountRegistry registry;
    private final Set<String> campaigns = new HashSet<>();
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
        return campaigns.contains(account);
    }

    private void read() {
        List<dev.stillgate.loadtests.campaign.client.Account> all = registry.accounts();
        for (dev.stillgate.loadtests.campaign.client.Account account : all.subList(read, all.size())) {
            fresh.add(listed(account));
            if (account.label().startsWith(PlayFigures.CAMPAIGN)) {
                campaigns.add(account.id());
            }
        }
        read = all.size();
    }

    private static Account listed(dev.stillgate.loadtests.campaign.client.Account account) {
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
