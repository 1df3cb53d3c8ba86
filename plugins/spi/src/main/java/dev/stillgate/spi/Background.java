package dev.stillgate.spi;

import java.time.Duration;

/** Runs a filter's work that is not part of a request, on a thread of its own. */
public interface Background {
    /**
     * Runs the task again and again, first after one period, until the policy that made the filter is retired. Periods
     * are measured on the {@link Ticker}; a run that throws is logged and does not stop the later ones.
     */
    void every(Duration period, Runnable task);
}
