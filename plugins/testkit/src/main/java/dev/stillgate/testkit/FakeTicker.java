package dev.stillgate.testkit;

import dev.stillgate.spi.Background;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A manually advanced clock, which runs {@link Background} tasks when they fall due. Not thread-safe.
 */
public final class FakeTicker implements Ticker, Background {
    private final List<Task> tasks = new ArrayList<>();
    private Predicate<Runnable> soonExecutor = task -> {
        task.run();
        return true;
    };
    private boolean diskHangs;
    private long nanos = 1_000_000_000L;
    private long millis = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long millis() {
        return millis;
    }

    /** Advances both clocks, running each background task at its due time. */
    public void advance(Duration by) {
        long end = nanos + by.toNanos();
        long millisAtStart = millis;
        long nanosAtStart = nanos;
        while (true) {
            Task next = tasks.stream()
                    .filter(task -> task.due <= end)
                    .min((a, b) -> Long.compare(a.due, b.due))
                    .orElse(null);
            if (next == null) {
                break;
            }
            nanos = next.due;
            millis = millisAtStart + (nanos - nanosAtStart) / 1_000_000;
            next.due += next.period;
            if (next.nonBlocking || !diskHangs) {
                next.work.run();
            }
        }
        nanos = end;
        millis = millisAtStart + by.toMillis();
    }

    /** Moves the wall clock only, forward or back. */
    public void jumpWallClock(Duration by) {
        millis += by.toMillis();
    }

    @Override
    public void every(Duration period, Runnable task) {
        tasks.add(new Task(nanos + period.toNanos(), period.toNanos(), false, task));
    }

    @Override
    public void everyNonBlocking(Duration period, Runnable task) {
        tasks.add(new Task(nanos + period.toNanos(), period.toNanos(), true, task));
    }

    /** Sets whether the disk hangs, so that tasks that may wait for it do not run. */
    public void hangDisk(boolean hangs) {
        diskHangs = hangs;
    }

    /** Passes the tasks of {@link #soon} to {@code taker}, which runs, keeps or rejects them. */
    public void soon(Predicate<Runnable> taker) {
        soonExecutor = taker;
    }

    /** Runs the task at once, unless the test has set another handler. */
    @Override
    public boolean soon(Runnable task) {
        return soonExecutor.test(task);
    }

    private static final class Task {
        private long due;
        private final long period;
        private final boolean nonBlocking;
        private final Runnable work;

        private Task(long due, long period, boolean nonBlocking, Runnable work) {
            this.due = due;
            this.period = period;
            this.nonBlocking = nonBlocking;
            this.work = work;
        }
    }
}
