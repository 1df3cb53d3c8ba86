package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.client.AccountRegistry;
import dev.stillgate.loadtests.campaign.client.Location;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.spi.Account.Trust;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The operator's nightly export of {@code accounts.yaml}: accounts are listed from the midnight after their creation.
 * Before that they are accepted accounts. Not thread-safe.
 */
final class Listing implements Source {
    private final VirtualGateway gateway;
    private final AccountRegistry registry;
    private final World world;
    private List<Account> unlisted = new ArrayList<>();
    private final Set<String> campaigns = new HashSet<>();
    private int read;
    private long due;

    Listing(VirtualGateway gateway, AccountRegistry registry, World world) {
        this.gateway = gateway;
        this.registry = registry;
        this.world = world;
        this.due = world.start();
    }

    @Override
    public long due() {
        return due < world.end() ? due : NEVER;
    }

    @Override
    public void send(Api api) {
        read();
        List<Account> later = new ArrayList<>();
        for (Account account : unlisted) {
            if (account.created().toEpochMilli() <= due) {
                gateway.list(listed(account));
            } else {
                later.add(account);
            }
        }
        unlisted = later;
        due += Location.DAY;
    }

    /** Returns whether an account belongs to a campaign. */
    boolean harvests(String account) {
        read();
        return campaigns.contains(account);
    }

    private void read() {
        List<Account> all = registry.accounts();
        for (Account account : all.subList(read, all.size())) {
            unlisted.add(account);
            if (account.label().startsWith(PlayFigures.CAMPAIGN)) {
                campaigns.add(account.id());
            }
        }
        read = all.size();
    }

    private static dev.stillgate.spi.Account listed(Account account) {
        return new dev.stillgate.spi.Account(
                account.id(),
                Trust.LISTED,
                account.organisation(),
                "standard",
                account.verified(),
                account.created(),
                account.facts());
    }
}
