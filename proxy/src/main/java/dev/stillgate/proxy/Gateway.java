package dev.stillgate.proxy;

import dev.stillgate.proxy.admin.Act;
import dev.stillgate.proxy.admin.AdminServer;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.DaemonTimer;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.dialect.KeyedMarks;
import dev.stillgate.proxy.exchange.Accounts;
import dev.stillgate.proxy.exchange.Lane;
import dev.stillgate.proxy.exchange.MemoryBudget;
import dev.stillgate.proxy.exchange.OpenExchanges;
import dev.stillgate.proxy.exchange.Overload;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.fleet.ValkeyFleet;
import dev.stillgate.proxy.listen.Listeners;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.ProcessMeters;
import dev.stillgate.proxy.observe.StandingAudit;
import dev.stillgate.proxy.relay.UpstreamNames;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Ticker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway: everything that lives as long as the process, put together in one place. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration NAMES = Duration.ofSeconds(1);
    private static final Duration NEWS = Duration.ofSeconds(1);
    private static final Duration CERTIFICATES_READ = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofMinutes(10);

    private final Upstreams upstreams;
    private final PolicyKeeper keeper;
    private final @Nullable FileWatch watch;
    private final Accounts accounts;
    private final FilterCatalog catalog;
    private final @Nullable StateDirectory state;
    private final DaemonTimer timer;
    private final @Nullable ValkeyFleet fleet;
    private final ActivePolicy<ServingPolicy> policy;
    private final MultiThreadIoEventLoopGroup group;
    private final Lanes lanes;
    private final Listeners listeners;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final AdminServer admin;
    private final GatewayLogs logs;
    private final GatewayExports exports;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile Runnable drain = () -> Thread.ofVirtual().start(() -> drain(DRAIN));
    private final ProcessMeters process = ProcessMeters.show(registry);
    private volatile boolean draining;
    private final ExecutorService nameThreads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("stillgate-names-", 0).factory());
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Starts a gateway from its {@code stillgate.yaml}.
     *
     * @throws ConfigException when a file is wrong; nothing is left running then
     */
    public static Gateway start(Path file, Environment environment, Ticker ticker) throws ConfigException {
        PolicyLoader loader = new PolicyLoader(environment);
        PolicyLoader.LocatedConfig located = loader.located(file);
        StateDirectory state = stateDirectory(located);
        try {
            return new Gateway(located.config(), loader, ticker, state);
        } catch (ConfigException e) {
            giveBack(state);
            throw e;
        }
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

    private static void giveBack(@Nullable StateDirectory state) {
        try {
            if (state != null) {
                state.close();
            }
        } catch (IOException e) {
            LOG.warn("the state directory was not given back", e);
        }
    }

    private static @Nullable ValkeyFleet fleet(StillgateConfig config) {
        FleetStore store = config.fleet();
        return store == null ? null : new ValkeyFleet(store);
    }

    /** Returns a fleet that is never joined: it only shows filters that there is one. The caller closes it. */
    static Fleet fleetToShow(StillgateConfig config) {
        return orAlone(fleet(config));
    }

    private static KeyedMarks marks(Accounts accounts) {
        return new KeyedMarks(Secrets.derive(accounts.secret(), "gateway", "context marks"));
    }

    private static Fleet orAlone(@Nullable ValkeyFleet fleet) {
        return fleet == null ? new LoneFleet() : fleet;
    }

    private Gateway(StillgateConfig config, PolicyLoader loader, Ticker ticker, @Nullable StateDirectory state)
            throws ConfigException {
        this.state = state;
        GatewayMeters meters = new GatewayMeters(registry);
        FilterMeters filterMeters = new FilterMeters(registry);
        catalog = FilterCatalog.load(Gateway.class.getClassLoader(), config.plugins());
        timer = new DaemonTimer();
        fleet = fleet(config);
        accounts = new Accounts(config.hashing(), ticker);
        logs = new GatewayLogs(config, accounts, ticker);
        KeyedMarks marks = marks(accounts);
        ChainCompiler compiler = new ChainCompiler(
                catalog,
                new StateRegistry(),
                filterMeters,
                filterMeters,
                ticker,
                timer,
                state,
                orAlone(fleet),
                new Secrets(accounts.secret(), marks));
        UpstreamNames names = new UpstreamNames(
                InetAddress::getAllByName,
                nameThreads,
                ticker,
                filterMeters.counter("stillgate.upstream.names.failed"));
        upstreams = new Upstreams(meters(filterMeters), names, ticker);
        PolicyBuilder builder = new PolicyBuilder(catalog, compiler, upstreams);
        FileContents contents = new FileContents(ticker);
        CandidateReader reader =
                new CandidateReader(loader, config.policy(), builder, accounts.secretNames(), contents);
        try {
            keeper = new PolicyKeeper(reader, accounts, upstreams, contents, ticker, filterMeters, logs.audit(), timer);
        } catch (ConfigException e) {
            logs.close();
            throw e;
        }
        policy = keeper.active();
        timer.every(NAMES, upstreams::refreshNames);

        MemoryBudget budget = new MemoryBudget(
                config.limits().bodyMemory().bytes(),
                config.limits().bodyMemoryPerAddress().bytes());
        exports = new GatewayExports(config, registry, meters, ticker);
        Transports transport = Transports.choose(config.transport());
        int threads = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        group = new MultiThreadIoEventLoopGroup(threads, transport.handlers());
        Overload overload = new Overload(config.limits().shedAt());
        Lane.Shared shared = new Lane.Shared(
                ticker,
                policy,
                accounts,
                marks,
                meters,
                budget,
                new OpenExchanges(
                        config.limits().exchangesPerAddress(), config.limits().exchangesPerAccount()),
                overload,
                config.limits().body().bytes(),
                logs.recorder(),
                compiler.standings(),
                exports.spans());
        lanes = new Lanes(group, threads, transport, shared, upstreams, logs);
        listeners = new Listeners(group, transport, lanes.byLoop(), config.limits());
        for (StillgateConfig.Listener listener : config.listeners()) {
            addresses.add(listeners.open(listener));
        }
        if (listeners.endsTls()) {
            timer.every(CERTIFICATES_READ, listeners::refreshCertificates);
            meters.gauge("stillgate.tls.synchronized", listeners, each -> each.isCertified() ? 1 : 0);
        }
        overload.look();
        timer.every(LOOK, overload::look);
        gauges(meters, budget);
        gauges(meters, overload);
        admin = new AdminServer(
                config.admin().address(),
                config.admin().token(),
                registry::scrape,
                this::filters,
                new AdminLookup(policy, accounts, compiler.standings()),
                new GatewayOperations(
                        keeper, catalog, config, new TopAccounts(lanes::counts, ticker), upstreams, this::askToDrain),
                this::noteAct,
                () -> !draining);
        watch = config.watch() ? new FileWatch(keeper, contents, ticker) : null;
        exports.tell(compiler.standings(), timer);
        if (config.audit().path() != null) {
            timer.every(NEWS, new StandingAudit(compiler.standings(), logs.audit()));
        }
        if (fleet != null) {
            fleet.show(registry);
            fleet.start();
        }
        LOG.info(
                "listening on {} with {} event loop(s) over {}; admin on {}; policy {} sha256 {}",
                addresses,
                threads,
                transport.name(),
                admin.address(),
                config.policy(),
                keeper.current().sha256());
    }

    private static Upstreams.Meters meters(MeterSource source) {
        return new Upstreams.Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return source.counter(name, tags);
            }

            @Override
            public Runnable gauge(String name, DoubleSupplier value, String... tags) {
                return source.gauge(name, value, tags);
            }
        };
    }

    private void gauges(GatewayMeters meters, MemoryBudget budget) {
        meters.gauge("stillgate.body.memory.bytes", budget, MemoryBudget::used);
        meters.gauge("stillgate.config.synchronized", keeper, kept -> kept.isSynchronized() ? 1 : 0);
        meters.gauge(
                "stillgate.config.generation", keeper, kept -> kept.current().number());
        meters.gauge("stillgate.upstream.connections.idle", lanes, Lanes::idleUpstream);
        meters.gauge("stillgate.ready", this, gateway -> gateway.draining ? 0 : 1);
        logs.show(meters);
    }

    private void noteAct(Act act) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("peer", act.peer());
        facts.put("token", act.token());
        facts.put("method", act.method());
        facts.put("path", act.path());
        facts.put("arguments", act.arguments().isEmpty() ? null : act.arguments());
        facts.put("status", act.status());
        facts.put("outcome", act.outcome());
        logs.audit().note("admin.request", facts);
    }

    private static void gauges(GatewayMeters meters, Overload overload) {
        meters.gauge("stillgate.overloaded", overload, each -> each.isOn() ? 1 : 0);
        meters.gauge("stillgate.used.heap", overload, Overload::heap);
        meters.gauge("stillgate.used.direct.memory", overload, Overload::direct);
        meters.gauge("stillgate.used.descriptors", overload, Overload::descriptors);
    }

    /**
     * Reads the policy again and puts it in force, on a signal; what is under way ends under the policy it began with.
     *
     * @throws ConfigException when a file is wrong; the policy in force stays
     */
    public void reload() throws ConfigException {
        try {
            keeper.reload("signal", false);
        } catch (PolicyKeeper.NothingToDo e) {
            LOG.warn("not reloaded: {}", e.getMessage());
        }
    }

    /** Sets what happens when the admin asks for a drain, in the place of a drain of ten minutes at most. */
    public void whenAskedToDrain(Runnable act) {
        drain = act;
    }

    private void askToDrain() {
        draining = true;
        drain.run();
    }

    /** Opens log files anew. */
    public void reopenLogs() {
        logs.reopen();
    }

    /** Returns where callers connect to, in the order of the listeners. */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    private List<FilterSnapshot> filters() {
        return policy.peek().chain().filters();
    }

    /** Is no longer ready, and serves all that comes: balancers take a while to hear of it. */
    public void retire() {
        draining = true;
    }

    /** Stops accepting and waits until the exchanges under way are over, at most the given time; then closes. */
    public void drain(Duration atMost) {
        draining = true;
        logs.audit().note("gateway.draining", Map.of("seconds", atMost.toSeconds()));
        if (fleet != null) {
            fleet.leave();
        }
        listeners.drain();
        long end = System.nanoTime() + atMost.toNanos();
        while (listeners.connectionCount() > 0 && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        close();
    }

    /** Closes everything at once; does nothing the second time. */
    @Override
    public void close() {
        draining = true;
        if (closed.getAndSet(true)) {
            return;
        }
        if (watch != null) {
            watch.close();
        }
        listeners.close();
        lanes.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
        admin.close();
        exports.close();
        logs.audit().note("gateway.stopped", Map.of());
        logs.close();
        policy.close();
        timer.close();
        nameThreads.shutdownNow();
        giveBack(state);
        if (fleet != null) {
            fleet.close();
        }
        catalog.close();
        process.close();
    }
}
