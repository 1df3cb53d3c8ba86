package dev.stillgate.spi;

import java.time.Duration;

/** Runs a filter's work that is not part of a request, on threads of its own. */
public interface Background {
    /**
     * Runs the task again and again, first after one period, until the policy that made the filter is retired. Periods
     * are measured on the {@link Ticker}; a run that throws is logged and does not stop the later ones. The task may wait for
     * a disk, and then the tasks of all filters that were given to this method wait too.
     */
    void every(Duration period, Runnable task);

    /**
     * Runs the task as {@link #every} does, on another thread: a disk that hangs under a task of {@link #every} does not
     * delay it. The task must be short, and must never wait for a disk, for a network or for a lock that is held during
     * either. Two tasks of one filter may run at once when one was given to this method and the other to {@link #every}.
     */
    default void everyNonBlocking(Duration period, Runnable task) {
        every(period, task);
    }

    /**
     * Runs a small task once, within some hundredths of a second, beside the tasks of {@link #every} and one after the other,
     * also for exchanges that outlive their policy. Costs the caller next to nothing; any thread. In a backtest it runs at once.
     *
     * @return false when too many tasks wait and this one will not run
     */
    boolean soon(Runnable task);
}
