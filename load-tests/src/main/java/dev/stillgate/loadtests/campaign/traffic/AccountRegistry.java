package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All accounts of a run in the order of creation. Ids are random and carry no information. Not thread-safe. */
public final class AccountRegistry {
    private final SignUpRules rules;
    private final List<SimulatedAccount> accounts = new ArrayList<>();

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
        SimulatedAccount account = new SimulatedAccount(
                id,
                by.label(),
                by.organisation(),
                Instant.ofEpochMilli(by.created()).truncatedTo(ChronoUnit.SECONDS),
                dice.child("verified").chance(rules.verified(by.label(), by.verified())),
                rules.facts() ? Facts.of(dice.child("facts"), id, by.signUp()) : Map.of(),
                client,
                location,
                style);
        accounts.add(account);
        return account;
    }

    /** Returns the rules of registration. */
    public SignUpRules rules() {
        return rules;
    }

    public List<SimulatedAccount> accounts() {
        return accounts;
    }
}
