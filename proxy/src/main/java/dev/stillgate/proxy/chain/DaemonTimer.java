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
 * The one thread on which the process does its work that belongs to no request, one task at a time, and beside it one for
 * {@link Errands}, which wait for no long task. A period is counted
 * from the end of one run to the start of the next, so that a task slower than its period does not keep the others out.
 */
public final class DaemonTimer implements Timer, Executor, AutoCloseable {
    /** How long an ending process waits for the work under way, which may be writing state to disk. */
    public static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(DaemonTimer.class);
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("stillgate-background").factory());

    private final Errands errands = new Errands();

    public DaemonTimer() {
        thread.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Runnable every(Duration period, Runnable task) {
        Future<?> repeated =
                thread.scheduleWithFixedDelay(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
        return () -> repeated.cancel(false);
    }

    @Override
    public boolean soon(Runnable task) {
        return errands.offer(task);
    }

    /** Runs a task once, after the one under way; on the caller's thread when the timer is closed. */
    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Ends the repetitions and waits, for up to {@link #CLOSE_WAIT}, until what was handed over is done. */
    @Override
    public void close() {
        errands.close();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("background work was not done within {} and is left", CLOSE_WAIT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
