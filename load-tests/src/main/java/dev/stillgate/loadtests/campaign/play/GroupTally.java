package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.proxy.backtest.TextVolume;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Text and accounts of one campaign. Not thread-safe. */
final class CampaignTally {
    private final Map<String, Boolean> accounts = new LinkedHashMap<>();
    private long firstMillis = Long.MAX_VALUE;
    private TextVolume text = TextVolume.NONE;

    /** Records a request, cover included. */
    void request(String account, boolean verified, long millis) {
        accounts.putIfAbsent(account, verified);
        firstMillis = Math.min(firstMillis, millis);
    }

    /** Adds text that the campaign asked for. */
    void add(TextVolume asked) {
        text = text.plus(asked);
    }

    /** Returns the accounts that sent a request, in that order. */
    Set<String> accounts() {
        return accounts.keySet();
    }

    /** Returns the number of verified accounts among them. */
    long verified() {
        return accounts.values().stream().filter(verified -> verified).count();
    }

    /** Returns the time of the first request, in milliseconds since the epoch. */
    long firstMillis() {
        return firstMillis;
    }

    TextVolume text() {
        return text;
    }
}
