package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Background;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The background tasks of one policy: collected while it is compiled, started when it becomes current, stopped when it
 * is retired. A run that throws is counted as {@code stillgate.filter.background.failures} and logged.
 */
final class BackgroundRunner {
    private static final Duration LONGEST = Duration.ofDays(366);

    private enum Station {
        COLLECTING,
        RUNNING,
        STOPPED
    }

    private record Task(Duration period, boolean blocking, Runnable work) {}

    private final Timer timer;
    private final MeterSource meters;
    private final Ticker ticker;
    private final List<Task> waiting = new ArrayList<>();
    private final List<Runnable> stops = new ArrayList<>();
    private volatile Station station = Station.COLLECTING;

    BackgroundRunner(Timer timer, MeterSource meters, Ticker ticker) {
        this.timer = timer;
        this.meters = meters;
        this.ticker = ticker;
    }

    /** Returns the runner as one filter sees it. */
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
                    if (station == Station.RUNNING) {
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
        if (station == Station.COLLECTING) {
            station = Station.RUNNING;
            waiting.forEach(this::run);
            waiting.clear();
        }
    }

    /** Stops all tasks for good; one that is running runs to its end. */
    synchronized void stop() {
        station = Station.STOPPED;
        waiting.clear();
        stops.forEach(Runnable::run);
        stops.clear();
    }

    private synchronized void add(Task task) {
        switch (station) {
            case COLLECTING -> waiting.add(task);
            case RUNNING -> run(task);
            case STOPPED -> {} // nothing of a retired policy starts
        }
    }

    private void run(Task task) {
        stops.add(
                task.blocking()
                        ? timer.every(task.period(), task.work())
                        : timer.everyNonBlocking(task.period(), task.work()));
    }

    private static void contained(Runnable work, Counter failures, FailureLog failureLog) {
        try {
            work.run();
        } catch (Throwable failure) { // fatal or not: off the request path the next run is the best there is
            failures.increment();
            failureLog.failed("a background task", failure);
        }
    }

    private static Duration bounded(Duration period) {
        if (!period.isPositive() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a background period of " + period + ": expected more than 0, at most " + LONGEST);
        }
        return period;
    }
}
