package dev.stillgate.proxy.observe;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sink of audit events: administrative actions and decisions about accounts. */
@FunctionalInterface
public interface Audit {
    /** Discards all events. */
    Audit NONE = (type, facts) -> true;

    /**
     * Records an event, such as an operator's action. Waits until it is written, for a few seconds at most.
     *
     * @param type the event type, such as {@code policy.applied}
     * @param facts strings and integers by name, in order; null values are omitted
     * @return whether the event is written, or none are kept
     */
    boolean note(String type, Map<String, ? extends @Nullable Object> facts);

    /**
     * Records several events of one type. Never blocks.
     *
     * @param type as in {@link #note}
     * @param all the facts of each event
     */
    default void noteAll(String type, Stream<? extends Map<String, ? extends @Nullable Object>> all) {
        all.forEach(facts -> note(type, facts));
    }
}
