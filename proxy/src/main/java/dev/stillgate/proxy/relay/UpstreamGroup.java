package dev.stillgate.proxy.relay;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An upstream as one policy has it: its endpoints and the terms on which they are asked. */
public final class UpstreamGroup {
    private final UpstreamState state;
    private final UpstreamEndpoint[] endpoints;
    private final Terms terms;
    private final long firstByteNanos;
    private final long idleNanos;
    private final long totalNanos;

    /**
     * The terms of an upstream; a time of zero is no limit.
     *
     * @param connections how connections are made and kept
     * @param firstByte from the end of the request to the first byte of the answer
     * @param idle between two reads of an answer
     * @param total from the end of the request to the end of the answer
     * @param retries how often a request that never reached the model is sent again
     */
    public record Terms(
            UpstreamPool.Terms connections, Duration firstByte, Duration idle, Duration total, Retries retries) {}

    /**
     * How often a request that never reached the model is sent again.
     *
     * @param attempts how often it is tried at most, the first time included
     * @param percent retries for each hundred requests of the last seconds
     * @param perSecond retries for each second besides
     */
    public record Retries(int attempts, int percent, int perSecond) {}

    /** A group of at least one endpoint, each from {@code state}. */
    public UpstreamGroup(UpstreamState state, List<UpstreamEndpoint> endpoints, Terms terms) {
        this.state = state;
        this.endpoints = endpoints.toArray(UpstreamEndpoint[]::new);
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

    /** Chooses the endpoint that is asked first. */
    public UpstreamEndpoint first() {
        UpstreamEndpoint chosen = choose(List.of());
        return chosen == null ? endpoints[0] : chosen;
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
