package dev.stillgate.proxy.config;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.ByteSize;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Generates the JSON Schemas (2020-12) of the configuration files from the records that {@link Binder} binds, for
 * completion and checks in editors. A schema accepts every valid file. It does not cover the checks in the records'
 * constructors.
 */
public final class ConfigSchema {
    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final String DATE_OR_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$";
    private static final String FACT = "^h:[A-Za-z0-9_-]{22,64}$";
    private static final String MODEL = "^([^*]{1,128}|[^*]{0,127}\\*)$";
    private static final String HASH = "^h[0-9]{1,4}:[0-9a-fA-F]{32}$";

    private final SortedMap<String, Object> definitions = new TreeMap<>();
    private final SortedMap<String, Class<? extends Record>> filters;

    private ConfigSchema(SortedMap<String, Class<? extends Record>> filters) {
        this.filters = filters;
    }

    /** Returns the schema of {@code stillgate.yaml}. */
    public static Map<String, Object> stillgate() {
        return new ConfigSchema(new TreeMap<>()).document("stillgate.yaml", StillgateConfig.class);
    }

    /**
     * Returns the schema of {@code policy.yaml}.
     *
     * @param filters the configuration records of the filters, by filter type; other types accept any keys
     */
    public static Map<String, Object> policy(SortedMap<String, Class<? extends Record>> filters) {
        return new ConfigSchema(filters).document("policy.yaml", Policy.class);
    }

    /** Returns the schema of {@code accounts.yaml}, in which every scalar is read as text, quoted or not. */
    public static Map<String, Object> accounts() {
        Map<String, Object> text = map("type", List.of("string", "number", "boolean", "null"), "maxLength", 128);
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("id", map("type", List.of("string", "number", "boolean"), "minLength", 1, "maxLength", 128));
        properties.put("keys", map("type", "array", "maxItems", 1000, "items", map("type", "string", "pattern", HASH)));
        properties.put("organisation", text);
        properties.put("tier", text);
        properties.put(
                "region",
                map("type", List.of("string", "number", "boolean", "null"), "pattern", "^[A-Za-z0-9-]{1,16}$"));
        Map<String, Object> flag =
                map("enum", Arrays.asList(true, false, "true", "True", "TRUE", "false", "False", "FALSE", null));
        properties.put("verified", flag);
        properties.put("decoy", flag);
        properties.put("created", map("type", List.of("string", "null"), "pattern", DATE_OR_TIME));
        properties.put(
                "facts",
                map(
                        "type",
                        List.of("object", "null"),
                        "maxProperties",
                        Account.MAX_FACTS,
                        "propertyNames",
                        map("pattern", "^[a-z0-9-]{1,40}$"),
                        "additionalProperties",
                        map("type", List.of("string", "null"), "pattern", FACT)));
        properties.put("models", list(map("type", List.of("string", "number", "boolean"), "pattern", MODEL)));
        properties.put("networks", list(map("type", "string")));
        properties.put("until", properties.get("created"));
        properties.put("disabled", flag);
        Map<String, Object> entry = object(properties, List.of("id"));
        Map<String, Object> list = map("type", List.of("array", "null"), "items", entry);
        Map<String, Object> root = head("accounts.yaml");
        root.putAll(object(map("accounts", list), List.of("accounts")));
        return root;
    }

    private static Map<String, Object> list(Map<String, Object> items) {
        return map("type", "array", "minItems", 1, "maxItems", 64, "items", items);
    }

    private static Map<String, Object> head(String title) {
        return map("$schema", DIALECT, "title", "Stillgate " + title);
    }

    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> object(Map<String, Object> properties, List<String> required) {
        Map<String, Object> object = map("type", "object", "additionalProperties", false, "properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        return object;
    }

    private Map<String, Object> document(String title, Class<? extends Record> type) {
        Map<String, Object> root = head(title);
        root.putAll(fields(type));
        root.put("$defs", definitions);
        return root;
    }

    private Map<String, Object> fields(Class<?> type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Map<String, Object> value = value(component.getGenericType(), component.isAnnotationPresent(Secret.class));
            Default standard = component.getAnnotation(Default.class);
            if (standard == null && !Binder.isNullable(component)) {
                required.add(component.getName());
            } else {
                value = orNull(value);
            }
            if (standard != null) {
                value.put("default", standard(standard));
            }
            properties.put(component.getName(), value);
        }
        Map<String, Object> object = object(properties, required);
        if (type == Policy.FilterEntry.class) {
            addFilterConfigs(object, properties);
        }
        return object;
    }

