package dev.stillgate.proxy.backtest;

import java.util.function.DoubleSupplier;

/** Notes the hour of a replay in which the filters have learnt enough to act. It looks once an hour of virtual time. */
final class LearningWatch {
    /** The replay ended before the filters had learnt enough. */
    static final long NEVER = -1;

    /** No filter learns. */
    static final long NOTHING = -2;

    private static final long HOUR_MILLIS = 3_600_000;

    private final DoubleSupplier learnt;
    private final long begun;
    private long looked = -1;
    private long hour = NOTHING;

    /**
     * A watch.
     *
     * @param learnt how much of what must be learnt is learnt, from 0 to 1; NaN when no filter learns
     * @param begun the time of the first exchange, in milliseconds
     */
    LearningWatch(DoubleSupplier learnt, long begun) {
        this.learnt = learnt;
        this.begun = begun;
    }

    /** Takes the virtual time, in milliseconds. */
    void at(long millis) {
        long now = (millis - begun) / HOUR_MILLIS;
        if (hour >= 0 || now <= looked) {
            return;
        }
        looked = now;
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
