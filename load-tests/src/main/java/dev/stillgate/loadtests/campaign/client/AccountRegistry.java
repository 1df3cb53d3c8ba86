package dev.stillgate.loadtests.campaign.client;

import dev.stillgate.loadtests.campaign.random.Dice;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All accounts of a run in the order of creation. Ids are random and carry no information. Not thread-safe. */
public final class AccountRegistry {
    private final List<Account> accounts = new ArrayList<>();

    /**
     * Creates an account.
     *
     * @param created milliseconds since the epoch
     * @param verified probability of being verified
     */
    public Account open(
            Dice dice,
            @Nullable String organisation,
            long created,
            double verified,
            Client client,
            Location location,
            WritingStyle style) {
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(created), ZoneOffset.UTC);
        String id = "a-" + dice.child("id").hex(12);
        Account account =
                new Account(id, organisation, day, dice.child("verified").chance(verified), client, location, style);
        accounts.add(account);
        return account;
    }

    public List<Account> accounts() {
        return accounts;
    }
}
