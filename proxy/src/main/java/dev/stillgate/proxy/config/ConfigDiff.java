package dev.stillgate.proxy.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Difference between two versions of a configuration file, as a list of changed keys. Values are left out because they
 * may be secret. List entries are matched by name ({@code filters[limits]}) if all of them have distinct names, else by
 * index.
 */
public final class ConfigDiff {
    private static final int MAX_CHANGES = 20;
    private static final List<String> NAMES = List.of("name", "path", "address");

    private final List<String> changes = new ArrayList<>();
    private int more;

    private ConfigDiff() {}

    /**
     * Returns the changes, in the order of the newer version: {@code +key} for an added key, {@code -key} for a removed
     * key, {@code ~key} for a changed value or order. After 20 changes, the last element is the number of further ones.
     */
    public static List<String> of(ConfigNode before, ConfigNode after) {
        ConfigDiff diff = new ConfigDiff();
        diff.compare("", before, after);
        if (diff.more > 0) {
            diff.changes.add("and " + diff.more + " more");
        }
        return List.copyOf(diff.changes);
    }

    private void compare(String path, ConfigNode before, ConfigNode after) {
        if (before instanceof ConfigNode.Mapping from && after instanceof ConfigNode.Mapping to) {
            compare(path.isEmpty() ? "" : path + ".", "", keyed(from), keyed(to));
        } else if (before instanceof ConfigNode.Sequence from && after instanceof ConfigNode.Sequence to) {
            String name = name(from.items(), to.items());
            Map<String, ConfigNode> old = keyed(from.items(), name);
            Map<String, ConfigNode> now = keyed(to.items(), name);
            compare(path + "[", "]", old, now);
            List<String> kept = new ArrayList<>(now.keySet());
            kept.retainAll(old.keySet());
            List<String> keptBefore = new ArrayList<>(old.keySet());
            keptBefore.retainAll(now.keySet());
            if (!kept.equals(keptBefore)) {
                add("~" + path + " (order)");
            }
        } else if (!same(before, after)) {
            add("~" + path);
        }
    }

    private void compare(String open, String close, Map<String, ConfigNode> before, Map<String, ConfigNode> after) {
        after.forEach((key, value) -> {
            ConfigNode old = before.get(key);
            if (old == null) {
                add("+" + open + key + close);
            } else {
                compare(open + key + close, old, value);
            }
        });
        for (String key : before.keySet()) {
            if (!after.containsKey(key)) {
                add("-" + open + key + close);
            }
        }
    }

    private void add(String change) {
        if (changes.size() < MAX_CHANGES) {
            changes.add(Problem.printable(change));
        } else {
            more++;
        }
    }

    private static boolean same(ConfigNode before, ConfigNode after) {
        return before instanceof ConfigNode.Scalar from
                && after instanceof ConfigNode.Scalar to
                && from.text().equals(to.text())
                && from.plain() == to.plain();
    }

    private static Map<String, ConfigNode> keyed(ConfigNode.Mapping mapping) {
        Map<String, ConfigNode> keyed = new LinkedHashMap<>();
        mapping.entries().forEach(entry -> keyed.put(entry.key().text(), entry.value()));
        return keyed;
    }

    /** Returns the items by the value of their naming key, or by index if {@code name} is null. */
    private static Map<String, ConfigNode> keyed(List<ConfigNode> items, @Nullable String name) {
        Map<String, ConfigNode> keyed = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i++) {
            keyed.put(
                    name == null ? Integer.toString(i) : Objects.requireNonNull(called(items.get(i), name)),
                    items.get(i));
        }
        return keyed;
    }

    /** Returns the key whose value is distinct for all items of each list; null if there is none. */
    private static @Nullable String name(List<ConfigNode> before, List<ConfigNode> after) {
        return NAMES.stream()
                .filter(name -> isDistinct(before, name) && isDistinct(after, name))
                .findFirst()
                .orElse(null);
    }

    private static boolean isDistinct(List<ConfigNode> items, String name) {
        List<@Nullable String> names = new ArrayList<>();
        for (ConfigNode item : items) {
            names.add(called(item, name));
        }
        return !names.contains(null) && names.stream().distinct().count() == names.size();
    }

    private static @Nullable String called(ConfigNode item, String name) {
        return item instanceof ConfigNode.Mapping mapping
                        && keyed(mapping).get(name) instanceof ConfigNode.Scalar scalar
                ? scalar.text()
                : null;
    }
}
