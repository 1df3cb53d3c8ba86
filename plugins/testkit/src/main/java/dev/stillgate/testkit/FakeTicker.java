package dev.stillgate.testkit;

import dev.stillgate.spi.Background;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A clock that moves only when told, and runs the {@link Background} tasks that fall due on the way. One thread only.
 */
public final class FakeTicker implements Ticker, Background {
    private final List<Task> tasks = new ArrayList<>();
    private Predicate<Runnable> errands = task -> {
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

    /** Moves both clocks forward, stopping at every background task that falls due. */
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

    /** Moves the wall clock alone, forward or back, as an administrator or a time server would. */
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

    /** Has the disk hang, so that no task runs which may wait for it, or mends it. */
    public void hangDisk(boolean hangs) {
        diskHangs = hangs;
    }

    /** Lets a test decide on the tasks of {@link #soon}: {@code taker} runs or keeps one, or refuses it. */
    public void soon(Predicate<Runnable> taker) {
        errands = taker;
    }

    /** Runs the task at once, unless a test has something else in mind. */
    @Override
    public boolean soon(Runnable task) {
        return errands.test(task);
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
