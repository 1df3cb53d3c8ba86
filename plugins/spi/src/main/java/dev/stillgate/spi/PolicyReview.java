package dev.stillgate.spi;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a filter is told of the whole policy when it is asked what in its own part, though valid, can never have an effect
 * ({@link FilterFactory#review}).
 */
public interface PolicyReview {
    /** Returns the paths of the routes, of which those that end in {@code /} are prefixes. */
    Set<String> routes();

    /** Returns the tiers of the accounts that are listed, null when none are. */
    @Nullable
    Set<String> tiers();

    /** Names the tiers that this filter treats differently from accounts without a tier. */
    default void namesTiers(Set<String> tiers) {}

    /** Returns where standings come from, as seen from this filter. */
    StandingsSource standings();

    /**
     * Warns of something.
     *
     * @param at the path of the key below {@code config}; empty for the whole
     * @param message what has no effect, and why
     */
    void warn(String at, String message);

    /** Where standings come from. */
    enum StandingsSource {
        /** From nowhere: no filter publishes any. */
        NONE,
        /** From a filter that is asked before this one. */
        BEFORE,
        /** From a filter that is asked after this one, so that this one works on requests which that one then refuses. */
        AFTER,
        /** From this filter itself. */
        SELF
    }
}
