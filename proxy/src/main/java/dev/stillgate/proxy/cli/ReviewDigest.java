package dev.stillgate.proxy.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Parts of a cluster's or an account's page that matter for a decision, with long lists shortened. */
final class ReviewDigest {
    private static final int MOST_ITEMS = 10;
    private static final int MOST_COUNTS = 20;

    /** Sections about single traits, which {@code stillgate explain} shows. */
    private static final Set<String> LEFT_OUT = Set.of("signals");

    private static final Set<String> OUTCOME = Set.of(
            "id",
            "size",
            "revision",
            "standing",
            "label",
            "labels",
            "decided",
            "replaced",
            "pending",
            "hidden",
            "notEnforced",
            "error");

    private ReviewDigest() {}

    /** Returns the evidence of a page. Links are grouped by kind, the strongest first. */
    static Map<?, ?> evidence(Map<?, ?> page) {
        return shortened(withParts(page, part -> {
            Map<Object, Object> shown = new LinkedHashMap<>(part);
            shown.keySet().removeAll(LEFT_OUT);
            shown.computeIfPresent("links", (key, links) -> links instanceof Collection<?> all ? byKind(all) : links);
            return shown;
        }));
    }

    /** Returns the result of a decision from the page that the action returned. */
    static Map<?, ?> outcome(Map<?, ?> page) {
        return shortened(withParts(page, part -> {
            Map<Object, Object> shown = new LinkedHashMap<>(part);
            shown.keySet().retainAll(OUTCOME);
            return shown;
        }));
    }

    /** Returns a page with the part of each filter changed. */
    private static Map<?, ?> withParts(Map<?, ?> page, UnaryOperator<Map<?, ?>> change) {
        Map<Object, Object> changed = new LinkedHashMap<>(page);
        changed.computeIfPresent("filters", (key, filters) -> {
            Map<Object, Object> parts = new LinkedHashMap<>();
            if (filters instanceof Map<?, ?> all) {
                all.forEach((filter, part) ->
                        parts.put(filter, part instanceof Map<?, ?> map ? change.apply(map) : part));
            }
            return parts;
        });
        return changed;
    }

    private static Map<String, List<Object>> byKind(Collection<?> links) {
        List<Map<?, ?>> sorted = new ArrayList<>();
        for (Object link : links) {
            if (link instanceof Map<?, ?> fields) {
                sorted.add(fields);
            }
        }
        sorted.sort(Comparator.comparingDouble(ReviewDigest::weight).reversed());
        Map<String, List<Object>> kinds = new TreeMap<>();
        for (Map<?, ?> link : sorted) {
            Map<Object, Object> shown = new LinkedHashMap<>(link);
            String kind = String.valueOf(shown.remove("kind"));
            kinds.computeIfAbsent(kind, absent -> new ArrayList<>()).add(shown);
        }
        return kinds;
    }

    private static double weight(Map<?, ?> link) {
        return link.get("weight") instanceof Number weight ? weight.doubleValue() : 0;
    }

    /** Returns a page whose lists have at most 10 items, and whose maps of numbers have at most 20 fields. */
    static Map<?, ?> shortened(Map<?, ?> page) {
        boolean counts = page.values().stream().allMatch(Number.class::isInstance);
        long most = counts ? MOST_COUNTS : page.size();
        Map<Object, Object> shown = new LinkedHashMap<>();
        page.entrySet().stream().limit(most).forEach(field -> shown.put(field.getKey(), shortened(field.getValue())));
        if (page.size() > most) {
            shown.put("…", (page.size() - most) + " more");
        }
        return shown;
    }

    private static Object shortened(Object value) {
        if (value instanceof Map<?, ?> map) {
            return shortened(map);
        }
        if (!(value instanceof Collection<?> items)) {
            return value;
        }
        List<Object> shown = new ArrayList<>();
        items.stream().limit(MOST_ITEMS).forEach(item -> shown.add(shortened(item)));
        if (items.size() > MOST_ITEMS) {
            shown.add("… " + (items.size() - MOST_ITEMS) + " more");
        }
        return shown;
    }
}
