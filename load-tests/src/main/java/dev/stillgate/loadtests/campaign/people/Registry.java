package dev.stillgate.loadtests.campaign.people;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.text.Voice;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All accounts that are opened in a run, in the order of opening. Ids are random, so that they tell nothing. */
public final class Registry {
    private final List<Account> accounts = new ArrayList<>();

    /**
     * Opens an account.
     *
     * @param created when, in milliseconds
     */
    public Account open(
            Dice dice,
            @Nullable String organisation,
            long created,
            double verified,
            Client client,
            Whereabouts whereabouts,
            Voice voice) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(created), ZoneOffset.UTC);
        String id = "a-" + dice.child("id").hex(12);
        Account account =
                new Account(id, organisation, day, dice.child("verified").chance(verified), client, whereabouts, voice);
        accounts.add(account);
        return account;
    }

    /** Returns all accounts. */
    public List<Account> accounts() {
        return accounts;
    }
}
