package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.EndpointHealth.EndpointCondition;
import java.util.List;

/**
 * Snapshot of the upstreams for the operator: endpoints with their condition, and queued exchanges.
 *
 * @param upstreams the upstreams of the active policy, in its order
 */
public record UpstreamsPage(List<Upstream> upstreams) {
    public UpstreamsPage {
        upstreams = List.copyOf(upstreams);
    }

    /**
     * An upstream.
     *
     * @param most maximum number of concurrent exchanges, 0 for no limit
     * @param taken number of exchanges admitted
     * @param queue maximum length of the queue
     * @param waiting number of queued exchanges
     */
    public record Upstream(String name, int most, int taken, int queue, int waiting, List<Endpoint> endpoints) {
        public Upstream {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * An endpoint at one of its addresses.
     *
     * @param endpoint the host and port as written in the policy
     * @param address the resolved address
     * @param condition its availability
     * @param forMillis remaining time of an ejection or pause, 0 if unknown or available
     * @param failures number of consecutive failed requests
     * @param underWay number of requests in flight
     * @param connections number of connections open or being opened, those of health checks included
     */
    public record Endpoint(
            String endpoint,
            String address,
            EndpointCondition condition,
            long forMillis,
            int failures,
            int underWay,
            int connections) {}

    static UpstreamsPage of(List<UpstreamGroup> groups, long now) {
        return new UpstreamsPage(groups.stream().map(group -> line(group, now)).toList());
    }

    private static Upstream line(UpstreamGroup group, long now) {
        ConcurrencyLimit limit = group.limit();
        return new Upstream(
                group.name(),
                limit.maxExchanges(),
                limit.taken(),
                limit.maxQueue(),
                limit.waiting(),
                group.endpoints().stream().map(each -> line(each, now)).toList());
    }

    private static Endpoint line(UpstreamEndpoint endpoint, long now) {
        EndpointHealth health = endpoint.health();
        return new Endpoint(
                endpoint.toString(),
                endpoint.address().getAddress().getHostAddress(),
                health.condition(now),
                health.remainingNanos(now) / 1_000_000,
                health.failures(),
                endpoint.inFlight(),
                endpoint.connections());
    }
}
