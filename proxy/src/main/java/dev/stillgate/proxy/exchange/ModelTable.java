package dev.stillgate.proxy.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The destinations of a route by the model that a request names. An exact name wins over prefixes, a longer prefix over a
 * shorter one. Immutable.
 */
public final class ModelTable {
    private final Map<String, AccountSplit> exact = new HashMap<>();
    private final List<Prefix> prefixes = new ArrayList<>();

    private record Prefix(String start, AccountSplit to) {}

    /**
     * Creates a table.
     *
     * @param destinations the destinations by name of a model, or by prefix if the name ends in {@code *}
     */
    public ModelTable(Map<String, AccountSplit> destinations) {
        destinations.forEach((name, to) -> {
            if (name.endsWith("*")) {
                prefixes.add(new Prefix(name.substring(0, name.length() - 1), to));
            } else {
                exact.put(name, to);
            }
        });
        prefixes.sort(Comparator.comparingInt((Prefix prefix) -> prefix.start().length())
                .reversed());
    }

    /** Returns the destination of a model for an account; null if no name or prefix fits. */
    @Nullable
    Destination find(String model, String account) {
        AccountSplit named = exact.get(model);
        if (named != null) {
            return named.of(account);
        }
        for (int i = 0; i < prefixes.size(); i++) {
            if (model.startsWith(prefixes.get(i).start())) {
                return prefixes.get(i).to().of(account);
            }
        }
        return null;
    }
}
