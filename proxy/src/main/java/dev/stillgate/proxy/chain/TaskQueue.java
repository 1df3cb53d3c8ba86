package dev.stillgate.proxy.chain;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Small tasks that event loops hand over to one thread. To hand one over costs a few atomic writes and wakes nobody: the thread looks
 * by itself every few milliseconds, less often when there is nothing. Any thread may hand over; a full queue refuses.
 */
final class TaskQueue implements AutoCloseable {
    /** The most that wait. */
    static final int MOST = 1 << 13;

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(80);

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /** Takes a task, which must not throw; returns false, and forgets it, when there are too many or the end has come. */
    boolean offer(Runnable task) {
        if (closed || count.incrementAndGet() > MOST) {
            count.decrementAndGet();
            return false;
        }
        waiting.add(task);
        if (thread == null) {
            begin();
        }
        return !closed || !waiting.remove(task); // who closed may have looked already
    }

    private synchronized void begin() {
        if (thread == null && !closed) {
            thread = Thread.ofPlatform().daemon().name("stillgate-errands").start(this::run);
        }
    }

    private void run() {
        long pause = SHORTEST_PAUSE;
        while (!closed) {
            pause = runAll() ? SHORTEST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
            LockSupport.parkNanos(pause);
        }
    }

    private boolean runAll() {
        boolean any = false;
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            count.decrementAndGet();
            task.run();
            any = true;
        }
        return any;
    }

    /** Runs what waits and takes no more. Waits as long as {@link DaemonTimer#CLOSE_WAIT} for the one under way. */
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
                return; // it hangs in a task, and the rest would be run beside it
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        runAll();
    }
}
