package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State of an upstream that outlives policy reloads, keyed by the upstream's name: endpoints with their health,
 * concurrency limit, retry budget and counters. Thread-safe.
 */
public final class UpstreamState {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamState.class);

    private final String name;
    private final ConcurrentHashMap<Identity, UpstreamEndpoint> endpoints = new ConcurrentHashMap<>();
    private final RetryBudget retryBudget = new RetryBudget();
    private final ConcurrencyLimit limit = new ConcurrencyLimit();
    private final Counter retries;
    private final Counter retriesRefused;
    private final Counter queueFull;
    private final Counter queueTimeout;
    private final Upstreams.Meters meters;

    UpstreamState(String name, Upstreams.Meters meters) {
        this.name = name;
        this.meters = meters;
        this.retries = meters.counter("stillgate.upstream.retries", "upstream", name);
        this.retriesRefused = meters.counter("stillgate.upstream.retries.refused", "upstream", name);
        this.queueFull = meters.counter("stillgate.upstream.refused", "upstream", name, "reason", "queue-full");
        this.queueTimeout = meters.counter("stillgate.upstream.refused", "upstream", name, "reason", "queue-timeout");
    }

    /** Identity of an endpoint: connections to equal endpoints are interchangeable. */
    private record Identity(UpstreamEndpoint.Site site, InetSocketAddress address) {}

    public String name() {
        return name;
    }

    /** Returns the endpoint of this site and address, the same object on every call. */
    UpstreamEndpoint endpoint(UpstreamEndpoint.Site site, InetAddress at) {
        InetSocketAddress address = new InetSocketAddress(at, site.port());
        return endpoints.computeIfAbsent(new Identity(site, address), absent -> new UpstreamEndpoint(site, address));
    }

    /** Returns the concurrency limit, which all policies share. */
    ConcurrencyLimit limit() {
        return limit;
    }

    void refused(boolean late) {
        (late ? queueTimeout : queueFull).increment();
    }

    /** Discards all endpoints except these. Exchanges in progress keep theirs. */
    void retain(Collection<UpstreamEndpoint> active) {
        endpoints.values().retainAll(Set.copyOf(active));
    }

    void request() {
        retryBudget.request();
    }

    void fallback(String reason) {
        meters.counter("stillgate.upstream.fallbacks", "upstream", name, "reason", reason)
                .increment();
    }

    /** Returns the number of requests so far, without retries. */
    long requests() {
        return retryBudget.requests();
    }

    boolean takeRetry(long now, int percent, int perSecond) {
        boolean taken = retryBudget.take(now, percent, perSecond);
        (taken ? retries : retriesRefused).increment();
        return taken;
    }

    /**
     * Ejects an endpoint after consecutive failures, unless half of all endpoints are unavailable.
     *
     * @param all the endpoints of the upstream
     */
    void eject(UpstreamEndpoint endpoint, UpstreamEndpoint[] all, UpstreamGroup.Ejection ejection, long now) {
        long time;
        synchronized (this) {
            if (!mayBecomeUnavailable(endpoint, all, now)) {
                return;
            }
            time = endpoint.health().eject(now, ejection.time(), ejection.longest());
        }
        count("stillgate.upstream.ejections", endpoint);
        EjectionEvent.record(name, endpoint.where(), time);
        LOG.warn("{} of upstream {} is ejected for {} ms", endpoint.where(), name, time / 1_000_000);
    }

    /** Pauses an endpoint for the time it asked for, unless half of all endpoints are unavailable. */
    void pause(UpstreamEndpoint endpoint, UpstreamEndpoint[] all, Duration time, long now) {
        synchronized (this) {
            if (!mayBecomeUnavailable(endpoint, all, now)) {
                return;
            }
            endpoint.health().pause(now, time);
        }
        count("stillgate.upstream.pauses", endpoint);
        LOG.info("{} of upstream {} asked for a pause of {} ms", endpoint.where(), name, time.toMillis());
    }

    /** Increments a counter tagged with the endpoint as written in the policy. */
    void count(String what, UpstreamEndpoint endpoint) {
        meters.counter(what, "upstream", name, "endpoint", endpoint.toString()).increment();
    }

    private static boolean mayBecomeUnavailable(UpstreamEndpoint endpoint, UpstreamEndpoint[] all, long now) {
        int unavailable = 1;
        for (UpstreamEndpoint each : all) {
            unavailable += each.health().isAvailable(now) ? 0 : 1;
        }
        return unavailable <= all.length / 2 && endpoint.health().isAvailable(now);
    }

    /** The event {@code stillgate.Ejection} of a flight recording: an endpoint receives no requests for a while. */
    @Name("stillgate.Ejection")
    @Label("Endpoint Ejection")
    @Category("Stillgate")
    @Description("An endpoint was ejected after failed requests")
    @StackTrace(false)
    static final class EjectionEvent extends Event {
        @Label("Upstream")
        @Nullable
        String upstream;

        @Label("Endpoint")
        @Nullable
        String endpoint;

        @Label("Time")
        @Timespan
        long time;

        static void record(String upstream, String endpoint, long nanos) {
            EjectionEvent event = new EjectionEvent();
            event.upstream = upstream;
            event.endpoint = endpoint;
            event.time = nanos;
            event.commit();
        }
    }
}
