package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A YAML node with its place in the file; immutable. */
public sealed interface ConfigNode permits ConfigNode.Scalar, ConfigNode.Sequence, ConfigNode.Mapping {
    /** Returns where it starts. */
    Position at();

    /**
     * Returns the node of a path below this one, such as {@code limits[2].refill}; where the path leads nowhere, the
     * last node on the way.
     */
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

    /** Returns the node of a path below this one, null where it leads nowhere. */
    default @Nullable ConfigNode find(String path) {
        ConfigNode node = this;
        for (String step : path.replace("[", ".[").split("\\.", -1)) {
            node = step.isEmpty() || node == null ? node : node.child(step);
        }
        return node;
    }

    /** Returns the child of a key, or of an index in brackets; null when there is none. */
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

    /** Returns the problem that a policy's constructor or a filter's factory has with the keys below this node. */
    default Problem problem(PolicyException failure) {
        String where = failure.at().isEmpty() ? "" : failure.at() + ": ";
        ConfigNode first = failure.first() == null ? null : find(failure.first());
        String again = first == null ? "" : ", first in line " + first.at().line();
        return new Problem(below(failure.at()).at(), where + failure.getMessage() + again);
    }

    /** Returns the problems of a failure and of all further ones that it carries. */
    default List<Problem> problems(PolicyException failure) {
        return failure.all().stream().map(this::problem).toList();
    }

    /**
     * Text without structure.
     *
     * @param text as it stands, quotes and escapes resolved
     * @param plain whether it stood without quotes, so that it may be a number, a boolean or null
     */
    record Scalar(Position at, String text, boolean plain) implements ConfigNode {
        /** Returns where it is: the text may be secret. */
        @Override
        public String toString() {
            return "Scalar[" + at + "]";
        }
    }

    /** A list. */
    record Sequence(Position at, List<ConfigNode> items) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** Keys and values, in the order of the file; no key stands there twice. */
    record Mapping(Position at, List<Entry> entries) implements ConfigNode {
        public Mapping {
            entries = List.copyOf(entries);
        }
    }

    /** A key with its value. */
    record Entry(Scalar key, ConfigNode value) {}
}
