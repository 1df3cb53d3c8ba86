package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The upstreams of the process by name: what is known of one lives on when a policy with that name takes over. */
public final class Upstreams {
    private final Meters meters;
    private final UpstreamNames names;
    private final ConcurrentHashMap<String, UpstreamState> states = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private final UpstreamGauges gauges;
    private volatile List<UpstreamGroup> inForce = List.of();

    /** Where the upstreams' numbers are shown; tags are keys and values in turn. */
    public interface Meters {
        /** Returns the counter of that name and tags. */
        Counter counter(String name, String... tags);

        /** Shows a number; returns what takes it off again. */
        Runnable gauge(String name, DoubleSupplier value, String... tags);
    }

    public Upstreams(Meters meters, UpstreamNames names, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
        this.names = names;
        this.gauges = new UpstreamGauges(meters, this, ticker);
    }

    /** Upstreams that nothing is sent to: no name is found, and nothing is shown. */
    public static Upstreams ofNobody() {
        Meters meters = new Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return amount -> {};
            }

            @Override
            public Runnable gauge(String name, DoubleSupplier value, String... tags) {
                return () -> {};
            }
        };
        UpstreamNames.Lookup nobody = name -> {
            throw new UnknownHostException(name);
        };
        UpstreamNames names = new UpstreamNames(nobody, Runnable::run, Ticker.system(), amount -> {});
        return new Upstreams(meters, names, Ticker.system());
    }

    public UpstreamNames names() {
        return names;
    }

    /** Has names looked up again whose time has come; called now and then, and returns at once. */
    public void refreshNames() {
        inForce.forEach(group -> group.refresh(names));
    }

    /** Returns what is known of an upstream. */
    public UpstreamState state(String name) {
        return states.computeIfAbsent(name, absent -> new UpstreamState(name, meters));
    }

    /** Takes note of the upstreams that are now in force; what was known of others is forgotten. */
    public synchronized void putInForce(List<UpstreamGroup> groups) {
        long now = ticker.nanos();
        inForce = List.copyOf(groups);
        Set<String> names = new HashSet<>();
        for (UpstreamGroup group : groups) {
            names.add(group.name());
            group.state().retain(group.endpoints());
            UpstreamGroup.Concurrency concurrency = group.terms().concurrency();
            group.limit().set(concurrency.most(), concurrency.queue());
            if (group.terms().health() == null) {
                group.endpoints().forEach(endpoint -> endpoint.health().checked(true, now)); // nobody asks any more
            }
        }
        states.keySet().retainAll(names);
        gauges.show(groups);
    }

    /** Returns the upstream of that name, null when none is in force. */
    @Nullable
    UpstreamGroup find(String name) {
        for (UpstreamGroup group : inForce) {
            if (group.name().equals(name)) {
                return group;
            }
        }
        return null;
    }

    /** Returns what the upstreams in force are doing. */
    public UpstreamsPage page() {
        return UpstreamsPage.of(inForce, ticker.nanos());
    }

    /** Returns the upstreams in force. */
    public List<UpstreamGroup> inForce() {
        return inForce;
    }
}
