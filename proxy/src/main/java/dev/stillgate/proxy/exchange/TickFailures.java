package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one failing timeout check or periodic duty of an event loop from stopping all others. Failures are logged once a
 * minute at most, since a check that fails will fail again with the next tick.
 */
final class TickFailures {
    private static final Logger LOG = LoggerFactory.getLogger(TickFailures.class);
    private static final long LOGGED_EVERY_NANOS = 60_000_000_000L;

    private final Ticker ticker;
    private boolean logged;
    private long lastLogged;
    private long unlogged;

    TickFailures(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Runs a duty, and notes its failure. */
    void guard(Runnable duty) {
        try {
            duty.run();
        } catch (Throwable failure) { // direct memory that is used up is an Error
            note(failure);
        }
    }

    void note(Throwable failure) {
        long now = ticker.nanos();
        if (logged && now - lastLogged < LOGGED_EVERY_NANOS) {
            unlogged++;
            return;
        }
        LOG.error("a check of the event loop failed; {} failures were not logged before", unlogged, failure);
        logged = true;
        lastLogged = now;
        unlogged = 0;
    }
}
