package dev.stillgate.proxy.whatif;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backtest: the recorded logs are sorted by time, then replayed under a candidate and under the policy in force, and the
 * outcomes compared. The candidate comes first, so that an invalid one is reported at once. Thread-safe.
 */
final class BacktestJob {
    private static final int LONGEST_ERROR = 4000;

    private final long id;
    private final List<Path> logs;
    private final Path inForce;
    private final Path candidate;
    private final BacktestProcess.Launcher launcher;
    private final Supplier<Instant> now;
    private final Instant startedAt;
    private final Path reports;

    private volatile State state = State.RUNNING;
    private final AtomicInteger runs = new AtomicInteger();
    private volatile @Nullable BacktestProcess process;
    private volatile @Nullable Instant endedAt;
    private volatile @Nullable String error;
    private volatile @Nullable List<Map<String, Object>> result;

    /** The state of a backtest. */
    private enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    BacktestJob(
            long id,
            Path directory,
            List<Path> logs,
            String inForce,
            String candidate,
            BacktestProcess.Launcher launcher,
            Supplier<Instant> now)
            throws IOException {
        this.id = id;
        this.logs = List.copyOf(logs);
        this.launcher = launcher;
        this.now = now;
        this.startedAt = now.get();
        this.inForce = Files.writeString(directory.resolve(id + "-in-force.yaml"), inForce);
        this.candidate = Files.writeString(directory.resolve(id + "-candidate.yaml"), candidate);
        this.reports = directory;
    }

    long id() {
        return id;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Returns number and state as one text. */
    String state() {
        return id + " " + state;
    }

    void start() {
        Thread.ofVirtual().name("backtest-" + id).start(this::run);
    }

    private void run() {
        Path sorted = reports.resolve(id + "-log.jsonl");
        try {
            sort(sorted);
            Map<?, ?> after = replay("candidate", candidate, sorted, "the candidate: ");
            Map<?, ?> before = after == null ? null : replay("in-force", inForce, sorted, "the policy in force: ");
            if (before != null && after != null) {
                result = OutcomeTable.of(before, after);
                end(State.DONE);
            }
        } catch (IOException | RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            end(State.CANCELLED);
        } finally {
            delete(sorted);
        }
    }

    /** Writes the recorded logs to one file in the order in which the exchanges began. Throws if it is cancelled. */
    private void sort(Path into) throws IOException, InterruptedException {
        try {
            LowPriority.call(() -> {
                LogSort.sort(logs, into, this::isRunning);
                return into;
            });
        } catch (NoSuchFileException e) {
            throw new IOException("the recorded log: " + e.getFile() + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("the recorded log: " + e.getMessage(), e);
        }
    }

    /** Deletes a file. One that cannot be deleted stays until the directory is deleted. */
    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException kept) {
            // the directory is deleted with all files when the gateway stops
        }
    }

    private synchronized void fail(String why) {
        if (state == State.RUNNING) {
            error = why.substring(0, Math.min(LONGEST_ERROR, why.length()));
            end(State.FAILED);
        }
    }

    private synchronized void end(State how) {
        if (state == State.RUNNING) {
            endedAt = now.get();
            state = how;
        }
    }

    /**
     * Replays a log under a policy and returns the report; null if that failed, or this backtest has ended meanwhile.
     *
     * @param subject begins the message of a failure
     */
    private @Nullable Map<?, ?> replay(String name, Path text, Path log, String subject)
            throws IOException, InterruptedException {
        Path report = reports.resolve(id + "-" + name + ".json");
        BacktestProcess started = begin(text, report, log);
        if (started == null) {
            return null;
        }
        BacktestProcess.End end = started.await();
        if (!isRunning()) {
            return null;
        }
        if (end.exit() != 0) {
            fail(subject + end.output());
            return null;
        }
        runs.incrementAndGet();
        return OutcomeTable.read(report);
    }

    private synchronized @Nullable BacktestProcess begin(Path text, Path report, Path log)
            throws IOException, InterruptedException {
        if (!isRunning()) {
            return null;
        }
        BacktestProcess started = BacktestProcess.start(launcher, text, report, log);
        process = started;
        return started;
    }

    /** Ends the sort or the process. Does nothing if the backtest has ended. */
    synchronized void cancel() {
        end(State.CANCELLED);
        BacktestProcess running = process;
        if (running != null) {
            running.destroy();
        }
    }

    /** Returns number, state and progress; for JSON. */
    Map<String, Object> line() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", id);
        line.put("state", state);
        line.put("progress", progress());
        line.put("log", String.join(" ", logs.stream().map(Path::toString).toList()));
        line.put("started", startedAt);
        Instant ended = endedAt;
        if (ended != null) {
            line.put("ended", ended);
        }
        return line;
    }

    private double progress() {
        if (state == State.DONE) {
            return 1;
        }
        BacktestProcess running = process;
        double part = running == null ? 0 : running.progress();
        return Math.min(1, (runs.get() + (part == 1 ? 0 : part)) / 2);
    }

    /** Returns {@link #line} with the result; for JSON. */
    Map<String, Object> page() {
        Map<String, Object> page = line();
        String failure = error;
        if (failure != null) {
            page.put("error", failure);
        }
        List<Map<String, Object>> table = result;
        if (table != null) {
            page.put("result", table);
        }
        return page;
    }
}
