package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;

/**
 * The setting of a run: random draws, period and models.
 *
 * @param start the first millisecond since the epoch
 */
public record World(Dice dice, long start, int days) {
    /** The most used model. */
    public static final String MODEL = "atlas-4";

    /** A small model. */
    public static final String SMALL_MODEL = "atlas-4-mini";

    /** A model that is released during the run. */
    public static final String NEW_MODEL = "atlas-5";

    /** 1 February 2026, in milliseconds since the epoch. */
    public static final long DEFAULT_START = 1_769_904_000_000L;

    private static final double RELEASED = 0.55; // share of the run

    /** Returns the first millisecond after the run. */
    public long end() {
        return start + days * Location.DAY;
    }

    /** Returns when the new model is released, in milliseconds since the epoch. */
    public long release() {
        return start + (long) (days * RELEASED * Location.DAY);
    }

    /** Converts a time to days since the start. */
    public double day(long time) {
        return (time - start) / (double) Location.DAY;
    }
}
