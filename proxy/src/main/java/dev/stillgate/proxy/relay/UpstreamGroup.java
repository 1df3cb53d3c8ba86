package dev.stillgate.proxy.relay;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An upstream as one policy has it: its endpoints and the terms on which they are asked. */
public final class UpstreamGroup {
    private final UpstreamState state;
    private final List<UpstreamEndpoint.Site> sites;
    private final Terms terms;
    private final long firstByteNanos;
    private final long idleNanos;
    private final long totalNanos;
    private volatile UpstreamEndpoint[] endpoints = {};

    /**
     * The terms of an upstream; a time of zero is no limit.
     *
     * @param connections how connections are made and kept
     * @param firstByte from the end of the request to the first byte of the answer
     * @param idle between two reads of an answer
     * @param total from the end of the request to the end of the answer
     * @param names how often the addresses of names are looked up
     * @param retries how often a request that never reached the model is sent again
     */
    public record Terms(
            UpstreamPool.Terms connections,
            Duration firstByte,
            Duration idle,
            Duration total,
            Duration names,
            Retries retries) {}

    /**
     * How often a request that never reached the model is sent again.
     *
     * @param attempts how often it is tried at most, the first time included
     * @param percent retries for each hundred requests of the last seconds
     * @param perSecond retries for each second besides
     */
    public record Retries(int attempts, int percent, int perSecond) {}

    /** A group of at least one site; it has no endpoint before {@link #resolve}. */
    public UpstreamGroup(UpstreamState state, List<UpstreamEndpoint.Site> sites, Terms terms) {
        this.state = state;
        this.sites = List.copyOf(sites);
        this.terms = terms;
        this.firstByteNanos = terms.firstByte().toNanos();
        this.idleNanos = terms.idle().toNanos();
        this.totalNanos = terms.total().toNanos();
    }

    public String name() {
        return state.name();
    }

    UpstreamState state() {
        return state;
    }

    List<UpstreamEndpoint> endpoints() {
        return List.of(endpoints);
    }

    /**
     * Takes the addresses of all sites as they are known now.
     *
     * @return the site of whose name nothing was ever found, null when there is none
     */
    public UpstreamEndpoint.@Nullable Site resolve(UpstreamNames names) {
        List<UpstreamEndpoint> found = new ArrayList<>();
        for (UpstreamEndpoint.Site site : sites) {
            try {
                names.find(site.host()).forEach(address -> found.add(state.endpoint(site, address)));
            } catch (UnknownHostException e) {
                return site;
            }
        }
        endpoints = found.toArray(UpstreamEndpoint[]::new);
        return null;
    }

    /** Has names looked up again whose time has come. */
    void refresh(UpstreamNames names) {
        for (UpstreamEndpoint.Site site : sites) {
            names.refresh(site.host(), terms.names(), () -> {
                resolve(names);
                state.retain(endpoints());
            });
        }
    }

    /** Chooses the endpoint that is asked first. */
    public UpstreamEndpoint first() {
        UpstreamEndpoint chosen = choose(List.of());
        if (chosen == null) {
            throw new IllegalStateException("the upstream " + name() + " has no endpoint");
        }
        return chosen;
    }

    /**
     * Chooses the endpoint that is asked next.
     *
     * @param tried those that are not asked again
     * @return null when all were tried
     */
    public @Nullable UpstreamEndpoint choose(List<UpstreamEndpoint> tried) {
        return LeastRequests.choose(endpoints, tried);
    }

    /** Counts a request, of which retries may be a share. */
    public void countRequest() {
        state.request();
    }

    /**
     * Returns whether a request may be sent again, and takes that from the budget.
     *
     * @param attempts how often it was tried
     * @param now the ticker's nanoseconds
     */
    public boolean takeRetry(int attempts, long now) {
        Retries retries = terms.retries();
        return attempts < retries.attempts() && state.takeRetry(now, retries.percent(), retries.perSecond());
    }

    public UpstreamPool.Terms connections() {
        return terms.connections();
    }

    public long firstByteNanos() {
        return firstByteNanos;
    }

    public long idleNanos() {
        return idleNanos;
    }

    public long totalNanos() {
        return totalNanos;
    }
}
