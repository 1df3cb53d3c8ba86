package dev.stillgate.proxy.relay;

import java.util.List;

/**
 * What upstreams are doing now, for the operator: who is asked, who is left alone and for how long, and who waits.
 *
 * @param upstreams those in force, in the policy's order
 */
public record UpstreamsPage(List<Upstream> upstreams) {
    public UpstreamsPage {
        upstreams = List.copyOf(upstreams);
    }

    /**
     * An upstream.
     *
     * @param most how many exchanges it is given at once, 0 for no limit
     * @param taken how many have a place
     * @param queue how many may wait for one
     * @param waiting how many do
     */
    public record Upstream(String name, int most, int taken, int queue, int waiting, List<Endpoint> endpoints) {
        public Upstream {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * An endpoint at one of its addresses.
     *
     * @param endpoint the host and port as they stand in the policy
     * @param address the address that its host was found to be
     * @param condition how it is
     * @param forMillis for how long it is left alone still, 0 when that is not known or it is not
     * @param failures how many requests in a row have failed there
     * @param underWay how many are under way there
     * @param connections how many connections are open or being opened, those to ask for its health included
     */
    public record Endpoint(
            String endpoint,
            String address,
            EndpointCondition condition,
            long forMillis,
            int failures,
            int underWay,
            int connections) {}

    /** Looks at upstreams. */
    static UpstreamsPage of(List<UpstreamGroup> groups, long now) {
        return new UpstreamsPage(groups.stream().map(group -> line(group, now)).toList());
    }

    private static Upstream line(UpstreamGroup group, long now) {
        ConcurrencyLimit limit = group.limit();
        return new Upstream(
                group.name(),
                limit.most(),
                limit.taken(),
                limit.longest(),
                limit.waiting(),
                group.endpoints().stream().map(each -> line(each, now)).toList());
    }

    private static Endpoint line(UpstreamEndpoint endpoint, long now) {
        EndpointHealth health = endpoint.health();
        return new Endpoint(
                endpoint.toString(),
                endpoint.address().getAddress().getHostAddress(),
                health.condition(now),
                health.outFor(now) / 1_000_000,
                health.failures(),
                endpoint.inFlight(),
                endpoint.connections());
    }
}
