package dev.stillgate.proxy.relay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The questions to the upstreams in force whether they are well, as far as one event loop asks them: each endpoint is one
 * loop's. They go over connections of their own, so that one that cannot be opened is noticed.
 */
public final class HealthChecks {
    private final Upstreams upstreams;
    private final UpstreamPool pool;
    private final int part;
    private final int parts;
    private final Map<UpstreamEndpoint, HealthCheck> checks = new HashMap<>();

    /** The share of one event loop, of number {@code part} from 0, out of {@code parts}. */
    public HealthChecks(Upstreams upstreams, UpstreamPool pool, int part, int parts) {
        this.upstreams = upstreams;
        this.pool = pool;
        this.part = part;
        this.parts = parts;
    }

    /** Asks those whose time has come, and gives up on answers that are late; called on the event loop now and then. */
    public void tick(long now) {
        Set<UpstreamEndpoint> seen = Set.of();
        for (UpstreamGroup group : upstreams.inForce()) {
            UpstreamGroup.Health terms = group.terms().health();
            if (terms == null) {
                continue;
            }
            seen = seen.isEmpty() ? new HashSet<>() : seen;
            for (UpstreamEndpoint endpoint : group.endpoints()) {
                if (Math.floorMod(endpoint.address().hashCode(), parts) == part) {
                    seen.add(endpoint);
                    checks.computeIfAbsent(endpoint, absent -> new HealthCheck(absent, pool, now))
                            .tick(now, group, terms);
                }
            }
        }
        if (checks.size() > seen.size()) {
            forgetAllBut(seen);
        }
    }

    private void forgetAllBut(Set<UpstreamEndpoint> seen) {
        checks.entrySet().removeIf(entry -> {
            boolean gone = !seen.contains(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
    }

    /** Ends the questions under way; called on the event loop. */
    public void close() {
        forgetAllBut(Set.of());
    }
}
