package dev.stillgate.spi;

import java.util.Map;
import java.util.Set;

/**
 * Publisher of a filter's standings. Other filters do not see those of a shadow filter, except standings that an
 * operator ordered.
 */
@FunctionalInterface
public interface StandingsPublisher {
    /**
     * Replaces all standings published by this filter before.
     *
     * @param byAccount standings by account id; clear accounts may be omitted
     * @param groups group names by account id; accounts without a group are omitted
     */
    void publish(Map<String, Standing> byAccount, Map<String, String> groups);

    /**
     * Replaces all standings published by this filter before.
     *
     * @param byAccount as {@link #publish(Map, Map)}
     * @param groups as {@link #publish(Map, Map)}
     * @param ordered accounts whose standing an operator ordered: it applies even if the filter is in shadow, and so do
     *     the filter's decisions about these accounts
     */
    default void publish(Map<String, Standing> byAccount, Map<String, String> groups, Set<String> ordered) {
        publish(byAccount, groups);
    }

    /**
     * Replaces all standings published by this filter before.
     *
     * @param byAccount as {@link #publish(Map, Map)}
     * @param groups as {@link #publish(Map, Map)}
     * @param ordered as {@link #publish(Map, Map, Set)}
     * @param despiteVerification verified accounts whose standing an operator confirmed knowing that they are verified:
     *     it may be higher than {@code MARKED}, if the filter enforces
     */
    default void publish(
            Map<String, Standing> byAccount,
            Map<String, String> groups,
            Set<String> ordered,
            Set<String> despiteVerification) {
        publish(byAccount, groups, ordered);
    }

    /**
     * Replaces the requests a day of pools published by this filter before. They are in force if the filter enforces.
     *
     * @param byTier requests a day by tier of the accounts; those of accounts without a tier under ""
     */
    default void publishPoolRequests(Map<String, Long> byTier) {}

    /** Returns whether all published standings are in force: in shadow only those that an operator ordered are. */
    default boolean isEnforced() {
        return true;
    }

    /** Replaces all standings published by this filter before, without groups. */
    default void publish(Map<String, Standing> byAccount) {
        publish(byAccount, Map.of());
    }
}
