package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A YAML node with its position in the file. Immutable. */
public sealed interface ConfigNode permits ConfigNode.Scalar, ConfigNode.Sequence, ConfigNode.Mapping {
    /** Returns the position of the node's first character. */
    Position at();

    /** Returns the descendant at a path such as {@code limits[2].refill}, or its deepest existing ancestor. */
    default ConfigNode below(String path) {
        ConfigNode node = this;
        for (String step : path.replace("[", ".[").split("\\.", -1)) {
            if (!step.isEmpty()) {
                ConfigNode next = node.child(step);
                if (next == null) {
                    return node;
                }
                node = next;
            }
        }
        return node;
    }

    /** Returns the descendant at a path such as {@code limits[2].refill}, or null. */
    default @Nullable ConfigNode find(String path) {
        ConfigNode node = this;
        for (String step : path.replace("[", ".[").split("\\.", -1)) {
            node = step.isEmpty() || node == null ? node : node.child(step);
        }
        return node;
    }

    /** Returns the child with a key, or with an index in brackets; null if there is none. */
    private @Nullable ConfigNode child(String step) {
        return switch (this) {
            case Scalar scalar -> null;
            case Mapping mapping ->
                mapping.entries().stream()
                        .filter(entry -> entry.key().text().equals(step))
                        .map(Entry::value)
                        .findFirst()
                        .orElse(null);
            case Sequence sequence -> {
                List<ConfigNode> items = sequence.items();
                for (int i = 0; i < items.size(); i++) {
                    if (step.equals("[" + i + "]")) {
                        yield items.get(i);
                    }
                }
                yield null;
            }
        };
    }

    /** Returns the problem of a failure whose path is relative to this node, with its position in the file. */
    default Problem problem(PolicyException failure) {
        String where = failure.at().isEmpty() ? "" : failure.at() + ": ";
        ConfigNode first = failure.first() == null ? null : find(failure.first());
        String again = first == null ? "" : ", first in line " + first.at().line();
        return new Problem(below(failure.at()).at(), where + failure.getMessage() + again);
    }

    /** Returns the problems of a failure and of all failures that it contains. */
    default List<Problem> problems(PolicyException failure) {
        return failure.all().stream().map(this::problem).toList();
    }

    /**
     * A scalar value.
     *
     * @param text the value, with quotes and escapes resolved
     * @param plain whether the value is unquoted and may therefore be a number, a boolean or null
     */
    record Scalar(Position at, String text, boolean plain) implements ConfigNode {
        /** Returns the position only, because the text may be secret. */
        @Override
        public String toString() {
            return "Scalar[" + at + "]";
        }
    }

    record Sequence(Position at, List<ConfigNode> items) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** A mapping with distinct keys, in the order of the file. */
    record Mapping(Position at, List<Entry> entries) implements ConfigNode {
        public Mapping {
            entries = List.copyOf(entries);
        }
    }

    record Entry(Scalar key, ConfigNode value) {}
}
