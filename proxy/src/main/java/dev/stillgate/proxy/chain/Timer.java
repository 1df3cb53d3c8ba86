package dev.stillgate.proxy.chain;

import java.time.Duration;

/** Scheduler of periodic and one-time tasks off the request path. */
@FunctionalInterface
public interface Timer {
    /**
     * Runs a task periodically, for the first time after one period. The task may block.
     *
     * @return cancels the task; a run in progress is not interrupted
     */
    Runnable every(Duration period, Runnable task);

    /**
     * Runs a task periodically like {@link #every}, but not delayed by tasks that block. The task must not block. The
     * default implementation calls {@link #every}.
     *
     * @return cancels the task; a run in progress is not interrupted
     */
    default Runnable everyNonBlocking(Duration period, Runnable task) {
        return every(period, task);
    }

    /**
     * Runs a short task once, soon, on a thread apart from the periodic tasks. The default implementation runs the task
     * immediately.
     *
     * @return false if too many tasks are waiting; the task is then discarded
     */
    default boolean soon(Runnable task) {
        task.run();
        return true;
    }
}
