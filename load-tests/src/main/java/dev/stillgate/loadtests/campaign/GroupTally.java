package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.Attempt;
import dev.stillgate.proxy.backtest.TextVolume;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Requests of one campaign, or of one group of honest accounts. Not thread-safe. */
final class GroupTally {
    private static final double DAY = 86_400_000;

    private final Map<String, AccountUse> accounts = new LinkedHashMap<>();
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis;
    private long wanted;
    private TextVolume text = TextVolume.NONE;

    /** Records a request, cover included, and returns the use of its account. */
    AccountUse request(Attempt attempt) {
        firstMillis = Math.min(firstMillis, attempt.time());
        lastMillis = attempt.time();
        return accounts.computeIfAbsent(attempt.account(), id -> new AccountUse(attempt));
    }

    /**
     * Counts a response that a client wanted.
     *
     * @param asked its text, none for cover
     */
    void add(String account, TextVolume asked, boolean refusedForStanding) {
        wanted++;
        text = text.plus(asked);
        AccountUse use = accounts.get(account);
        if (use != null) {
            use.requests++;
            use.refused += refusedForStanding ? 1 : 0;
        }
    }

    /** Returns the accounts that sent a request, in that order. */
    Collection<AccountUse> accounts() {
        return accounts.values();
    }

    /** Returns the number of verified accounts among them. */
    long verified() {
        return accounts.values().stream().filter(use -> use.verified).count();
    }

    /** Returns the time of the first request, in milliseconds since the epoch. */
    long firstMillis() {
        return firstMillis;
    }

    /** Returns the responses that the group wants on a day, over at least one day. */
    double wantedADay() {
        return wanted / Math.max(1, (lastMillis - firstMillis) / DAY);
    }

    TextVolume text() {
        return text;
    }
}
