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
 * The threads on which the process does its work that belongs to no request. One thread runs what may wait for a disk, one
 * task at a time; a second one runs what never waits and must come in time; a third one runs {@link TaskQueue}. A period is
 * counted from the end of one run to the start of the next, so that a task slower than its period does not keep the others
 * out.
 */
public final class DaemonTimer implements Timer, Executor, AutoCloseable {
    /** How long an ending process waits for the work under way, which may be writing state to disk. */
    public static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(DaemonTimer.class);
    private final ScheduledThreadPoolExecutor thread = thread("stillgate-background");
    private final ScheduledThreadPoolExecutor prompt = thread("stillgate-timer");
    private final TaskQueue errands = new TaskQueue();

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }

    @Override
    public Runnable every(Duration period, Runnable task) {
        return repeat(thread, period, task);
    }

    @Override
    public Runnable everyNonBlocking(Duration period, Runnable task) {
        return repeat(prompt, period, task);
    }

    private static Runnable repeat(ScheduledThreadPoolExecutor on, Duration period, Runnable task) {
        Future<?> repeated = on.scheduleWithFixedDelay(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
        return () -> repeated.cancel(false);
    }

    @Override
    public boolean soon(Runnable task) {
        return errands.offer(task);
    }

    /** Runs a task once, which may wait for a disk, after the one under way; on the caller's thread when the timer is closed. */
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
        prompt.shutdown();
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
