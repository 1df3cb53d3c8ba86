package dev.stillgate.proxy.chain;

import java.time.Duration;

/** Runs tasks again and again in its own time. */
@FunctionalInterface
public interface Timer {
    /**
     * Runs the task first after one period. The task may wait for a disk.
     *
     * @return stops the repetition; a run under way is not interrupted
     */
    Runnable every(Duration period, Runnable task);

    /**
     * Runs a task as {@link #every} does, apart from those tasks; here beside them. The task must not wait for anything.
     *
     * @return stops the repetition; a run under way is not interrupted
     */
    default Runnable everyNonBlocking(Duration period, Runnable task) {
        return every(period, task);
    }

    /**
     * Runs a small task once, soon and apart from those that repeat; here at once. Returns false, and forgets it, when too many
     * wait.
     */
    default boolean soon(Runnable task) {
        task.run();
        return true;
    }
}
