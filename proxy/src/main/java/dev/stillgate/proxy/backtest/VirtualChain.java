package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.CompiledChain;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.spi.LoneFleet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The active filter chain of a policy in virtual time, built by the catalogue and compiler of a gateway. It has fixed
 * secrets and no sockets, saved state or fleet. Not thread-safe.
 */
final class VirtualChain implements AutoCloseable {
    private static final byte[] SECRET = "the secret of every backtest".getBytes(StandardCharsets.UTF_8);

    private final KeyedHashes hashes = new KeyedHashes(Secrets.derive(SECRET, "gateway", "context marks"));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final VirtualClock clock;
    private final VirtualTimer timer;
    private final FilterCatalog catalog;
    private final StandingsBoard standings;
    private final ServingPolicy serving;
    private final CompiledChain chain;

    private VirtualChain(PolicyLoader.Loaded policy, FilterCatalog catalog, boolean asConfigured, long start)
            throws ConfigException {
        this.catalog = catalog;
        clock = new VirtualClock(start);
        timer = new VirtualTimer(clock);
        FilterMeters meters = new FilterMeters(registry);
        ChainCompiler compiler = new ChainCompiler(
                catalog,
                new StateRegistry(),
                meters,
                meters,
                clock,
                timer,
                null,
                new LoneFleet(),
                new Secrets(SECRET, hashes),
                ChainCompiler.inMemory(clock));
        PolicyBuilder.Built built = new PolicyBuilder(catalog, compiler, null).buildOffline(policy, !asConfigured);
        standings = compiler.standings();
        serving = built.serving();
        chain = built.chain();
        chain.activate();
    }

    /**
     * Builds and activates the chain of a policy.
     *
     * @param plugins a directory of additional plugin jars, null for none
     * @param asConfigured whether filters in shadow mode stay in shadow mode
     * @param start the virtual time, in milliseconds since the epoch
     * @throws ConfigException if the policy is invalid
     */
    static VirtualChain open(PolicyLoader.Loaded policy, @Nullable Path plugins, boolean asConfigured, long start)
            throws ConfigException {
        FilterCatalog catalog = FilterCatalog.load(VirtualChain.class.getClassLoader(), plugins);
        VirtualChain opened = null;
        try {
            opened = new VirtualChain(policy, catalog, asConfigured, start);
            return opened;
        } finally {
            if (opened == null) {
                catalog.close();
            }
        }
    }

    VirtualClock clock() {
        return clock;
    }

    VirtualTimer timer() {
        return timer;
    }

    KeyedHashes contextHashes() {
        return hashes;
    }

    StandingsBoard standings() {
        return standings;
    }

    ServingPolicy serving() {
        return serving;
    }

    @Override
    public void close() {
        try {
            chain.close();
        } finally {
            catalog.close();
        }
    }
}
