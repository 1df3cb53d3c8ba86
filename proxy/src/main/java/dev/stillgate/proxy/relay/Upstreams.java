package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The upstreams of the process by name: what is known of one lives on when a policy with that name takes over. */
public final class Upstreams {
    private final Meters meters;
    private final UpstreamNames names;
    private final ConcurrentHashMap<String, UpstreamState> states = new ConcurrentHashMap<>();
    private volatile List<UpstreamGroup> inForce = List.of();

    /** Where the upstreams' counts are shown. */
    @FunctionalInterface
    public interface Meters {
        /** Returns the counter of that name; tags are keys and values in turn. */
        Counter counter(String name, String... tags);
    }

    public Upstreams(Meters meters, UpstreamNames names) {
        this.meters = meters;
        this.names = names;
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
        inForce = List.copyOf(groups);
        Set<String> names = new HashSet<>();
        for (UpstreamGroup group : groups) {
            names.add(group.name());
            group.state().retain(group.endpoints());
        }
        states.keySet().retainAll(names);
    }

    /** Returns the upstreams in force. */
    public List<UpstreamGroup> inForce() {
        return inForce;
    }
}
