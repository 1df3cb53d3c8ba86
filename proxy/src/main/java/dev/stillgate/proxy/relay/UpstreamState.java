package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of an upstream from the requests that it was sent; it goes by the upstream's name and outlives policies. */
public final class UpstreamState {
    private final String name;
    private final ConcurrentHashMap<Identity, UpstreamEndpoint> endpoints = new ConcurrentHashMap<>();
    private final RetryBudget budget = new RetryBudget();
    private final Counter retries;
    private final Counter retriesRefused;

    UpstreamState(String name, Upstreams.Meters meters) {
        this.name = name;
        this.retries = meters.counter("stillgate.upstream.retries", "upstream", name);
        this.retriesRefused = meters.counter("stillgate.upstream.retries.refused", "upstream", name);
    }

    /** What makes two endpoints one: connections to one can serve the other. */
    private record Identity(UpstreamEndpoint.Site site, InetSocketAddress address) {}

    /** Returns the upstream's name. */
    public String name() {
        return name;
    }

    /** Returns the one object for a server. */
    UpstreamEndpoint endpoint(UpstreamEndpoint.Site site, InetAddress at) {
        InetSocketAddress address = new InetSocketAddress(at, site.port());
        return endpoints.computeIfAbsent(new Identity(site, address), absent -> new UpstreamEndpoint(site, address));
    }

    /** Forgets all servers but those; whoever still works with one keeps it. */
    void retain(Collection<UpstreamEndpoint> inForce) {
        endpoints.values().retainAll(Set.copyOf(inForce));
    }

    void request() {
        budget.request();
    }

    boolean takeRetry(long now, int percent, int perSecond) {
        boolean taken = budget.take(now, percent, perSecond);
        (taken ? retries : retriesRefused).increment();
        return taken;
    }
}