    /** Adds a conditional schema of {@code config} for each filter type. */
    private void addFilterConfigs(Map<String, Object> entry, Map<String, Object> properties) {
        if (filters.isEmpty()) {
            return;
        }
        properties.put(
                "type", map("anyOf", List.of(map("enum", List.copyOf(filters.keySet())), map("type", "string"))));
        List<Object> rules = new ArrayList<>();
        filters.forEach((type, record) -> {
            Map<String, Object> own = reference(record);
            boolean needed = Arrays.stream(record.getRecordComponents())
                    .anyMatch(component ->
                            !Binder.isNullable(component) && component.getAnnotation(Default.class) == null);
            Map<String, Object> then = map("properties", map("config", needed ? own : orNull(own)));
            if (needed) {
                then.put("required", List.of("config"));
            }
            Map<String, Object> when = map("properties", map("type", map("const", type)), "required", List.of("type"));
            rules.add(map("if", when, "then", then));
        });
        entry.put("allOf", rules);
    }

    private Map<String, Object> value(Type type, boolean secret) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] of = generic.getActualTypeArguments();
            if (raw == List.class) {
                return map("type", "array", "items", value(of[0], secret));
            }
            if (raw == Set.class) {
                return map("type", "array", "uniqueItems", true, "items", value(of[0], secret));
            }
            Map<String, Object> object = map("type", "object", "additionalProperties", value(of[1], secret));
            if (of[0] instanceof Class<?> key && key.isEnum()) {
                object.put("propertyNames", map("enum", ScalarValue.names(key)));
            }
            return object;
        }
        if (type == ConfigNode.class) {
            return map("type", "object");
        }
        if (!(type instanceof Class<?> plain)) {
            throw new IllegalArgumentException("no schema for the type " + type);
        }
        if (plain.isRecord() && !ScalarValue.reads(plain) && Binder.parseMethod(plain) == null) {
            return reference(plain);
        }
        return secret ? map("type", "string") : scalar(plain);
    }

    private static Map<String, Object> scalar(Class<?> type) {
        if (type.isEnum()) {
            return map("enum", ScalarValue.names(type));
        }
        if (type == boolean.class || type == Boolean.class) {
            return map("type", "boolean");
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return map("type", "integer");
        }
        if (type == double.class || type == Double.class || type == BigDecimal.class) {
            return map("type", "number");
        }
        if (type == Duration.class) {
            return map("type", "string", "pattern", "^([0-9]{1,15}(ms|s|m|h|d)|off)$");
        }
        if (type == ByteSize.class) {
            return map("type", List.of("string", "integer"), "pattern", "^[0-9]{1,19}(KiB|MiB|GiB)?$", "minimum", 0);
        }
        return type == Path.class ? map("type", "string", "minLength", 1) : map("type", "string");
    }

    /** Returns a reference to the definition of a record. */
    private Map<String, Object> reference(Class<?> type) {
        String name =
                type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
        if (!definitions.containsKey(name)) {
            definitions.put(name, Map.of()); // ends the recursion for a record that contains itself
            definitions.put(name, fields(type));
        }
        return map("$ref", "#/$defs/" + name);
    }

    /** Returns a schema that also accepts null, a key without a value. */
    private static Map<String, Object> orNull(Map<String, Object> value) {
        Map<String, Object> open = new LinkedHashMap<>(value);
        if (value.get("type") instanceof String type) {
            open.put("type", List.of(type, "null"));
        } else if (value.get("type") instanceof List<?> types) {
            List<Object> more = new ArrayList<>(types);
            more.add("null");
            open.put("type", more);
        } else if (value.get("enum") instanceof List<?> constants) {
            List<@Nullable Object> more = new ArrayList<>(constants);
            more.add(null);
            open.put("enum", more);
        } else {
            return map("anyOf", List.of(value, map("type", "null")));
        }
        return open;
    }

    private static Object standard(Default standard) {
        try {
            return json(ConfigReader.parseDefault(Position.of(Path.of("default")), standard.value()));
        } catch (ConfigException e) {
            throw new IllegalStateException("the default " + standard.value(), e);
        }
    }

    private static Object json(ConfigNode node) {
        return switch (node) {
            case ConfigNode.Sequence list ->
                list.items().stream().map(ConfigSchema::json).toList();
            case ConfigNode.Mapping mapping -> {
                Map<String, Object> members = new LinkedHashMap<>();
                mapping.entries().forEach(entry -> members.put(entry.key().text(), json(entry.value())));
                yield members;
            }
            case ConfigNode.Scalar scalar -> Objects.requireNonNullElse(ScalarValue.plain(scalar), scalar.text());
        };
    }
}
