package dev.stillgate.proxy.chain;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bounded lock-free queue of short tasks from event loops to one worker thread. Thread-safe. {@link #offer} costs a few
 * atomic writes and never wakes the worker, which polls every few milliseconds and less often while the queue is empty.
 */
final class TaskQueue implements AutoCloseable {
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

    /** Closes the queue and runs the waiting tasks. Waits up to {@link DaemonTimer#CLOSE_WAIT} for the running task. */
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
