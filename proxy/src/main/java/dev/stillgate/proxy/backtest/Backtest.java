package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.spi.Account;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A policy held against a log of exchanges, in virtual time, before it is enforced: the filters that serve traffic see
 * what they would have seen, and what they would have done is reported.
 */
public final class Backtest {
    /** How long time goes on after the last answer, so that what it led to is seen. */
    private static final long TAIL_MILLIS = 1_000;

    private final VirtualClock clock;
    private final VirtualTimer timer;

    /** A backtest whose filters are still to be made, with these as their clock and timer. */
    public Backtest(VirtualClock clock, VirtualTimer timer) {
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * The policy under test.
     *
     * @param serving what exchanges use, in force
     * @param standings where accounts stand under it
     * @param marks makes the marks of what answers are made of
     * @param types the types of its filters by their names
     * @param sha256 the hash of its file
     * @param learnt how much of what its filters must learn they have learnt, from 0 to 1; NaN when none learns
     */
    public record Subject(
            ServingPolicy serving,
            StandingsBoard standings,
            KeyedMarks marks,
            Map<String, String> types,
            String sha256,
            DoubleSupplier learnt) {}

    /**
     * What is replayed.
     *
     * @param logs the files, in the order of time
     * @param listed the accounts that the operator knows, by id
     * @param complaints takes each line that is broken and passed over; null to end at the first
     * @param progress is told how far it is
     */
    public record Material(
            List<Path> logs,
            Map<String, Account> listed,
            @Nullable Consumer<String> complaints,
            Progress progress) {
        public Material {
            logs = List.copyOf(logs);
        }
    }

    /** Takes how far a backtest is; called after every exchange. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Takes where it is.
         *
         * @param exchanges how many were replayed
         * @param millis the virtual time
         * @param part how much of the files was read, from 0 to 1, found out when it is asked for
         */
        void at(long exchanges, long millis, DoubleSupplier part);
    }

    /** Returns when the first exchange of the logs began, in milliseconds; -1 when there is none. */
    public static long firstMillis(List<Path> logs, boolean lenient) throws IOException {
        return LogReader.firstMillis(logs, lenient);
    }

    /**
     * Replays a log to its end.
     *
     * @throws IOException when a file cannot be read, a {@link BrokenLogException} when it is broken
     */
    public Findings run(Subject subject, Material material) throws IOException {
        Population population = new Population(material.listed());
        Label.Groups groups = new Label.Groups();
        Tally tally = new Tally(subject.types());
        ServingPolicy serving = subject.serving();
        Explanations explanations = new Explanations(serving.chain().pages());
        StandingsWatch watch = new StandingsWatch(subject.standings(), population, explanations, clock);
        Replay replay = new Replay(serving, subject.marks(), clock, timer, watch, tally);
        LearningWatch learning = new LearningWatch(subject.learnt(), clock.millis());
        LogFacts facts = new LogFacts(population, groups, serving.routes());
        try (LogReader log = new LogReader(material.logs(), material.complaints())) {
            while (log.next()) {
                LogLine line = log.line();
                try {
                    facts.read(line);
                } catch (BrokenLine e) {
                    log.reject(e);
                    continue;
                }
                tally.exchange(line.ts());
                replay.begin(line, facts);
                learning.at(line.ts());
                material.progress().at(tally.exchanges(), line.ts(), log::part);
            }
            replay.finish(TAIL_MILLIS);
            return new Findings(
                    subject.sha256(),
                    tally,
                    population,
                    List.copyOf(groups.byName().values()),
                    explanations.clusters(),
                    learning.hour(),
                    log.broken(),
                    replay.endedEarly());
        }
    }
}
