package dev.stillgate.loadtests.campaign.attack;

import java.util.Map;

/**
 * Accounts that were blocked in an earlier run; campaigns replace them.
 *
 * @param since time of the first block by account, in milliseconds since the epoch
 */
public record BlockedAccounts(Map<String, Long> since) {
    /** No blocked accounts. */
    public static final BlockedAccounts NONE = new BlockedAccounts(Map.of());

    /** Returns when an account was blocked, {@link Long#MAX_VALUE} if it was not. */
    public long since(String account) {
        return since.getOrDefault(account, Long.MAX_VALUE);
    }
}
