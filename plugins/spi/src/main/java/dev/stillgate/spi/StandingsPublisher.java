package dev.stillgate.spi;

import java.util.Map;

/** Where a filter says how accounts stand. What a shadow filter publishes is not read by other filters. */
@FunctionalInterface
public interface StandingsPublisher {
    /**
     * Replaces everything that this filter has published before.
     *
     * @param byAccount the standing by the account's id; accounts that are clear may be left out
     * @param groups the name of the group that an account stands with, by the account's id; who stands alone is left out
     */
    void publish(Map<String, Standing> byAccount, Map<String, String> groups);

    /** Replaces everything that this filter has published before by accounts each of which stands alone. */
    default void publish(Map<String, Standing> byAccount) {
        publish(byAccount, Map.of());
    }
}
