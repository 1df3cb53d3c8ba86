package dev.stillgate.proxy.chain;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
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

    /**
     * Bounded lock-free queue of short tasks from event loops to one worker thread. Thread-safe. {@link #offer} costs a
     * few atomic writes and never wakes the worker, which polls every few milliseconds and less often while the queue
     * is empty.
     */
    static final class TaskQueue implements AutoCloseable {
        /** The maximum number of waiting tasks. */
        static final int MOST = 1 << 13;

        private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
        private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger count = new AtomicInteger();
        private volatile @Nullable Thread thread;
        private volatile boolean closed;

        /**
         * Adds a task, which must not throw.
         *
         * @return false if the queue is full or closed; the task is then discarded
         */
        boolean offer(Runnable task) {
            if (closed || count.incrementAndGet() > MOST) {
                count.decrementAndGet();
                return false;
            }
            tasks.add(task);
            if (thread == null) {
                startThread();
            }
            return !closed || !tasks.remove(task); // close() may have run the remaining tasks before this one was added
        }

        private synchronized void startThread() {
            if (thread == null && !closed) {
                thread = Thread.ofPlatform().daemon().name("stillgate-tasks").start(this::run);
            }
        }

        private void run() {
            long pause = SHORTEST_PAUSE_NANOS;
            while (!closed) {
                pause = runAll() ? SHORTEST_PAUSE_NANOS : Math.min(2 * pause, LONGEST_PAUSE_NANOS);
                LockSupport.parkNanos(pause);
            }
        }

        private boolean runAll() {
            boolean any = false;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                count.decrementAndGet();
                task.run();
                any = true;
            }
            return any;
        }

        /**
         * Closes the queue and runs the waiting tasks. Waits up to {@link DaemonTimer#CLOSE_WAIT} for the running task.
         */
        @Override
        public void close() {
            Thread running;
            synchronized (this) {
                closed = true;
                running = thread;
            }
            LockSupport.unpark(running);
            try {
                if (running != null && !running.join(DaemonTimer.CLOSE_WAIT)) {
                    return; // the worker hangs in a task: the remaining tasks would run concurrently with it
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
            runAll();
        }
    }
}
