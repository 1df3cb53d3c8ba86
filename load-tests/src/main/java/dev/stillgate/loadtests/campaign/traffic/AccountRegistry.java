package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.spi.Account;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a run, which grow during a closed loop. Ids are random and carry no information. Not thread-safe.
 */
public final class AccountRegistry {
    private static final String TIER = "standard";

    private final SignUpRules rules;
    private final List<SimulatedAccount> accounts = new ArrayList<>();
    private final Map<String, Account> entries = new HashMap<>();
    private final List<Account> fresh = new ArrayList<>();
    private final Set<String> harvests = new HashSet<>();
    private int replacements;

    public AccountRegistry(SignUpRules rules) {
        this.rules = rules;
    }

    /**
     * The data with which an account is created.
     *
     * @param label label of its exchanges
     * @param created milliseconds since the epoch
     * @param verified probability of being verified, unless the rules have another one
     * @param signUp facts that it shares with others
     */
    public record Application(
            String label, @Nullable String organisation, long created, double verified, SignUp signUp) {}

    /** Creates an account. */
    public SimulatedAccount open(Dice dice, Application by, Client client, Location location, WritingStyle style) {
        String id = "a-" + dice.child("id").hex(12);
        Account entry = entry(
                id,
                by.organisation(),
                dice.child("verified").chance(rules.verified(by.label(), by.verified())),
                by.created(),
                rules.facts() ? Facts.of(dice.child("facts"), id, by.signUp()) : Map.of());
        list(entry);
        if (by.label().startsWith("campaign:")) {
            harvests.add(id);
        }
        SimulatedAccount account = new SimulatedAccount(entry, by.label(), client, location, style);
        accounts.add(account);
        return account;
    }

    private static Account entry(
            String id, @Nullable String organisation, boolean verified, long created, Map<String, String> facts) {
        Instant since = Instant.ofEpochMilli(created).truncatedTo(ChronoUnit.SECONDS);
        return new Account(id, Account.Trust.LISTED, organisation, TIER, verified, since, facts);
    }

    /** Adds an account of accounts.yaml. */
    void list(Account entry) {
        entries.put(entry.id(), entry);
        fresh.add(entry);
    }

    /**
     * Adds an account of a campaign that replaces another one. It has no facts in common with others.
     *
     * @param created milliseconds since the epoch
     */
    String replace(boolean verified, long created, Dice dice) {
        String id = "a-" + dice.child("replacement").child(replacements++).hex(12);
        list(entry(id, null, verified, created, Map.of()));
        harvests.add(id);
        return id;
    }

    /** Returns the accounts that were created since the last call, or will be. */
    public List<Account> fresh() {
        List<Account> taken = List.copyOf(fresh);
        fresh.clear();
        return taken;
    }

    /** Returns the hash of the means of payment of an account, null if unknown. */
    public @Nullable String payment(String id) {
        Account known = entries.get(id);
        return known == null ? null : known.facts().get("payment");
    }

    /** Returns whether an account is verified. */
    boolean isVerified(String id) {
        Account known = entries.get(id);
        return known != null && known.verified();
    }

    /** Records that an account belongs to a campaign. */
    void harvest(String id) {
        harvests.add(id);
    }

    /** Returns whether an account belongs to a campaign. */
    public boolean harvests(String id) {
        return harvests.contains(id);
    }

    /** Returns the rules of registration. */
    public SignUpRules rules() {
        return rules;
    }

    /** Returns the generated accounts in the order of creation. */
    public List<SimulatedAccount> accounts() {
        return accounts;
    }
}
