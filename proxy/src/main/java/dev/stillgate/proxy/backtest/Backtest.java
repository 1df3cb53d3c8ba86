package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.Account;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Replay of exchange logs through a policy's filters in virtual time, to report the policy's effects before it is
 * enforced.
 */
public final class Backtest {
    /** Virtual time after the last response, in which its effects can still occur. */
    private static final long TAIL_MILLIS = 1_000;

    private final VirtualClock clock;
    private final VirtualTimer timer;

    /** Creates a backtest. The filters under test must use the same clock and timer. */
    public Backtest(VirtualClock clock, VirtualTimer timer) {
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * The policy under test.
     *
     * @param serving the built policy
     * @param standings the standings published by its filters
     * @param hashes the hashing of response content into hashes
     * @param types the types of the filters that are not off, by filter name
     * @param sha256 the hash of the policy file
     */
    public record Subject(
            ServingPolicy serving,
            StandingsBoard standings,
            KeyedHashes hashes,
            Map<String, String> types,
            String sha256) {}

    /**
     * The input of a backtest.
     *
     * @param logs the log files, in chronological order
     * @param listed the listed accounts by id
     * @param brokenLines receives a message for each skipped broken line; null to stop at the first one
     * @param progress receives the progress
     */
    public record Input(
            List<Path> logs,
            Map<String, Account> listed,
            @Nullable Consumer<String> brokenLines,
            Progress progress) {
        public Input {
            logs = List.copyOf(logs);
        }
    }

    /** Receiver of the progress of a backtest, called after every exchange. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Receives the progress.
         *
         * @param exchanges the number of replayed exchanges
         * @param millis the virtual time, in milliseconds since the epoch
         * @param part the fraction of the files that was read, from 0 to 1; computed on demand
         */
        void at(long exchanges, long millis, DoubleSupplier part);
    }

    /** Returns the start of the first exchange in milliseconds since the epoch, -1 when there is none. */
    public static long firstMillis(List<Path> logs, boolean lenient) throws IOException {
        return LogReader.firstMillis(logs, lenient);
    }

    /**
     * Replays the logs completely.
     *
     * @throws IOException if a file cannot be read; a {@link BrokenLogException} if a line is broken
     */
    public BacktestFindings run(Subject subject, Input input) throws IOException {
        LogAccounts population = new LogAccounts(input.listed());
        LogLabel.Groups groups = new LogLabel.Groups();
        Tally tally = new Tally(subject.types());
        ServingPolicy serving = subject.serving();
        Explanations explanations = new Explanations(serving.chain().pages());
        StandingsWatch watch = new StandingsWatch(subject.standings(), population, explanations, clock);
        Replay replay = new Replay(serving, subject.hashes(), clock, timer, watch, tally);
        LogFacts facts = new LogFacts(population, groups, serving.routes());
        try (LogReader log = new LogReader(input.logs(), input.brokenLines())) {
            while (log.next()) {
                LogLine line = log.line();
                try {
                    facts.read(line);
                } catch (BrokenLine e) {
                    log.reject(e);
                    continue;
                }
                tally.exchange(line.ts());
                VirtualResponse response = replay.begin(line, facts);
                facts.account().add(facts.label(), line.ts(), response.text(), response.refusedForStanding());
                input.progress().at(tally.exchanges(), line.ts(), log::part);
            }
            replay.finish(TAIL_MILLIS);
            return new BacktestFindings(
                    subject.sha256(),
                    tally,
                    population,
                    List.copyOf(groups.byName().values()),
                    explanations.clusters(),
                    log.broken(),
                    replay.endedEarly(),
                    false);
        }
    }
}
