package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.Timer;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.PriorityQueue;

/**
 * Scheduler of background tasks in virtual time. Tasks run one by one in the order of their due times, then in the
 * order of registration. Periods below {@link #SHORTEST} are raised to it, because a log of two weeks would otherwise
 * run too many tasks. Not thread-safe.
 */
public final class VirtualTimer implements Timer {
    /** The minimum period of a task. */
    public static final Duration SHORTEST = Duration.ofMillis(100);

    private final Ticker clock;
    private final PriorityQueue<Task> waiting = new PriorityQueue<>();
    private long tasks;

    public VirtualTimer(Ticker clock) {
        this.clock = clock;
    }

    @Override
    public Runnable every(Duration period, Runnable work) {
        Duration least = period.compareTo(SHORTEST) < 0 ? SHORTEST : period;
        Task task = new Task(work, least.toNanos(), tasks++);
        task.due = clock.nanos() + task.period;
        waiting.add(task);
        return () -> {
            task.stopped = true;
            waiting.remove(task);
        };
    }

    /** Returns the due time of the next task in virtual nanoseconds, {@link Long#MAX_VALUE} when there is none. */
    long nextDue() {
        Task next = waiting.peek();
        return next == null ? Long.MAX_VALUE : next.due;
    }

    /** Runs the next task. The clock must have been advanced to its due time. */
    void runNext() {
        Task next = waiting.remove();
        next.work.run();
        if (!next.stopped) {
            next.due += next.period;
            waiting.add(next);
        }
    }

    /** A scheduled task. */
    private static final class Task implements Comparable<Task> {
        private final Runnable work;
        private final long period;
        private final long number;
        private long due;
        private boolean stopped;

        private Task(Runnable work, long period, long number) {
            this.work = work;
            this.period = period;
            this.number = number;
        }

        @Override
        public int compareTo(Task other) {
            return due == other.due ? Long.compare(number, other.number) : Long.compare(due, other.due);
        }
    }
}
