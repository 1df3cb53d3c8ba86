package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.CompiledChain;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.LoneFleet;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Setup of a backtest from its files. It uses the catalogue, compiler and chain of a {@link Gateway}, with a virtual
 * clock and fixed secrets, without sockets or saved state.
 */
public final class BacktestRun {
    private static final byte[] SECRET = "the secret of every backtest".getBytes(StandardCharsets.UTF_8);

    private final Environment environment;

    public BacktestRun(Environment environment) {
        this.environment = environment;
    }

    /**
     * The options of a backtest.
     *
     * @param policy the policy file
     * @param plugins a directory of additional plugin jars, null for none
     * @param accounts the accounts file, null for the policy's own file if it exists
     * @param logs the exchange logs, in chronological order
     * @param asConfigured whether filters in shadow mode stay in shadow mode
     * @param brokenLines receives a message for each skipped broken line; null to stop at the first one
     * @param progress receives the progress
     */
    public record Options(
            Path policy,
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
    public Findings run(Options options) throws ConfigException, IOException {
        PolicyLoader.Loaded loaded = new PolicyLoader(environment).policy(options.policy());
        Map<String, Account> listed = listed(options.accounts(), loaded.policy());
        long first = Backtest.firstMillis(options.logs(), options.brokenLines() != null);
        if (first < 0) {
            throw new IOException("there is no exchange in " + options.logs());
        }
        VirtualClock clock = new VirtualClock(first);
        VirtualTimer timer = new VirtualTimer(clock);
        KeyedMarks marks = new KeyedMarks(Secrets.derive(SECRET, "gateway", "context marks"));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        FilterMeters meters = new FilterMeters(registry);
        try (FilterCatalog catalog = FilterCatalog.load(BacktestRun.class.getClassLoader(), options.plugins())) {
            ChainCompiler compiler = new ChainCompiler(
                    catalog,
                    new StateRegistry(),
                    meters,
                    meters,
                    clock,
                    timer,
                    null,
                    new LoneFleet(),
                    new Secrets(SECRET, marks));
            PolicyBuilder.Built built =
                    new PolicyBuilder(catalog, compiler).buildOffline(loaded, !options.asConfigured());
            CompiledChain chain = built.chain();
            try {
                chain.activate();
                return new Backtest(clock, timer)
                        .run(
                                new Backtest.Subject(
                                        built.serving(),
                                        compiler.standings(),
                                        marks,
                                        types(loaded.policy()),
                                        loaded.sha256(),
                                        () -> learnt(registry)),
                                new Backtest.Input(options.logs(), listed, options.brokenLines(), options.progress()));
            } finally {
                chain.close();
            }
        }
    }

    /** Returns the lowest learning progress of any filter, NaN when no filter learns. */
    private static double learnt(SimpleMeterRegistry registry) {
        return registry.find("stillgate.fingerprint.learnt").gauges().stream()
                .mapToDouble(Gauge::value)
                .min()
                .orElse(Double.NaN);
    }

    private static Map<String, Account> listed(@Nullable Path given, Policy policy) throws ConfigException {
        if (given != null) {
            return AccountsFile.byId(given);
        }
        Path own = policy.accounts().file();
        return own == null || !Files.exists(own) ? Map.of() : AccountsFile.byId(own);
    }

    private static Map<String, String> types(Policy policy) {
        Map<String, String> types = new HashMap<>();
        policy.filters().stream()
                .filter(filter -> filter.mode() != Policy.Mode.OFF)
                .forEach(filter -> types.put(filter.name(), filter.type()));
        return types;
    }
}
