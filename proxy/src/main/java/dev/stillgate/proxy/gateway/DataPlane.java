package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.config.Limits;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.OpenExchanges;
import dev.stillgate.proxy.exchange.Overload;
import dev.stillgate.proxy.exchange.body.MemoryBudget;
import dev.stillgate.proxy.listen.Listeners;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.LastRefusals;
import dev.stillgate.spi.Ticker;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What carries exchanges: the event loops with their lanes, the listeners, and the limits that all of them share. */
final class DataPlane implements AutoCloseable {
    private static final Duration CERTIFICATES_READ = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Transports transport;
    private final int threads;
    private final MultiThreadIoEventLoopGroup group;
    private final MemoryBudget budget;
    private final Overload overload;
    private final EventLoops lanes;
    private final Listeners listeners;
    private final List<InetSocketAddress> addresses = new ArrayList<>();

    /** Reads the files of certificates, and nothing else, so that no other disk than theirs delays a new certificate. */
    private final ScheduledExecutorService certificates = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stillgate-certificates").factory());

    /**
     * Opens the listeners, under the policy in force.
     *
     * @throws IllegalStateException when one cannot be opened
     */
    DataPlane(
            StillgateConfig config,
            Transports transport,
            ControlPlane control,
            GatewayMeters meters,
            GatewayLogs logs,
            GatewayExports exports,
            Ticker ticker) {
        Limits limits = config.limits();
        this.transport = transport;
        threads = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        group = new MultiThreadIoEventLoopGroup(threads, transport.handlers());
        budget = new MemoryBudget(
                limits.bodyMemory().bytes(), limits.bodyMemoryPerAddress().bytes());
        overload = new Overload(limits.shedAt());
        EventLoopContext.Shared shared = new EventLoopContext.Shared(
                ticker,
                control.policy(),
                control.accounts(),
                control.marks(),
                meters,
                budget,
                new OpenExchanges(limits.exchangesPerAddress(), limits.exchangesPerAccount()),
                overload,
                limits.body().bytes(),
                logs.recorder(),
                control.standings(),
                exports.spans());
        lanes = new EventLoops(group, threads, transport, shared, control.upstreams(), logs);
        listeners = new Listeners(group, transport, lanes.byLoop(), limits);
        for (StillgateConfig.Listener listener : config.listeners()) {
            addresses.add(listeners.open(listener));
        }
    }

    /** Reads certificates again and looks at the load, every now and then; shows both. */
    void watch(ControlPlane control, GatewayMeters meters) {
        if (listeners.terminatesTls()) {
            long millis = CERTIFICATES_READ.toMillis();
            certificates.scheduleWithFixedDelay(listeners::refreshCertificates, millis, millis, TimeUnit.MILLISECONDS);
            meters.gauge("stillgate.tls.synchronized", listeners, each -> each.areCertificatesCurrent() ? 1 : 0);
            meters.gauge("stillgate.tls.certificate.expiry.seconds", listeners, Listeners::certificateExpiry);
            meters.showRefused(Listeners.TLS_HANDSHAKE_FAILED);
        }
        overload.look();
        control.timer().everyNonBlocking(LOOK, overload::look);
        meters.gauge("stillgate.overloaded", overload, each -> each.isOn() ? 1 : 0);
        meters.gauge("stillgate.used.heap", overload, Overload::heap);
        meters.gauge("stillgate.used.direct.memory", overload, Overload::direct);
        meters.gauge("stillgate.used.descriptors", overload, Overload::descriptors);
        meters.gauge("stillgate.body.memory.bytes", budget, MemoryBudget::used);
        meters.gauge("stillgate.upstream.connections.idle", lanes, EventLoops::idleUpstream);
    }

    /** Returns where callers connect to, in the order of the listeners. */
    List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Returns what accounts asked for on each event loop. */
    List<AccountCounts> counts() {
        return lanes.counts();
    }

    /** Returns the last refusals of accounts on each event loop. */
    List<LastRefusals> refusals() {
        return lanes.refusals();
    }

    /** Stops accepting; connections close when their exchanges are over. */
    void drain() {
        listeners.drain();
    }

    int connectionCount() {
        return listeners.connectionCount();
    }

    /** Tells how many event loops there are, over what. */
    @Override
    public String toString() {
        return threads + " event loop(s) over " + transport.name();
    }

    @Override
    public void close() {
        certificates.shutdownNow();
        listeners.close();
        lanes.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
