package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.spi.Account;
import java.io.IOException;
import java.nio.file.Files;
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

    private final Environment environment;

    public Backtest(Environment environment) {
        this.environment = environment;
    }

    /**
     * The options of a backtest.
     *
     * @param policy the policy file
     * @param text the file that is read in place of the policy file, null for the policy file itself
     * @param plugins a directory of additional plugin jars, null for none
     * @param accounts the accounts file, null for the policy's own file if it exists
     * @param logs the exchange logs, in chronological order
     * @param asConfigured whether filters in shadow mode stay in shadow mode
     * @param brokenLines receives a message for each skipped broken line; null to stop at the first one
     * @param listener receives each exchange
     * @param progress receives the progress
     */
    public record Options(
            Path policy,
            @Nullable Path text,
            @Nullable Path plugins,
            @Nullable Path accounts,
            List<Path> logs,
            boolean asConfigured,
            @Nullable Consumer<String> brokenLines,
            Listener listener,
            Progress progress) {
        public Options {
            logs = List.copyOf(logs);
        }
    }

    /** Receiver of replayed exchanges. */
    @FunctionalInterface
    public interface Listener {
        /** A listener that ignores everything. */
        Listener NONE = (label, account, millis, response) -> {};

        /**
         * Receives an exchange.
         *
         * @param label the line's {@code label}, empty if it has none
         * @param millis the start of the exchange, in milliseconds since the epoch
         */
        void exchange(String label, LoggedAccount account, long millis, VirtualResponse response);
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

    /**
     * Replays the logs completely.
     *
     * @throws ConfigException if the policy or the accounts are invalid
     * @throws IOException if a log cannot be read or contains no exchange; a {@link BrokenLogException} if a line is
     *     broken
     */
    public BacktestFindings run(Options options) throws ConfigException, IOException {
        PolicyLoader.Loaded loaded = new PolicyLoader(environment)
                .policy(options.policy(), options.text() == null ? options.policy() : options.text());
        Map<String, Account> listed = listed(options.accounts(), loaded.policy());
        long first = LogReader.firstMillis(options.logs(), options.brokenLines() != null);
        if (first < 0) {
            throw new IOException("expected at least one exchange in " + options.logs());
        }
        try (VirtualGateway gateway =
                        VirtualGateway.open(loaded, options.plugins(), options.asConfigured(), first, listed);
                LogReader log = new LogReader(options.logs(), options.brokenLines())) {
            long exchanges = 0;
            while (log.next()) {
                LogLine line = log.line();
                VirtualResponse response;
                try {
                    response = gateway.offer(line);
                } catch (BrokenLine e) {
                    log.reject(e);
                    continue;
                }
                LogFacts facts = gateway.facts();
                options.listener().exchange(facts.label(), facts.account(), line.ts(), response);
                options.progress().at(++exchanges, line.ts(), log::part);
            }
            gateway.finish(TAIL_MILLIS);
            return gateway.findings(log.broken());
        }
    }

    private static Map<String, Account> listed(@Nullable Path given, Policy policy) throws ConfigException {
        if (given != null) {
            return AccountsFile.byId(given);
        }
        Path own = policy.accounts().file();
        return own == null || !Files.exists(own) ? Map.of() : AccountsFile.byId(own);
    }
}
