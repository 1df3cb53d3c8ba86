package dev.stillgate.proxy.backtest;

import java.util.function.DoubleSupplier;

/**
 * Determines the hour of a replay in which the filters had learnt enough to act. Checks once per hour of virtual time.
 */
final class LearningWatch {
    /** The replay ended before the filters had learnt enough. */
    static final long NEVER = -1;

    /** No filter learns. */
    static final long NOTHING = -2;

    private static final long HOUR_MILLIS = 3_600_000;

    private final DoubleSupplier learnt;
    private final long begun;
    private long lastCheck = -1;
    private long hour = NOTHING;

    /**
     * Creates a watch.
     *
     * @param learnt the learning progress, from 0 to 1; NaN when no filter learns
     * @param begun the time of the first exchange, in milliseconds since the epoch
     */
    LearningWatch(DoubleSupplier learnt, long begun) {
        this.learnt = learnt;
        this.begun = begun;
    }

    /** Updates the virtual time, in milliseconds since the epoch. */
    void at(long millis) {
        long now = (millis - begun) / HOUR_MILLIS;
        if (hour >= 0 || now <= lastCheck) {
            return;
        }
        lastCheck = now;
        double part = learnt.getAsDouble();
        if (!Double.isNaN(part)) {
            hour = part >= 1 ? now : NEVER;
        }
    }

    /** Returns the hour, {@link #NEVER} or {@link #NOTHING}. */
    long hour() {
        return hour;
    }
}
