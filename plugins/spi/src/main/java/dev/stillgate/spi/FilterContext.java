package dev.stillgate.spi;

import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the engine gives to a filter when it is made. */
public interface FilterContext {
    /** Returns the filter's name in the policy file. */
    String name();

    Ticker ticker();

    /**
     * Returns the state of that class kept under this filter's name, made when there is none. It survives every policy
     * swap as long as the policy has a filter of this name; then, if it is {@link AutoCloseable}, it is closed.
     */
    <S> S state(Class<S> type, Supplier<S> make);

    /** Returns the slot of that label; the same one for every filter that asks for the label. */
    <T> Slot<T> slot(String label, Class<T> type);

    /**
     * Returns the counter of that name, made when there is none.
     *
     * @param name in dotted lower case, such as {@code stillgate.geo.lookups}
     * @param tags keys and values in turn, of a small fixed set: never an account, a key or an address
     */
    Counter counter(String name, String... tags);

    /** Shows a number under a name; the last supplier given for a name and tags is the one read. */
    void gauge(String name, DoubleSupplier value, String... tags);

    Background background();

    /** Returns where accounts stand, as published by the filters that enforce. */
    Standings standings();

    /** Returns where this filter says how accounts stand. */
    StandingsPublisher publisher();

    /**
     * Returns the directory for this filter's own state files, which exists; null when nothing is to be kept across a
     * restart, and when the filter is only checked or replayed.
     */
    @Nullable
    Path stateDirectory();

    /** Returns what makes the marks of answers' parts. */
    ContextMarks marks();

    /**
     * Returns 32 bytes that only gateways with the same hashing secret know, for keyed hashes of this filter's own. Without
     * a configured secret they change at every start; in a replay they are always the same.
     *
     * @param purpose what they are for: other purposes get other bytes
     */
    byte[] secret(String purpose);

    /**
     * Lets operators do something to a thing: {@code POST /{page}/{id}/{action}}, and for {@link AdminAction#ERASE}
     * {@code DELETE /{page}/{id}}.
     */
    void adminAction(String page, String action, AdminAction perform);

    /** Adds to an admin page, such as {@code accounts}, what this filter knows, under the filter's name. */
    void adminView(String page, AdminView view);

    Fleet fleet();
}
