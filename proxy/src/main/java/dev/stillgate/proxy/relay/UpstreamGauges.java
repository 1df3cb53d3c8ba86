package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.EndpointHealth.EndpointCondition;
import dev.stillgate.spi.Ticker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Gauges and counts of the active upstreams, by upstream name and by endpoint as written in the policy. */
final class UpstreamGauges {
    private static final String UPSTREAM = "upstream";

    private final Upstreams.Meters meters;
    private final Upstreams upstreams;
    private final Ticker ticker;
    private final Map<List<String>, Runnable> registered = new HashMap<>();

    /** Reads a gauge's value. */
    @FunctionalInterface
    private interface Reading {
        double of(UpstreamGroup group, long now);
    }

    UpstreamGauges(Upstreams.Meters meters, Upstreams upstreams, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
        this.upstreams = upstreams;
    }

    /** Registers the gauges of these groups and removes all others. */
    void register(List<UpstreamGroup> groups) {
        Set<List<String>> wanted = new HashSet<>();
        for (UpstreamGroup group : groups) {
            String name = group.name();
            registerRequests(wanted, name);
            register(wanted, "endpoints", name, (all, now) -> all.endpoints().size());
            register(wanted, "endpoints.available", name, UpstreamGroup::available);
            register(wanted, "endpoints.ejected", name, UpstreamGroup::ejected);
            register(wanted, "endpoints.paused", name, UpstreamGroup::paused);
            register(wanted, "endpoints.unwell", name, (all, now) -> all.unwell());
            register(wanted, "places", name, (all, now) -> all.limit().maxExchanges());
            register(wanted, "places.taken", name, (all, now) -> all.limit().taken());
            register(wanted, "waiting", name, (all, now) -> all.limit().waiting());
            group.sites().forEach(site -> register(wanted, name, site));
        }
        registered.entrySet().removeIf(entry -> {
            boolean unused = !wanted.contains(entry.getKey());
            if (unused) {
                entry.getValue().run();
            }
            return unused;
        });
    }

    private void registerRequests(Set<List<String>> wanted, String name) {
        List<String> id = List.of("requests", name);
        wanted.add(id);
        registered.computeIfAbsent(
                id,
                absent -> meters.total(
                        "stillgate.upstream.requests",
                        () -> {
                            UpstreamGroup group = upstreams.find(name);
                            return group == null ? 0 : group.state().requests();
                        },
                        UPSTREAM,
                        name));
    }

    /** Registers the gauges of an endpoint of the policy, summed over its addresses. */
    private void register(Set<List<String>> wanted, String name, UpstreamEndpoint.Site site) {
        String[] endpoint = {"endpoint", site.authority()};
        register(wanted, "in.flight", name, (all, now) -> all.sum(site, UpstreamEndpoint::inFlight), endpoint);
        register(
                wanted, "connections.open", name, (all, now) -> all.sum(site, UpstreamEndpoint::connections), endpoint);
        for (EndpointCondition condition : EndpointCondition.values()) {
            register(
                    wanted,
                    "addresses",
                    name,
                    (all, now) -> all.sum(site, each -> each.health().condition(now) == condition ? 1 : 0),
                    "endpoint",
                    site.authority(),
                    "condition",
                    condition.name().toLowerCase(Locale.ROOT));
        }
    }

    private void register(Set<List<String>> wanted, String what, String name, Reading number, String... more) {
        String[] tags = new String[2 + more.length];
        tags[0] = UPSTREAM;
        tags[1] = name;
        System.arraycopy(more, 0, tags, 2, more.length);
        List<String> id = List.of(what, String.join("\n", tags));
        wanted.add(id);
        registered.computeIfAbsent(
                id,
                absent -> meters.gauge(
                        "stillgate.upstream." + what,
                        () -> {
                            UpstreamGroup group = upstreams.find(name);
                            return group == null ? Double.NaN : number.of(group, ticker.nanos());
                        },
                        tags));
    }
}
