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

/** Traffic side of a gateway: event loops, listeners, and the limits shared by all of them. */
final class DataPlane implements AutoCloseable {
    private static final Duration CERTIFICATE_REFRESH = Duration.ofSeconds(2);
    private static final Duration LOAD_CHECK = Duration.ofSeconds(1);

    private final Transports transport;
    private final int threads;
    private final MultiThreadIoEventLoopGroup group;
    private final MemoryBudget budget;
    private final Overload overload;
    private final EventLoops eventLoops;
    private final Listeners listeners;
    private final List<InetSocketAddress> addresses = new ArrayList<>();

    /** Reads certificate files only, so that no other blocking I/O delays a new certificate. */
    private final ScheduledExecutorService certificates = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stillgate-certificates").factory());

    /**
     * Opens the listeners; they serve under the policy in force.
     *
     * @throws IllegalStateException if a listener cannot be opened
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
                control.contextHashes(),
                meters,
                budget,
                new OpenExchanges(limits.exchangesPerAddress(), limits.exchangesPerAccount()),
                overload,
                limits.body().bytes(),
                logs.recorder(),
                control.standings(),
                exports.spans());
        eventLoops = new EventLoops(group, threads, transport, shared, control.upstreams(), logs);
        listeners = new Listeners(group, transport, eventLoops.byLoop(), limits);
        for (StillgateConfig.Listener listener : config.listeners()) {
            addresses.add(listeners.open(listener));
        }
    }

    /** Starts the periodic refresh of certificates and the periodic load check, and registers their gauges. */
    void watch(ControlPlane control, GatewayMeters meters) {
        if (listeners.terminatesTls()) {
            long millis = CERTIFICATE_REFRESH.toMillis();
            certificates.scheduleWithFixedDelay(listeners::refreshCertificates, millis, millis, TimeUnit.MILLISECONDS);
            meters.gauge("stillgate.tls.synchronized", listeners, each -> each.areCertificatesCurrent() ? 1 : 0);
            meters.gauge("stillgate.tls.certificate.expiry.seconds", listeners, Listeners::certificateExpiry);
            meters.showRefused(Listeners.TLS_HANDSHAKE_FAILED);
        }
        overload.look();
        control.timer().everyNonBlocking(LOAD_CHECK, overload::look);
        meters.gauge("stillgate.overloaded", overload, each -> each.isOn() ? 1 : 0);
        meters.gauge("stillgate.used.heap", overload, Overload::heap);
        meters.gauge("stillgate.used.direct.memory", overload, Overload::direct);
        meters.gauge("stillgate.used.descriptors", overload, Overload::descriptors);
        meters.gauge("stillgate.body.memory.bytes", budget, MemoryBudget::used);
        meters.gauge("stillgate.upstream.connections.idle", eventLoops, EventLoops::idleUpstream);
    }

    /** Returns the bound addresses, in the order of the listeners. */
    List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Returns the request counts per account, one object per event loop. */
    List<AccountCounts> counts() {
        return eventLoops.counts();
    }

    /** Returns the last refusals per account, one object per event loop. */
    List<LastRefusals> refusals() {
        return eventLoops.refusals();
    }

    /** Stops accepting connections; open connections close after their last exchange. */
    void drain() {
        listeners.drain();
        eventLoops.checkAll();
    }

    /** Ends the Realtime sessions that are between two frames, so that their clients connect to another gateway. */
    void endSessions() {
        eventLoops.endSessions();
    }

    int connectionCount() {
        return listeners.connectionCount();
    }

    /** Returns the number of event loops and the transport's name. */
    @Override
    public String toString() {
        return threads + " event loop(s) over " + transport.name();
    }

    @Override
    public void close() {
        certificates.shutdownNow();
        listeners.close();
        eventLoops.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
