package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.AccountRegistry;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.Location;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.spi.Account;
import java.time.Instant;
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
    private final AccountRegistry accounts;
    private final World world;
    private List<Account> unlisted = new ArrayList<>();
    private final Set<String> listed = new HashSet<>();
    private long due;

    Listing(VirtualGateway gateway, AccountRegistry accounts, World world) {
        this.gateway = gateway;
        this.accounts = accounts;
        this.world = world;
        this.due = world.start();
    }

    @Override
    public long due() {
        return due < world.end() ? due : NEVER;
    }

    @Override
    public void send(Api api) {
        unlisted.addAll(accounts.fresh());
        List<Account> later = new ArrayList<>();
        for (Account account : unlisted) {
            Instant created = account.created();
            if (created == null || created.toEpochMilli() <= due) {
                gateway.list(account);
                listed.add(account.id());
            } else {
                later.add(account);
            }
        }
        unlisted = later;
        due += Location.DAY;
    }

    /** Returns the number of listed accounts. */
    long listed() {
        return listed.size();
    }

    /** Returns whether an account is listed, so that the gateway knows its facts. */
    boolean isListed(String account) {
        return listed.contains(account);
    }
}
