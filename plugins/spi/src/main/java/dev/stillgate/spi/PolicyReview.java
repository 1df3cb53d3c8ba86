package dev.stillgate.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The whole policy as seen by one filter, for warnings about valid settings that have no effect
 * ({@link FilterFactory#review}).
 */
public interface PolicyReview {
    /** Returns the paths of the routes; those that end in {@code /} are prefixes. */
    Set<String> routes();

    /** Returns the tiers of the listed accounts, null if no accounts are listed. */
    @Nullable
    Set<String> tiers();

    /** Declares the tiers that this filter treats differently from accounts without a tier. */
    default void namesTiers(Set<String> tiers) {}

    /** Returns the source of standings relative to this filter. */
    StandingsSource standings();

    /**
     * Returns whether a filter of the policy in mode {@code enforce} makes pooled accounts draw from the limits of their
     * pool.
     */
    boolean enforcesPools();

    /**
     * Adds a warning.
     *
     * @param at the path of the key below {@code config}; empty for the whole policy
     * @param message which setting has no effect, and why
     */
    void warn(String at, String message);

    /** Source of standings, relative to a filter. */
    enum StandingsSource {
        /** No filter publishes standings. */
        NONE,
        /** An earlier filter. */
        BEFORE,
        /** A later filter, so this filter still processes requests that the later one refuses. */
        AFTER,
        /** This filter itself. */
        SELF
    }
}
