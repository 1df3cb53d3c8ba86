package dev.stillgate.proxy.whatif;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A backtest: the policy in force and a candidate, replayed one after the other, and their comparison. Thread-safe. */
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
        try {
            Map<?, ?> before = replay("in-force", inForce);
            Map<?, ?> after = before == null ? null : replay("candidate", candidate);
            if (before != null && after != null) {
                result = OutcomeTable.of(before, after);
                end(State.DONE);
            }
        } catch (IOException | RuntimeException e) {
            error = String.valueOf(e.getMessage());
            end(State.FAILED);
        } catch (InterruptedException e) {
            end(State.CANCELLED);
        }
    }

    private synchronized void end(State how) {
        if (state == State.RUNNING) {
            endedAt = now.get();
            state = how;
        }
    }

    /** Replays the logs under a policy and returns the report; null if this backtest has ended meanwhile. */
    private @Nullable Map<?, ?> replay(String name, Path text) throws IOException, InterruptedException {
        Path report = reports.resolve(id + "-" + name + ".json");
        BacktestProcess started = start(text, report);
        if (started == null) {
            return null;
        }
        BacktestProcess.End end = started.await();
        if (!isRunning()) {
            return null;
        }
        if (end.exit() != 0) {
            String output = end.output();
            error = (name.equals("candidate") ? "" : "the policy in force: ")
                    + output.substring(0, Math.min(LONGEST_ERROR, output.length()));
            end(State.FAILED);
            return null;
        }
        runs.incrementAndGet();
        return OutcomeTable.read(report);
    }

    private synchronized @Nullable BacktestProcess start(Path text, Path report) throws IOException {
        if (!isRunning()) {
            return null;
        }
        BacktestProcess started = BacktestProcess.start(launcher, text, report, logs);
        process = started;
        return started;
    }

    /** Ends the process. Does nothing if the backtest has ended. */
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
