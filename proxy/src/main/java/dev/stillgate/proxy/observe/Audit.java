package dev.stillgate.proxy.observe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where what was done to the gateway, and what it decided about accounts, is kept for whoever asks later. */
@FunctionalInterface
public interface Audit {
    /** Keeps nothing. */
    Audit NONE = (type, facts) -> {};

    /**
     * Takes note of something; never waits.
     *
     * @param type what it is, such as {@code policy.applied}
     * @param facts texts and whole numbers by name, in order; those that are null are left out
     */
    void note(String type, Map<String, ? extends @Nullable Object> facts);
}
