package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream of the policy: its endpoints, asked in turn, and how long they may take. */
public final class UpstreamGroup {
    private final String name;
    private final UpstreamEndpoint[] endpoints;
    private final UpstreamPool.Terms terms;
    private final long firstByteNanos;
    private final long idleNanos;
    private final long totalNanos;
    private final AtomicInteger turn = new AtomicInteger();

    /** A group; a time of zero is no limit. */
    public UpstreamGroup(
            String name,
            List<UpstreamEndpoint> endpoints,
            UpstreamPool.Terms terms,
            Duration firstByte,
            Duration idle,
            Duration total) {
        this.name = name;
        this.endpoints = endpoints.toArray(UpstreamEndpoint[]::new);
        this.terms = terms;
        this.firstByteNanos = firstByte.toNanos();
        this.idleNanos = idle.toNanos();
        this.totalNanos = total.toNanos();
    }

    String name() {
        return name;
    }

    /** Returns the endpoint whose turn it is. */
    UpstreamEndpoint next() {
        return endpoints.length == 1
                ? endpoints[0]
                : endpoints[Math.floorMod(turn.getAndIncrement(), endpoints.length)];
    }

    int size() {
        return endpoints.length;
    }

    UpstreamPool.Terms terms() {
        return terms;
    }

    long firstByteNanos() {
        return firstByteNanos;
    }

    long idleNanos() {
        return idleNanos;
    }

    long totalNanos() {
        return totalNanos;
    }
}
