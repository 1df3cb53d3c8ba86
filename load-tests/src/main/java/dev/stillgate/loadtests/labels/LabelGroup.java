package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.LoggedAccount;
import dev.stillgate.proxy.backtest.TextVolume;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** All requests of one campaign, or of one group of honest accounts. Not thread-safe. */
final class LabelGroup {
    /** Accounts with an exchange in the group, each with the start of its first one in milliseconds since the epoch. */
    final Map<LoggedAccount, Long> members = new LinkedHashMap<>();

    /** Accounts with a request that was refused because of a standing. */
    final Set<LoggedAccount> refused = new HashSet<>();

    /** The text that the group asked for, without cover traffic. */
    final TextVolumes volumes = new TextVolumes();

    /** The number of requests that were refused because of a standing, without cover traffic. */
    long refusedForStanding;

    void add(LoggedAccount account, long millis, TextVolume asked, boolean wasRefusedForStanding) {
        volumes.add(millis, asked);
        if (wasRefusedForStanding) {
            refusedForStanding++;
            refused.add(account);
        }
    }
}
