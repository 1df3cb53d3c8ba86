package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The upstreams of a route by the model that a request names. An exact name wins over prefixes, a longer prefix over a
 * shorter one. Immutable.
 */
public final class ModelTable {
    private final Map<String, UpstreamGroup> exact = new HashMap<>();
    private final List<Prefix> prefixes = new ArrayList<>();

    private record Prefix(String start, UpstreamGroup upstream) {}

    /**
     * Creates a table.
     *
     * @param upstreams the upstreams by name of a model, or by prefix if the name ends in {@code *}
     */
    public ModelTable(Map<String, UpstreamGroup> upstreams) {
        upstreams.forEach((name, upstream) -> {
            if (name.endsWith("*")) {
                prefixes.add(new Prefix(name.substring(0, name.length() - 1), upstream));
            } else {
                exact.put(name, upstream);
            }
        });
        prefixes.sort(Comparator.comparingInt((Prefix prefix) -> prefix.start().length())
                .reversed());
    }

    /** Returns the upstream of a model; null if no name or prefix fits. */
    @Nullable
    UpstreamGroup find(String model) {
        UpstreamGroup named = exact.get(model);
        if (named != null) {
            return named;
        }
        for (int i = 0; i < prefixes.size(); i++) {
            if (model.startsWith(prefixes.get(i).start())) {
                return prefixes.get(i).upstream();
            }
        }
        return null;
    }
}
