package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.admin.AdminServer;
import dev.stillgate.proxy.admin.Auditor;
import dev.stillgate.proxy.admin.ResourceAction;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import dev.stillgate.proxy.fleet.ValkeyFleet;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.MeterHelp;
import dev.stillgate.proxy.observe.ProcessMeters;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.proxy.observe.StandingAudit;
import dev.stillgate.proxy.observe.TrafficHistory;
import dev.stillgate.proxy.orders.GatewayOrders;
import dev.stillgate.proxy.orders.KeyedHash;
import dev.stillgate.proxy.policy.PolicyGeneration.PolicyChange;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.proxy.whatif.BacktestJobs;
import dev.stillgate.proxy.whatif.BacktestProcess;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Ticker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway: composition root of all objects that live as long as the process. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration STANDINGS_POLL = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofMinutes(10);

    private final FilterCatalog catalog;
    private final @Nullable StateDirectory state;
    private final @Nullable ValkeyFleet fleet;
    private final GatewayOrders orders;
    private final ControlPlane control;
    private final DataPlane data;
    private final @Nullable FileWatch watch;
    private final AdminServer admin;
    private final GatewayLogs logs;
    private final GatewayExports exports;
    private final BacktestJobs backtests;
    private final PrometheusMeterRegistry registry = registry();
    private volatile Runnable drain = () -> Thread.ofVirtual().start(() -> drain(DRAIN));
    private final ProcessMeters process = ProcessMeters.show(registry);
    private volatile boolean draining;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Starts a gateway from its {@code stillgate.yaml}.
     *
     * @throws ConfigException if a file is invalid; no resource stays open in that case
     */
    public static Gateway start(Path file, Environment environment, Ticker ticker) throws ConfigException {
        return start(file, environment, ticker, false);
    }

    /**
     * Starts a gateway from its {@code stillgate.yaml}.
     *
     * @param acceptsLostOrders whether the journal of orders may have fewer than were written to it
     * @throws ConfigException if a file is invalid; no resource stays open in that case
     */
    public static Gateway start(Path file, Environment environment, Ticker ticker, boolean acceptsLostOrders)
            throws ConfigException {
        return start(file, environment, ticker, Transports::choose, FileWatch.POLL, acceptsLostOrders);
    }

    /** Starts a gateway with the given choice of channel transport and interval between checks of its files. */
    public static Gateway start(
            Path file,
            Environment environment,
            Ticker ticker,
            Function<StillgateConfig.Transport, Transports> transports,
            Duration watchInterval,
            boolean acceptsLostOrders)
            throws ConfigException {
        PolicyLoader loader = new PolicyLoader(environment);
        PolicyLoader.LocatedConfig located = loader.located(file);
        Preflight check = Preflight.of(located.config(), located.root(), Instant.ofEpochMilli(ticker.millis()));
        if (!check.errors().isEmpty()) {
            throw new ConfigException(check.errors());
        }
        check.warnings().forEach(warning -> LOG.warn("{}", warning));
        StateDirectory state = stateDirectory(located);
        try {
            return new Gateway(located.config(), loader, ticker, state, transports, watchInterval, acceptsLostOrders);
        } catch (ConfigException e) {
            release(state);
            throw e.namedBy(located.root(), "policy");
        }
    }

    private static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new MeterHelp());
        return registry;
    }

    private static @Nullable StateDirectory stateDirectory(PolicyLoader.LocatedConfig located) throws ConfigException {
        Path directory = located.config().state().directory();
        try {
            return directory == null ? null : StateDirectory.take(directory);
        } catch (IOException e) {
            PolicyException refused = new PolicyException("state.directory", String.valueOf(e.getMessage()));
            throw new ConfigException(List.of(located.root().problem(refused)));
        }
    }

    private static void release(@Nullable StateDirectory state) {
        try {
            if (state != null) {
                state.close();
            }
        } catch (IOException e) {
            LOG.warn("cannot release the state directory", e);
        }
    }

    private static @Nullable ValkeyFleet fleet(StillgateConfig config) {
        FleetStore store = config.fleet();
        return store == null ? null : new ValkeyFleet(store);
    }

    /**
     * Returns a fleet that is never joined; it only tells filters whether a fleet is configured. The caller closes it.
     */
    public static Fleet unjoinedFleet(StillgateConfig config) {
        return orLone(fleet(config));
    }

    private static Fleet orLone(@Nullable ValkeyFleet fleet) {
        return fleet == null ? new LoneFleet() : fleet;
    }

    private Gateway(
            StillgateConfig config,
            PolicyLoader loader,
            Ticker ticker,
            @Nullable StateDirectory state,
            Function<StillgateConfig.Transport, Transports> transports,
            Duration watchInterval,
            boolean acceptsLostOrders)
            throws ConfigException {
        this.state = state;
        GatewayMeters meters = new GatewayMeters(registry);
        FilterMeters filterMeters = new FilterMeters(registry);
        catalog = FilterCatalog.load(Gateway.class.getClassLoader(), config.plugins());
        fleet = fleet(config);
        Accounts accounts = new Accounts(config.hashing(), ticker);
        orders = orders(state, accounts, fleet, ticker, acceptsLostOrders);
        logs = new GatewayLogs(config, accounts, ticker);
        try {
            control = new ControlPlane(
                    config,
                    loader,
                    catalog,
                    accounts,
                    orLone(fleet),
                    orders,
                    state,
                    filterMeters,
                    logs.audit(),
                    ticker);
        } catch (ConfigException e) {
            logs.close();
            orders.close();
            throw e;
        }
        exports = new GatewayExports(config, registry, meters, ticker);
        data = new DataPlane(config, transports.apply(config.transport()), control, meters, logs, exports, ticker);
        data.watch(control, meters);
        control.show(meters);
        show(orders, meters);
        logs.show(meters);
        meters.gauge("stillgate.ready", this, gateway -> gateway.notReady() == null ? 1 : 0);
        TrafficHistory traffic = new TrafficHistory(meters::traffic, ticker);
        control.timer().everyNonBlocking(Duration.ofSeconds(TrafficHistory.STEP_SECONDS), traffic::sample);
        backtests = new BacktestJobs(
                logs.recorded(),
                () -> control.reloader().current().loaded().text(),
                BacktestProcess.own("dev.stillgate.proxy.cli.Main", config.policy()),
                state == null ? () -> Files.createTempDirectory("stillgate-backtests-") : state::backtests,
                ticker);
        admin = openAdmin(config, traffic, ticker);
        watch = config.watch() ? control.watch(watchInterval) : null;
        exports.watch(control.standings(), control.filterReports(), control.reloader(), control.timer());
        if (config.audit().path() != null) {
            control.timer().every(STANDINGS_POLL, new StandingAudit(control.standings(), logs.audit()));
        }
        orders.start();
        if (fleet != null) {
            fleet.show(registry);
            fleet.start();
        }
        LOG.info(
                "listening on {} with {}; admin on {}; policy {} sha256 {}",
                data.addresses(),
                data,
                admin.address(),
                config.policy(),
                control.reloader().current().sha256());
    }

    private static GatewayOrders orders(
            @Nullable StateDirectory state,
            Accounts accounts,
            @Nullable ValkeyFleet fleet,
            Ticker ticker,
            boolean acceptsLost)
            throws ConfigException {
        try {
            return new GatewayOrders(
                    state == null ? null : state.orders(),
                    new KeyedHash(Secrets.derive(accounts.secret(), "gateway", "erased accounts")),
                    ticker,
                    fleet == null ? null : new GatewayOrders.Store(fleet.orders(), fleet::storeMillis),
                    acceptsLost);
        } catch (IOException e) {
            throw new ConfigException(Position.of(Path.of("state.directory")), String.valueOf(e.getMessage()));
        }
    }

    private static void show(GatewayOrders orders, GatewayMeters meters) {
        meters.gauge("stillgate.orders.known", orders, GatewayOrders::known);
        meters.gauge("stillgate.orders.unsent", orders, GatewayOrders::unsent);
        meters.gauge("stillgate.orders.newer", orders, each -> each.newer().size());
        meters.gauge("stillgate.orders.lost", orders, GatewayOrders::lost);
        meters.gauge("stillgate.orders.journal.writable", orders, each -> each.isWritable() ? 1 : 0);
        meters.gauge("stillgate.orders.journal.bytes", orders, GatewayOrders::journalBytes);
        meters.gauge("stillgate.orders.clock.held", orders, each -> each.isClockHeld() ? 1 : 0);
    }

    private AdminServer openAdmin(StillgateConfig config, TrafficHistory traffic, Ticker ticker) {
        RefusalLookup refusals = new RefusalLookup(data::refusals);
        TopAccounts top = new TopAccounts(data::counts, refusals, ticker);
        LiveEvents live = new LiveEvents(traffic, ticker, watched());
        AdminLookup lookup =
                new AdminLookup(control.policy(), control.accounts(), control.standings(), refusals, top, orders);
        return new AdminServer(
                config.admin(),
                registry::scrape,
                this::filters,
                lookup,
                new GatewayOperations(
                        control.reloader(),
                        catalog,
                        config,
                        traffic,
                        control.standings(),
                        top,
                        control.upstreams(),
                        backtests,
                        new OrdersPage(orders, lookup::operatorsToWithdraw),
                        this::requestDrain),
                auditor(config.audit().required()),
                new AdminServer.Console(
                        new EventStream(live::next, GatewayLogs.file(config)),
                        new SignInLimit(ticker),
                        control.operators(),
                        ticker),
                this::notReady);
    }

    /** Returns why no new requests should come, or null. */
    private @Nullable String notReady() {
        return draining ? "draining" : control.awaitsKeys() ? "waiting for the keys of tokens" : null;
    }

    /** Returns what the console's open pages are told of. */
    private List<LiveEvents.Watched> watched() {
        PolicyReloader policies = control.reloader();
        return List.of(
                new LiveEvents.Watched(
                        List.of("standings", "review", "clusters"),
                        () -> control.standings().version()),
                new LiveEvents.Watched(
                        List.of("policy"),
                        () -> List.of(
                                policies.current().number(), policies.isPinned(), String.valueOf(policies.refused()))),
                new LiveEvents.Watched(List.of("backtests"), backtests::states));
    }

    private Auditor auditor(boolean required) {
        return new Auditor() {
            @Override
            public void accept(ResourceAction action) {
                note("admin.request", action);
            }

            @Override
            public boolean begins(ResourceAction action) {
                return !required || note("admin.begin", action);
            }
        };
    }

    private boolean note(String type, ResourceAction action) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("peer", action.peer());
        facts.put("token", action.token());
        facts.put("method", action.method());
        facts.put("path", action.path());
        facts.put("arguments", action.arguments().isEmpty() ? null : action.arguments());
        facts.put("by", action.by());
        facts.put("role", action.role());
        facts.put("orders", action.orders());
        facts.put("status", action.status() == 0 ? null : action.status());
        facts.put("outcome", action.outcome());
        return logs.audit().note(type, facts);
    }

    /**
     * Reloads the policy on a signal. Exchanges in progress complete under the policy they began with.
     *
     * @throws ConfigException if a file is invalid; the policy in force stays
     */
    public void reload() throws ConfigException {
        try {
            control.reloader().reload(PolicyChange.of("signal"), false);
        } catch (PolicyReloader.NothingToDo e) {
            LOG.warn("not reloaded: {}", e.getMessage());
        }
    }

    /** Sets the action for a drain request of the admin API. The default is a drain of at most ten minutes. */
    public void onDrainRequest(Runnable action) {
        drain = action;
    }

    private void requestDrain() {
        draining = true;
        drain.run();
    }

    /** Closes and reopens the log files, after a rotation. */
    public void reopenLogs() {
        logs.reopen();
    }

    /** Returns the bound addresses, in the order of the listeners. */
    public List<InetSocketAddress> addresses() {
        return data.addresses();
    }

    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    private List<FilterSnapshot> filters() {
        return control.policy().peek().chain().filters();
    }

    /** Reports the gateway as not ready but keeps serving, because load balancers notice with a delay. */
    public void retire() {
        draining = true;
    }

    /**
     * Stops accepting, waits for the exchanges in progress, at most the given time, then closes the gateway. In the
     * last tenth of that time it ends sessions, because these can last longer.
     */
    public void drain(Duration atMost) {
        draining = true;
        logs.audit().note("gateway.draining", Map.of("seconds", atMost.toSeconds()));
        if (fleet != null) {
            fleet.leave();
        }
        data.drain();
        long end = System.nanoTime() + atMost.toNanos();
        while (data.connectionCount() > 0 && System.nanoTime() - end < 0) {
            if (end - System.nanoTime() < atMost.toNanos() / 10) {
                data.endSessions();
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        close();
    }

    /** Closes the gateway at once. Idempotent. */
    @Override
    public void close() {
        draining = true;
        if (closed.getAndSet(true)) {
            return;
        }
        if (watch != null) {
            watch.close();
        }
        data.close();
        admin.close();
        backtests.close();
        exports.close();
        logs.audit().note("gateway.stopped", Map.of());
        logs.close();
        control.close();
        orders.close();
        release(state);
        if (fleet != null) {
            fleet.close();
        }
        catalog.close();
        process.close();
    }
}
