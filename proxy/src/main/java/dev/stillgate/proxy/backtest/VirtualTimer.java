package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.Timer;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.PriorityQueue;

/**
 * The background tasks of a backtest, run one by one in the order in which they are due in virtual time, those due at once
 * in the order in which they were given. A period below {@link #SHORTEST} is that long: two weeks have a thousand million
 * milliseconds.
 */
public final class VirtualTimer implements Timer {
    /** The shortest time between two runs of a task. */
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

    /** Returns when the next task is due, {@link Long#MAX_VALUE} for never. */
    long nextDue() {
        Task next = waiting.peek();
        return next == null ? Long.MAX_VALUE : next.due;
    }

    /** Runs the task that is due next; the clock shows its time. */
    void runNext() {
        Task next = waiting.remove();
        next.work.run();
        if (!next.stopped) {
            next.due += next.period;
            waiting.add(next);
        }
    }

    /** A task and when it runs. */
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
