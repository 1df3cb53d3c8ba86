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
        Set<UpstreamEndpoint> current = Set.of();
        for (UpstreamGroup group : upstreams.active()) {
            UpstreamGroup.Health options = group.options().health();
            if (options == null) {
                continue;
            }
            current = current.isEmpty() ? new HashSet<>() : current;
            for (UpstreamEndpoint endpoint : group.endpoints()) {
                if (Math.floorMod(endpoint.address().hashCode(), parts) == part) {
                    current.add(endpoint);
                    checks.computeIfAbsent(endpoint, absent -> new HealthCheck(absent, pool, now))
                            .tick(now, group, options);
                }
            }
        }
        if (checks.size() > current.size()) {
            retain(current);
        }
    }

    private void retain(Set<UpstreamEndpoint> current) {
        checks.entrySet().removeIf(entry -> {
            boolean unused = !current.contains(entry.getKey());
            if (unused) {
                entry.getValue().close();
            }
            return unused;
        });
    }

    /** Cancels all checks in progress. Called on the event loop. */
    public void close() {
        retain(Set.of());
    }
}
