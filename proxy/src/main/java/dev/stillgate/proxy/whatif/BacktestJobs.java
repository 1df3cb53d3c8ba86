package dev.stillgate.proxy.whatif;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backtests of candidate policies against the gateway's recording. Each runs the policy in force and the candidate in
 * processes of their own with low priority, so that traffic does not notice. One runs at a time; the last {@value #KEPT}
 * are kept. Thread-safe.
 */
public final class BacktestJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BacktestJobs.class);
    private static final int KEPT = 10;
    private static final int LONGEST_POLICY = 1 << 20;

    private final Supplier<List<Path>> logs;
    private final Supplier<String> inForce;
    private final BacktestProcess.Launcher launcher;
    private final Place place;
    private final Ticker ticker;

    @GuardedBy("this")
    private final List<BacktestJob> jobs = new ArrayList<>();

    @GuardedBy("this")
    private long started;

    /** The directory of texts and reports; null until the first backtest. */
    @GuardedBy("this")
    private @Nullable Path directory;

    /** The place of the backtests' files. */
    @FunctionalInterface
    public interface Place {
        /**
         * Creates the directory, which is deleted when the gateway stops.
         *
         * @throws IOException if it cannot be created
         */
        Path directory() throws IOException;
    }

    /** Thrown when a backtest cannot be started. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Creates a place for backtests.
     *
     * @param logs returns the recorded logs, in chronological order; empty if nothing is recorded
     * @param inForce returns the text of the policy in force
     * @param launcher starts the processes
     * @param place where policies, reports and a sorted copy of the logs are kept
     */
    public BacktestJobs(
            Supplier<List<Path>> logs,
            Supplier<String> inForce,
            BacktestProcess.Launcher launcher,
            Place place,
            Ticker ticker) {
        this.logs = logs;
        this.inForce = inForce;
        this.launcher = launcher;
        this.place = place;
        this.ticker = ticker;
    }

    /**
     * Starts a backtest and returns its page.
     *
     * @param policy the text of the candidate
     * @throws Refused if nothing is recorded, another backtest runs, or the text is too long
     */
    public synchronized Map<String, Object> start(String policy) throws Refused {
        List<Path> recorded = logs.get();
        if (recorded.isEmpty()) {
            throw new Refused("nothing is recorded: set record.path in stillgate.yaml");
        }
        if (policy.length() > LONGEST_POLICY) {
            throw new Refused("the policy is longer than " + LONGEST_POLICY + " characters");
        }
        if (jobs.stream().anyMatch(BacktestJob::isRunning)) {
            throw new Refused("another backtest runs: wait for it, or cancel it");
        }
        try {
            Path files = directory == null ? place.directory() : directory;
            directory = files;
            BacktestJob job = new BacktestJob(++started, files, recorded, inForce.get(), policy, launcher, this::now);
            jobs.addFirst(job);
            if (jobs.size() > KEPT) {
                jobs.removeLast();
            }
            job.start();
            return job.page();
        } catch (IOException e) {
            throw new Refused("the backtest cannot be started: " + e.getMessage());
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(ticker.millis());
    }

    /** Returns the recorded logs and the kept backtests, the newest first; for JSON. */
    public synchronized Map<String, Object> page() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("logs", logs.get().stream().map(Path::toString).toList());
        page.put("backtests", jobs.stream().map(BacktestJob::line).toList());
        return page;
    }

    /** Returns number and state of each kept backtest. The list differs whenever one has begun, ended or been cancelled. */
    public synchronized List<String> states() {
        return jobs.stream().map(BacktestJob::state).toList();
    }

    /** Returns a backtest with its result; null for an unknown number; for JSON. */
    public @Nullable Map<String, Object> page(long id) {
        BacktestJob job = find(id);
        return job == null ? null : job.page();
    }

    /** Cancels a backtest and returns its page; null for an unknown number. */
    public @Nullable Map<String, Object> cancel(long id) {
        BacktestJob job = find(id);
        if (job == null) {
            return null;
        }
        job.cancel();
        return job.page();
    }

    private synchronized @Nullable BacktestJob find(long id) {
        return jobs.stream().filter(job -> job.id() == id).findFirst().orElse(null);
    }

    /** Cancels all backtests and deletes their files. A file that cannot be deleted is logged and left. */
    @Override
    public synchronized void close() {
        jobs.forEach(BacktestJob::cancel);
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("files of backtests are left in {}", directory, e);
        }
    }
}
