package dev.stillgate.spi;

import java.time.Duration;

/** Runs a filter's work that is not part of a request, on threads of its own. */
public interface Background {
    /**
     * Runs the task again and again, first after one period, until the policy that made the filter is retired. Periods
     * are measured on the {@link Ticker}; a run that throws is logged and does not stop the later ones.
     */
    void every(Duration period, Runnable task);

    /**
     * Runs a small task once, within some hundredths of a second, beside the tasks of {@link #every} and one after the other,
     * also for exchanges that outlive their policy. Costs the caller next to nothing; any thread. In a backtest it runs at once.
     *
     * @return false when too many tasks wait and this one will not run
     */
    boolean soon(Runnable task);
}
