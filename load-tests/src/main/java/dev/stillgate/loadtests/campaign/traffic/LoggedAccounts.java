package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The listed accounts of a log, and the replacements of campaigns. Not thread-safe. */
final class LoggedAccounts implements ListedAccounts {
    private final Map<String, Account> listed;
    private final List<Account> fresh;
    private final Set<String> campaigns = new HashSet<>();
    private int replacements;

    /** @param listed the accounts by id */
    LoggedAccounts(Map<String, Account> listed) {
        this.listed = Map.copyOf(listed);
        this.fresh = new ArrayList<>(listed.values());
    }

    @Override
    public List<Account> fresh() {
        List<Account> taken = List.copyOf(fresh);
        fresh.clear();
        return taken;
    }

    @Override
    public boolean harvests(String account) {
        return campaigns.contains(account);
    }

    @Override
    public @Nullable String payment(String account) {
        Account known = listed.get(account);
        return known == null ? null : known.facts().get("payment");
    }

    /** Returns whether an account is verified. */
    boolean isVerified(String account) {
        Account known = listed.get(account);
        return known != null && known.verified();
    }

    /** Creates the client of a campaign's account from its first line. */
    LoggedClient logged(LoggedLine line, Dice dice) {
        campaigns.add(line.account());
        return new LoggedClient(line.account(), isVerified(line.account()), 0, line, dice);
    }

    /**
     * Creates an account that replaces an abandoned one. It has its client, network and verification, and no facts in
     * common with others.
     */
    LoggedClient replace(LoggedClient abandoned, Dice dice) {
        long from = abandoned.replacedFrom();
        String id = "a-" + dice.child("replacement").child(replacements++).hex(12);
        campaigns.add(id);
        fresh.add(new Account(
                id,
                Trust.LISTED,
                null,
                "standard",
                abandoned.isVerified(),
                Instant.ofEpochMilli(from).truncatedTo(ChronoUnit.SECONDS),
                Map.of()));
        return new LoggedClient(id, abandoned.isVerified(), from, abandoned.last(), dice);
    }
}
