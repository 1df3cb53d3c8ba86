package dev.stillgate.proxy.chain;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background threads of the process. The first runs tasks that may block, the second periodic tasks that never
 * block and must be punctual, the third the {@link TaskQueue}. Periods run from the end of one run to the start of the
 * next, so a slow task does not starve the others. Thread-safe.
 */
public final class DaemonTimer implements Timer, Executor, AutoCloseable {
    /** How long {@link #close} waits for running tasks, which may be writing state to disk. */
    public static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(DaemonTimer.class);
    private final ScheduledThreadPoolExecutor blocking = thread("stillgate-background");
    private final ScheduledThreadPoolExecutor nonBlocking = thread("stillgate-timer");
    private final TaskQueue tasks = new TaskQueue();

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }

    @Override
    public Runnable every(Duration period, Runnable task) {
        return repeat(blocking, period, task);
    }

    @Override
    public Runnable everyNonBlocking(Duration period, Runnable task) {
        return repeat(nonBlocking, period, task);
    }

    private static Runnable repeat(ScheduledThreadPoolExecutor on, Duration period, Runnable task) {
        Future<?> repeated = on.scheduleWithFixedDelay(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
        return () -> repeated.cancel(false);
    }

    @Override
    public boolean soon(Runnable task) {
        return tasks.offer(task);
    }

    /** Runs a task once on the thread for blocking tasks, or on the calling thread if the timer is closed. */
    @Override
    public void execute(Runnable task) {
        try {
            blocking.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Cancels the periodic tasks and waits up to {@link #CLOSE_WAIT} for the submitted ones. */
    @Override
    public void close() {
        tasks.close();
        nonBlocking.shutdown();
        blocking.shutdown();
        try {
            if (!blocking.awaitTermination(CLOSE_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("background work did not finish within {} and was abandoned", CLOSE_WAIT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
