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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Setup of a backtest from its files. */
public final class BacktestRun {
    private final Environment environment;

    public BacktestRun(Environment environment) {
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
            Backtest.Progress progress) {
        public Options {
            logs = List.copyOf(logs);
        }
    }

    /**
     * Replays the logs under the policy.
     *
     * @throws ConfigException if the policy or the accounts are invalid
     * @throws IOException if a log cannot be read, is broken, or contains no exchange
     */
    public BacktestFindings run(Options options) throws ConfigException, IOException {
        PolicyLoader.Loaded loaded = new PolicyLoader(environment)
                .policy(options.policy(), options.text() == null ? options.policy() : options.text());
        Map<String, Account> listed = listed(options.accounts(), loaded.policy());
        long first = Backtest.firstMillis(options.logs(), options.brokenLines() != null);
        if (first < 0) {
            throw new IOException("there is no exchange in " + options.logs());
        }
        try (VirtualChain chain = VirtualChain.open(loaded, options.plugins(), options.asConfigured(), first)) {
            return new Backtest(chain.clock(), chain.timer())
                    .run(
                            new Backtest.Subject(
                                    chain.serving(),
                                    chain.standings(),
                                    chain.contextHashes(),
                                    types(loaded.policy()),
                                    loaded.sha256()),
                            new Backtest.Input(options.logs(), listed, options.brokenLines(), options.progress()));
        }
    }

    private static Map<String, Account> listed(@Nullable Path given, Policy policy) throws ConfigException {
        if (given != null) {
            return AccountsFile.byId(given);
        }
        Path own = policy.accounts().file();
        return own == null || !Files.exists(own) ? Map.of() : AccountsFile.byId(own);
    }

    static Map<String, String> types(Policy policy) {
        Map<String, String> types = new HashMap<>();
        policy.filters().stream()
                .filter(filter -> filter.mode() != Policy.Mode.OFF)
                .forEach(filter -> types.put(filter.name(), filter.type()));
        return types;
    }
}
