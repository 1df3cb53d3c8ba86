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
 * A backtest put together in one place, as {@link Gateway} is: the same catalogue, compiler and chain, with a clock that a
 * log sets, fixed secrets, no socket and nothing on disk.
 */
public final class BacktestRun {
    private static final byte[] SECRET = "the secret of every backtest".getBytes(StandardCharsets.UTF_8);

    private final Environment environment;

    public BacktestRun(Environment environment) {
        this.environment = environment;
    }

    /**
     * What to hold against what.
     *
     * @param policy the policy file
     * @param plugins a directory of plugin jars from outside, null for none
     * @param accounts the listed accounts, null for the policy's own file where there is one
     * @param logs the exchange logs, in the order of time
     * @param asConfigured whether filters in shadow stay there
     * @param complaints takes each line that is broken and passed over; null to end at the first
     * @param progress is told how far it is
     */
    public record Terms(
            Path policy,
            @Nullable Path plugins,
            @Nullable Path accounts,
            List<Path> logs,
            boolean asConfigured,
            @Nullable Consumer<String> complaints,
            Backtest.Progress progress) {
        public Terms {
            logs = List.copyOf(logs);
        }
    }

    /**
     * Replays the logs under the policy.
     *
     * @throws ConfigException when the policy or the accounts are wrong
     * @throws IOException when a log cannot be read or is broken, or holds no exchange
     */
    public Findings run(Terms terms) throws ConfigException, IOException {
        PolicyLoader.Loaded loaded = new PolicyLoader(environment).policy(terms.policy());
        Map<String, Account> listed = listed(terms.accounts(), loaded.policy());
        long first = Backtest.firstMillis(terms.logs(), terms.complaints() != null);
        if (first < 0) {
            throw new IOException("there is no exchange in " + terms.logs());
        }
        VirtualClock clock = new VirtualClock(first);
        VirtualTimer timer = new VirtualTimer(clock);
        KeyedMarks marks = new KeyedMarks(Secrets.derive(SECRET, "gateway", "context marks"));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        FilterMeters meters = new FilterMeters(registry);
        try (FilterCatalog catalog = FilterCatalog.load(BacktestRun.class.getClassLoader(), terms.plugins())) {
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
            PolicyBuilder.Built built = new PolicyBuilder(catalog, compiler).rehearse(loaded, !terms.asConfigured());
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
                                new Backtest.Material(terms.logs(), listed, terms.complaints(), terms.progress()));
            } finally {
                chain.close();
            }
        }
    }

    /** Returns the least that a filter says to have learnt, NaN when no filter says so. */
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
        policy.filters().forEach(filter -> types.put(filter.name(), filter.type()));
        return types;
    }
}
