package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.proxy.backtest.TextVolume;
import java.util.LinkedHashMap;
import java.util.Map;

/** Text and accounts of one campaign. Not thread-safe. */
final class CampaignTally {
    private final Map<String, Account> accounts = new LinkedHashMap<>();
    private long firstMillis = Long.MAX_VALUE;
    private TextVolume text = TextVolume.NONE;

    /** Records a request, cover included. */
    void request(Account account, long millis) {
        accounts.putIfAbsent(account.id(), account);
        firstMillis = Math.min(firstMillis, millis);
    }

    /** Adds text that the campaign asked for. */
    void add(TextVolume asked) {
        text = text.plus(asked);
    }

    /** Returns the accounts that sent a request, in that order. */
    Map<String, Account> accounts() {
        return accounts;
    }

    /** Returns the time of the first request, in milliseconds since the epoch. */
    long firstMillis() {
        return firstMillis;
    }

    TextVolume text() {
        return text;
    }
}
