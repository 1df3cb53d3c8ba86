package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts a bound configuration, including defaults, to maps, lists, strings, numbers and booleans for output as YAML.
 * Secrets are redacted: components marked {@link Secret} and, in filter configurations, components with a name such as
 * {@code token}.
 */
public final class EffectiveConfig {
    /** The replacement of a secret value. */
    public static final String REDACTED = "<redacted>";

    private static final Pattern SECRET =
            Pattern.compile("(?i).*(secret|password|passphrase|token|apikey|privatekey)s?");
    private static final List<Map.Entry<Long, String>> UNITS =
            List.of(Map.entry(1L << 30, "GiB"), Map.entry(1L << 20, "MiB"), Map.entry(1L << 10, "KiB"));

    private final Function<Policy.FilterEntry, @Nullable Record> filters;

    private EffectiveConfig(Function<Policy.FilterEntry, @Nullable Record> filters) {
        this.filters = filters;
    }

    /** Returns the keys and values of a record. */
    public static Map<String, Object> of(Record bound) {
        return new EffectiveConfig(entry -> null).fields(bound, false);
    }

    /**
     * Returns the keys and values of a policy.
     *
     * @param filters returns the bound configuration of a filter; null to show the filter's YAML nodes instead
     */
    public static Map<String, Object> of(Policy policy, Function<Policy.FilterEntry, @Nullable Record> filters) {
        return new EffectiveConfig(filters).fields(policy, false);
    }

    private Map<String, Object> fields(Record bound, boolean foreign) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (RecordComponent component : bound.getClass().getRecordComponents()) {
            Object value = NamedFiles.read(bound, component);
            String name = component.getName();
            if (value instanceof ConfigNode && bound instanceof Policy.FilterEntry entry) {
                Record own = filters.apply(entry);
                fields.put(name, own == null ? node(entry.config(), false) : fields(own, true));
            } else if (value != null) {
                boolean secret = component.isAnnotationPresent(Secret.class)
                        || (foreign && SECRET.matcher(name).matches());
                fields.put(name, value(value, secret, foreign));
            }
        }
        return fields;
    }

    private Object value(Object value, boolean secret, boolean foreign) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> values = new LinkedHashMap<>();
                map.forEach((key, item) -> values.put(
                        key instanceof Enum<?> constant ? ScalarValue.name(constant) : key.toString(),
                        value(item, secret, foreign)));
                yield values;
            }
            case Collection<?> items -> {
                List<Object> values = new ArrayList<>();
                items.forEach(item -> values.add(value(item, secret, foreign)));
                yield values;
            }
            case Record text when secret -> REDACTED;
            case ByteSize size -> size(size.bytes());
            case Record text when Binder.parseMethod(text.getClass()) != null -> text.toString();
            case Record below -> fields(below, foreign);
            case ConfigNode node -> node(node, secret);
            case Object text when secret -> REDACTED;
            case Duration time -> time(time);
            case Enum<?> constant -> ScalarValue.name(constant);
            case Number number -> number;
            case Boolean truth -> truth;
            case Path path -> path.toString();
            default -> value.toString();
        };
    }

    private static Object node(ConfigNode node, boolean secret) {
        return switch (node) {
            case ConfigNode.Scalar scalar -> secret ? REDACTED : scalar.text();
            case ConfigNode.Sequence list ->
                list.items().stream().map(item -> node(item, secret)).toList();
            case ConfigNode.Mapping mapping -> {
                Map<String, Object> values = new LinkedHashMap<>();
                for (ConfigNode.Entry entry : mapping.entries()) {
                    String key = entry.key().text();
                    values.put(
                            key,
                            node(entry.value(), secret || SECRET.matcher(key).matches()));
                }
                yield values;
            }
        };
    }

    private static Object time(Duration time) {
        long millis = time.toMillis();
        if (millis == 0) {
            return "off";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static Object size(long bytes) {
        for (Map.Entry<Long, String> unit : UNITS) {
            if (bytes > 0 && bytes % unit.getKey() == 0) {
                return bytes / unit.getKey() + unit.getValue();
            }
        }
        return bytes;
    }
}
