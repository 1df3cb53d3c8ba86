package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A YAML node with its place in the file; immutable. */
public sealed interface ConfigNode permits ConfigNode.Scalar, ConfigNode.Sequence, ConfigNode.Mapping {
    /** Returns where it starts. */
    Position at();

    /**
     * Returns the node of a path below this one, such as {@code limits[2].refill}; where the path leads nowhere, the
     * last node on the way.
     */
    default ConfigNode below(String path) {
        Matcher step = Steps.PATTERN.matcher(path);
        ConfigNode node = this;
        while (step.find()) {
            ConfigNode next = node.child(step.group());
            if (next == node) {
                return node;
            }
            node = next;
        }
        return node;
    }

    /** Returns the child of a key or an index in brackets, or this node when there is none. */
    private ConfigNode child(String step) {
        if (this instanceof Mapping mapping) {
            for (Entry entry : mapping.entries()) {
                if (entry.key().text().equals(step)) {
                    return entry.value();
                }
            }
        } else if (this instanceof Sequence sequence && step.startsWith("[") && step.length() <= 8) {
            int index = Integer.parseInt(step, 1, step.length() - 1, 10);
            return index < sequence.items().size() ? sequence.items().get(index) : this;
        }
        return this;
    }

    /** Returns the problem that a policy's constructor or a filter's factory has with the keys below this node. */
    default Problem problem(PolicyException failure) {
        String message = failure.getMessage();
        return new Problem(below(failure.at()).at(), message == null ? "is refused" : message);
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

    /** How a path is cut into keys and indexes. */
    final class Steps {
        private static final Pattern PATTERN = Pattern.compile("\\[[0-9]+]|[^.\\[\\]]+");

        private Steps() {}
    }
}
