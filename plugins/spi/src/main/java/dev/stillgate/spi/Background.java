package dev.stillgate.spi;

import java.time.Duration;

/** Executor for a filter's work outside the request path. */
public interface Background {
    /**
     * Runs a task periodically, first after one period, until the policy that created the filter is retired. Periods
     * are measured by the {@link Ticker}. An exception is logged and does not cancel later runs. The task may block on
     * a disk, which delays the tasks of all filters that use this method.
     */
    void every(Duration period, Runnable task);

    /**
     * Runs a task as {@link #every} does, but on another thread, so that a blocked disk does not delay it. The task
     * must be short and must not block on a disk, a network, or a lock that is held during either. It may run at the
     * same time as a task of {@link #every}.
     */
    default void everyNonBlocking(Duration period, Runnable task) {
        every(period, task);
    }

    /**
     * Runs a small task once, within some hundredths of a second, also for exchanges that outlive their policy. Such
     * tasks run one after the other, concurrently with those of {@link #every}; in a backtest they run immediately.
     * Thread-safe and cheap to call.
     *
     * @return false if the queue is full and the task will not run
     */
    boolean soon(Runnable task);
}
