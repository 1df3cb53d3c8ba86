package dev.stillgate.loadtests.campaign.harvest;

import java.util.Map;

/**
 * Which accounts were blocked, and when, in a run before this one. Campaigns replace them.
 *
 * @param since time of the first block by account
 */
public record Blocked(Map<String, Long> since) {
    /** Nobody was. */
    public static final Blocked NOBODY = new Blocked(Map.of());

    /** Returns when an account was blocked; a time that never comes when it was not. */
    public long since(String account) {
        return since.getOrDefault(account, Long.MAX_VALUE);
    }
}
