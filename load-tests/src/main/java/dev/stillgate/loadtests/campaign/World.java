package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.people.Whereabouts;

/**
 * What everybody in a run shares: when it begins, how long it is, the models on offer.
 *
 * @param start the first millisecond
 */
public record World(Dice dice, long start, int days) {
    /** The model that most ask at first. */
    public static final String MODEL = "atlas-4";

    /** A small one. */
    public static final String SMALL_MODEL = "atlas-4-mini";

    /** One that is released while the run goes on. */
    public static final String NEW_MODEL = "atlas-5";

    /** The first of February 2026. */
    public static final long DEFAULT_START = 1_769_904_000_000L;

    private static final double RELEASED = 0.55; // of the run

    /** Returns the first millisecond after the run. */
    public long end() {
        return start + days * Whereabouts.DAY;
    }

    /** Returns when the new model is released. */
    public long release() {
        return start + (long) (days * RELEASED * Whereabouts.DAY);
    }

    /** Returns a time as days since the start. */
    public double day(long time) {
        return (time - start) / (double) Whereabouts.DAY;
    }
}
