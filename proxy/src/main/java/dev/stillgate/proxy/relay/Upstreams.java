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

/**
 * Registry of the process's upstreams by name. The {@link UpstreamState} of a name outlives policy reloads.
 * Thread-safe.
 */
public final class Upstreams {
    private final Meters meters;
    private final UpstreamNames names;
    private final ConcurrentHashMap<String, UpstreamState> states = new ConcurrentHashMap<>();
    private final Ticker ticker;
    private final UpstreamGauges gauges;
    private volatile List<UpstreamGroup> active = List.of();

    /** Registers the upstreams' metrics; tags are alternating keys and values. */
    public interface Meters {
        /** Returns the counter with this name and these tags. */
        Counter counter(String name, String... tags);

        /** Registers a gauge; the returned action removes it. */
        Runnable gauge(String name, DoubleSupplier value, String... tags);

        /** Registers a counter whose value is kept elsewhere; the returned action removes it. */
        Runnable total(String name, DoubleSupplier value, String... tags);
    }

    public Upstreams(Meters meters, UpstreamNames names, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
        this.names = names;
        this.gauges = new UpstreamGauges(meters, this, ticker);
    }

    /** Returns a registry without network access or metrics, in which no host name resolves. */
    public static Upstreams unresolved() {
        Meters meters = new Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return amount -> {};
            }

            @Override
            public Runnable gauge(String name, DoubleSupplier value, String... tags) {
                return () -> {};
            }

            @Override
            public Runnable total(String name, DoubleSupplier value, String... tags) {
                return () -> {};
            }
        };
        UpstreamNames.Lookup none = name -> {
            throw new UnknownHostException(name);
        };
        UpstreamNames names = new UpstreamNames(none, Runnable::run, Ticker.system(), amount -> {});
        return new Upstreams(meters, names, Ticker.system());
    }

    public UpstreamNames names() {
        return names;
    }

    /** Starts the name lookups that are due. Returns immediately. */
    public void refreshNames() {
        active.forEach(group -> group.refresh(names));
    }

    /** Returns the state of an upstream, creating it if needed. */
    public UpstreamState state(String name) {
        return states.computeIfAbsent(name, absent -> new UpstreamState(name, meters));
    }

    /** Makes these upstreams the active ones and discards the state of all others. */
    public synchronized void activate(List<UpstreamGroup> groups) {
        long now = ticker.nanos();
        active = List.copyOf(groups);
        Set<String> names = new HashSet<>();
        for (UpstreamGroup group : groups) {
            names.add(group.name());
            group.state().retain(group.endpoints());
            UpstreamGroup.Concurrency concurrency = group.options().concurrency();
            group.limit().set(concurrency.most(), concurrency.queue());
            if (group.options().health() == null) {
                group.endpoints().forEach(endpoint -> endpoint.health().checked(true, now)); // no more health checks
            }
        }
        states.keySet().retainAll(names);
        gauges.register(groups);
    }

    /** Returns the active upstream with this name, or null. */
    @Nullable
    UpstreamGroup find(String name) {
        for (UpstreamGroup group : active) {
            if (group.name().equals(name)) {
                return group;
            }
        }
        return null;
    }

    /** Returns a snapshot for the operator. */
    public UpstreamsPage page() {
        return UpstreamsPage.of(active, ticker.nanos());
    }

    /** Returns the active upstreams. */
    public List<UpstreamGroup> active() {
        return active;
    }
}
