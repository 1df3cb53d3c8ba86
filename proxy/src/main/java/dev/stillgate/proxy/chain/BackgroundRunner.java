package dev.stillgate.proxy.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The background tasks of one policy's filters. Tasks are collected while the policy is compiled, started when it
 * becomes current and stopped when it is retired. A run that throws is logged and counted as
 * {@code stillgate.filter.background.failures}. Thread-safe.
 */
final class BackgroundRunner {
    private static final Duration LONGEST = Duration.ofDays(366);

    private enum State {
        COLLECTING,
        RUNNING,
        STOPPED
    }

    private record Task(Duration period, boolean blocking, Runnable work) {}

    private final Timer timer;
    private final MeterSource meters;
    private final Ticker ticker;

    @GuardedBy("this")
    private final List<Task> collected = new ArrayList<>();

    @GuardedBy("this")
    private final List<Runnable> stops = new ArrayList<>();

    private volatile State state = State.COLLECTING;

    BackgroundRunner(Timer timer, MeterSource meters, Ticker ticker) {
        this.timer = timer;
        this.meters = meters;
        this.ticker = ticker;
    }

    /** Returns the {@link Background} of one filter, which counts that filter's failures. */
    Background of(String filter) {
        Counter failures = meters.counter("stillgate.filter.background.failures", "filter", filter);
        FailureLog failureLog = new FailureLog(filter, ticker);
        return new Background() {
            @Override
            public void every(Duration period, Runnable work) {
                add(period, true, work);
            }

            @Override
            public void everyNonBlocking(Duration period, Runnable work) {
                add(period, false, work);
            }

            private void add(Duration period, boolean blocking, Runnable work) {
                BackgroundRunner.this.add(new Task(bounded(period), blocking, () -> {
                    if (state == State.RUNNING) {
                        contained(work, failures, failureLog);
                    }
                }));
            }

            @Override
            public boolean soon(Runnable work) {
                return timer.soon(() -> contained(work, failures, failureLog));
            }
        };
    }

    synchronized void start() {
        if (state == State.COLLECTING) {
            state = State.RUNNING;
            for (Task task : collected) {
                run(task);
            }
            collected.clear();
        }
    }

    /** Stops all tasks permanently. A task that is running is not interrupted. */
    synchronized void stop() {
        state = State.STOPPED;
        collected.clear();
        stops.forEach(Runnable::run);
        stops.clear();
    }

    private synchronized void add(Task task) {
        switch (state) {
            case COLLECTING -> collected.add(task);
            case RUNNING -> run(task);
            case STOPPED -> {} // a retired policy starts no tasks
        }
    }

    @GuardedBy("this")
    private void run(Task task) {
        stops.add(
                task.blocking()
                        ? timer.every(task.period(), task.work())
                        : timer.everyNonBlocking(task.period(), task.work()));
    }

    private static void contained(Runnable work, Counter failures, FailureLog failureLog) {
        try {
            work.run();
        } catch (Throwable failure) { // errors too: this is off the request path, and the next run may succeed
            failures.increment();
            failureLog.failed("a background task", failure);
        }
    }

    private static Duration bounded(Duration period) {
        if (!period.isPositive() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "background period " + period + ": expected more than 0 and at most " + LONGEST);
        }
        return period;
    }
}
