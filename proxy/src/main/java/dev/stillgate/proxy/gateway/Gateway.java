package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.admin.AdminServer;
import dev.stillgate.proxy.admin.ResourceAction;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.fleet.ValkeyFleet;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.MeterHelp;
import dev.stillgate.proxy.observe.ProcessMeters;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.proxy.observe.StandingAudit;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Ticker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
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

/** A running gateway: everything that lives as long as the process, put together in one place. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration NEWS = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofMinutes(10);

    private final FilterCatalog catalog;
    private final @Nullable StateDirectory state;
    private final @Nullable ValkeyFleet fleet;
    private final ControlPlane control;
    private final DataPlane data;
    private final @Nullable FileWatch watch;
    private final AdminServer admin;
    private final GatewayLogs logs;
    private final GatewayExports exports;
    private final PrometheusMeterRegistry registry = registry();
    private volatile Runnable drain = () -> Thread.ofVirtual().start(() -> drain(DRAIN));
    private final ProcessMeters process = ProcessMeters.show(registry);
    private volatile boolean draining;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Starts a gateway from its {@code stillgate.yaml}.
     *
     * @throws ConfigException when a file is wrong; nothing is left running then
     */
    public static Gateway start(Path file, Environment environment, Ticker ticker) throws ConfigException {
        return start(file, environment, ticker, Transports::choose);
    }

    /** Starts a gateway whose channels are made by the given transports. */
    public static Gateway start(
            Path file,
            Environment environment,
            Ticker ticker,
            Function<StillgateConfig.Transport, Transports> transports)
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
            return new Gateway(located.config(), loader, ticker, state, transports);
        } catch (ConfigException e) {
            giveBack(state);
            throw e;
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
    public static Fleet fleetToShow(StillgateConfig config) {
        return orAlone(fleet(config));
    }

    private static Fleet orAlone(@Nullable ValkeyFleet fleet) {
        return fleet == null ? new LoneFleet() : fleet;
    }

    private Gateway(
            StillgateConfig config,
            PolicyLoader loader,
            Ticker ticker,
            @Nullable StateDirectory state,
            Function<StillgateConfig.Transport, Transports> transports)
            throws ConfigException {
        this.state = state;
        GatewayMeters meters = new GatewayMeters(registry);
        FilterMeters filterMeters = new FilterMeters(registry);
        catalog = FilterCatalog.load(Gateway.class.getClassLoader(), config.plugins());
        fleet = fleet(config);
        Accounts accounts = new Accounts(config.hashing(), ticker);
        logs = new GatewayLogs(config, accounts, ticker);
        try {
            control = new ControlPlane(
                    config, loader, catalog, accounts, orAlone(fleet), state, filterMeters, logs.audit(), ticker);
        } catch (ConfigException e) {
            logs.close();
            throw e;
        }
        exports = new GatewayExports(config, registry, meters, ticker);
        data = new DataPlane(config, transports.apply(config.transport()), control, meters, logs, exports, ticker);
        data.watch(control, meters);
        control.show(meters);
        logs.show(meters);
        meters.gauge("stillgate.ready", this, gateway -> gateway.draining ? 0 : 1);
        admin = openAdmin(config, ticker);
        watch = config.watch() ? control.watch() : null;
        exports.tell(control.standings(), control.timer());
        if (config.audit().path() != null) {
            control.timer().every(NEWS, new StandingAudit(control.standings(), logs.audit()));
        }
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
                control.keeper().current().sha256());
    }

    private AdminServer openAdmin(StillgateConfig config, Ticker ticker) {
        RefusalLookup refusals = new RefusalLookup(data::refusals);
        return new AdminServer(
                config.admin(),
                registry::scrape,
                this::filters,
                new AdminLookup(control.policy(), control.accounts(), control.standings(), refusals),
                new GatewayOperations(
                        control.keeper(),
                        catalog,
                        config,
                        new TopAccounts(data::counts, refusals, ticker),
                        control.upstreams(),
                        this::askToDrain),
                this::noteAct,
                () -> !draining);
    }

    private void noteAct(ResourceAction act) {
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

    /**
     * Reads the policy again and puts it in force, on a signal; what is under way ends under the policy it began with.
     *
     * @throws ConfigException when a file is wrong; the policy in force stays
     */
    public void reload() throws ConfigException {
        try {
            control.keeper().reload("signal", false);
        } catch (PolicyReloader.NothingToDo e) {
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
        return data.addresses();
    }

    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    private List<FilterSnapshot> filters() {
        return control.policy().peek().chain().filters();
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
        data.drain();
        long end = System.nanoTime() + atMost.toNanos();
        while (data.connectionCount() > 0 && System.nanoTime() - end < 0) {
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
        data.close();
        admin.close();
        exports.close();
        logs.audit().note("gateway.stopped", Map.of());
        logs.close();
        control.close();
        giveBack(state);
        if (fleet != null) {
            fleet.close();
        }
        catalog.close();
        process.close();
    }
}
