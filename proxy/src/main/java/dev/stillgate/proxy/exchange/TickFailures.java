package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Catches failures of timeout checks and periodic tasks of an event loop, so that one failure does not stop the others.
 * Logs at most one failure per minute, since a failing check fails again at each tick.
 */
final class TickFailures {
    private static final Logger LOG = LoggerFactory.getLogger(TickFailures.class);
    private static final long LOG_INTERVAL_NANOS = 60_000_000_000L;

    private final Ticker ticker;
    private boolean logged;
    private long lastLogged;
    private long unlogged;

    TickFailures(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Runs a task and logs its failure. */
    void guard(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) { // exhausted direct memory raises an Error
            note(failure);
        }
    }

    void note(Throwable failure) {
        long now = ticker.nanos();
        if (logged && now - lastLogged < LOG_INTERVAL_NANOS) {
            unlogged++;
            return;
        }
        LOG.error("a timeout check or periodic task failed ({} more since the last line)", unlogged, failure);
        logged = true;
        lastLogged = now;
        unlogged = 0;
    }
}
