package dev.stillgate.proxy.relay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Active health checks of one event loop. Each endpoint of the active policy is checked by one event loop, over
 * connections of its own so that failures to connect are noticed.
 */
public final class HealthChecks {
    private final Upstreams upstreams;
    private final UpstreamPool pool;
    private final int part;
    private final int parts;
    private final Map<UpstreamEndpoint, HealthCheck> checks = new HashMap<>();

    /** Creates the checks of event loop {@code part} (from 0) out of {@code parts}. */
    public HealthChecks(Upstreams upstreams, UpstreamPool pool, int part, int parts) {
        this.upstreams = upstreams;
        this.pool = pool;
        this.part = part;
        this.parts = parts;
    }

    /** Starts checks that are due and ends those that timed out. Called on the event loop at each tick. */
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

    /** Cancels all checks in progress. Called on the event loop. */
    public void close() {
        forgetAllBut(Set.of());
    }
}
