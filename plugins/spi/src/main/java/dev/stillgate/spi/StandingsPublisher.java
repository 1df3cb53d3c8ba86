package dev.stillgate.spi;

import java.util.Map;
import java.util.Set;

/**
 * Where a filter says how accounts stand. What a shadow filter publishes is not read by other filters, except for the
 * standings that an operator has ordered.
 */
@FunctionalInterface
public interface StandingsPublisher {
    /**
     * Replaces everything that this filter has published before.
     *
     * @param byAccount the standing by the account's id; accounts that are clear may be left out
     * @param groups the name of the group that an account stands with, by the account's id; who stands alone is left out
     */
    void publish(Map<String, Standing> byAccount, Map<String, String> groups);

    /**
     * Replaces everything that this filter has published before.
     *
     * @param byAccount as {@link #publish(Map, Map)}
     * @param groups as {@link #publish(Map, Map)}
     * @param ordered the accounts whose standing an operator has ordered: it is in force when the filter is in shadow too,
     *     and so is what the filter decides about them
     */
    default void publish(Map<String, Standing> byAccount, Map<String, String> groups, Set<String> ordered) {
        publish(byAccount, groups);
    }

    /** Replaces everything that this filter has published before by accounts each of which stands alone. */
    default void publish(Map<String, Standing> byAccount) {
        publish(byAccount, Map.of());
    }
}
