package dev.stillgate.proxy.observe;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where what was done to the gateway, and what it decided about accounts, is kept for whoever asks later. */
@FunctionalInterface
public interface Audit {
    /** Keeps nothing. */
    Audit NONE = (type, facts) -> {};

    /**
     * Takes note of something, such as an act of an operator. It is written when this returns, unless the disk stands still
     * for seconds.
     *
     * @param type what it is, such as {@code policy.applied}
     * @param facts texts and whole numbers by name, in order; those that are null are left out
     */
    void note(String type, Map<String, ? extends @Nullable Object> facts);

    /**
     * Takes note of many things of one type; never waits.
     *
     * @param type as {@link #note}
     * @param all the facts of each
     */
    default void noteAll(String type, Stream<? extends Map<String, ? extends @Nullable Object>> all) {
        all.forEach(facts -> note(type, facts));
    }
}
