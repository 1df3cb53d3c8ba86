package dev.stillgate.spi;

import dev.stillgate.spi.orders.Orders;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Services of the engine for one filter, passed to it at creation. */
public interface FilterContext {
    /** Returns the filter's name in the policy file. */
    String name();

    Ticker ticker();

    /**
     * Returns the state of a class kept under this filter's name; {@code make} creates it if absent. It survives policy
     * reloads as long as the policy has a filter of this name. After that it is closed if it is {@link AutoCloseable}.
     */
    <S> S state(Class<S> type, Supplier<S> make);

    /** Returns the slot with a label; all filters that use the label share the slot. */
    <T> Slot<T> slot(String label, Class<T> type);

    /**
     * Returns the counter with a name and tags, creating it if absent.
     *
     * @param name in dotted lower case, such as {@code stillgate.geo.lookups}
     * @param tags alternating keys and values of low cardinality: never an account, a key or an address
     */
    Counter counter(String name, String... tags);

    /** Registers a gauge; a later registration with the same name and tags replaces it. */
    void gauge(String name, DoubleSupplier value, String... tags);

    Background background();

    /** Returns the accounts' standings, as published by enforcing filters. */
    Standings standings();

    /** Returns the publisher of this filter's own standings. */
    StandingsPublisher publisher();

    /**
     * Returns an existing directory for this filter's state files; null if no state is kept across restarts, and in
     * validation and backtests.
     */
    @Nullable
    Path stateDirectory();

    /** Returns the hashes of parts of responses. */
    ContextHashes contextHashes();

    /**
     * Returns a 32-byte key derived from the hashing secret, the same on all gateways that share the secret. Without a
     * configured secret it changes at every start; in backtests it is constant.
     *
     * @param purpose name of the use; different purposes give independent keys
     */
    byte[] secret(String purpose);

    /**
     * Registers an operator's action: {@code POST /{page}/{id}/{action}}, or {@code DELETE /{page}/{id}} for
     * {@link AdminAction#ERASE}.
     */
    void adminAction(String page, String action, AdminAction perform);

    /** Adds a section, under the filter's name, to an admin resource such as {@code accounts}. */
    void adminView(String page, AdminView view);

    Fleet fleet();

    /** Returns the orders that operators gave to this filter. */
    Orders orders();

    /**
     * Queues a report for the operator's webhook, without blocking. It is dropped if no webhook is configured, and in
     * validation and backtests.
     *
     * @param type in dotted lower case, such as {@code limit.share}
     * @param id the same for repetitions of one report, also by other gateways, so that the receiver recognises them
     * @param data texts by name
     */
    default void report(String type, String id, Map<String, String> data) {}
}
