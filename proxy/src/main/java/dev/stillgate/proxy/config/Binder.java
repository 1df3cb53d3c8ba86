package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds YAML nodes to records by component name, as described in {@link dev.stillgate.spi.FilterFactory}, and collects
 * all problems instead of stopping at the first. Two more types are supported: a record with a static
 * {@code parse(String)} is parsed from a scalar, and a component of type {@link ConfigNode} receives the unbound node.
 */
public final class Binder {
    private static final Pattern KEY = Pattern.compile("([A-Za-z][A-Za-z0-9.\\[\\]-]*): ");

    private final Environment environment;
    private final ConfigNode root;
    private final String path;
    private final List<Problem> problems = new ArrayList<>();

    private Binder(Environment environment, ConfigNode root, String path) {
        this.environment = environment;
        this.root = root;
        this.path = path;
    }

    /**
     * Binds a node, with secrets from the environment of the process.
     *
     * @throws ConfigException with all problems
     */
    public static <R extends Record> R bind(ConfigNode node, Class<R> type) throws ConfigException {
        return bind(node, type, Environment.system());
    }

    /**
     * Binds a node.
     *
     * @throws ConfigException with all problems
     */
    public static <R extends Record> R bind(ConfigNode node, Class<R> type, Environment environment)
            throws ConfigException {
        return bind(node, type, new Binder(environment, node, ""));
    }

    /**
     * Binds the config of a filter.
     *
     * @param index index of the filter in the policy; paths in messages begin with it
     * @throws ConfigException with all problems
     */
    public static <R extends Record> R bindFilter(ConfigNode config, Class<R> type, int index) throws ConfigException {
        return bind(config, type, new Binder(Environment.system(), config, "filters[" + index + "].config"));
    }

    private static <R extends Record> R bind(ConfigNode node, Class<R> type, Binder binder) throws ConfigException {
        Object bound = binder.value(node, type, false);
        if (bound == null || !binder.problems.isEmpty()) {
            throw new ConfigException(binder.problems);
        }
        return type.cast(bound);
    }

    /** Binds an empty mapping, so that every component has its default. */
    static <R extends Record> R defaults(Class<R> type) {
        try {
            return bind(new ConfigNode.Mapping(Position.of(Path.of("default")), List.of()), type);
        } catch (ConfigException e) {
            throw new IllegalStateException(type + " has a component without a default", e);
        }
    }

    /** Returns the bound value, or null after recording a problem. */
    private @Nullable Object value(ConfigNode node, Type type, boolean secret) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] of = generic.getActualTypeArguments();
            if (raw == List.class) {
                return list(node, of[0], secret);
            }
            if (raw == Set.class) {
                return set(node, of[0], secret);
            }
            if (raw == Map.class && of[0] instanceof Class<?> key && ScalarValue.reads(key)) {
                return map(node, key, of[1], secret);
            }
        }
        if (type == ConfigNode.class) {
            return node;
        }
        if (type instanceof Class<?> plain && ScalarValue.reads(plain)) {
            return secret ? secret(node) : scalar(node, plain);
        }
        if (type instanceof Class<?> plain && plain.isRecord()) {
            Method parse = parseMethod(plain);
            return parse == null ? record(node, plain) : parsed(node, parse);
        }
        return problem(
                node, "the type " + type.getTypeName() + " of the configuration record cannot be read from YAML");
    }

    private @Nullable Object scalar(ConfigNode node, Class<?> type) {
        try {
            return ScalarValue.of(node, type);
        } catch (IllegalArgumentException e) {
            return problem(node, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Object secret(ConfigNode node) {
        if (!(node instanceof ConfigNode.Scalar scalar) || ScalarValue.isNull(node)) {
            return problem(node, "expected a secret: ${NAME} of the environment, or file:PATH");
        }
        try {
            return SecretText.resolve(scalar, environment);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private @Nullable List<Object> list(ConfigNode node, Type of, boolean secret) {
        if (!(node instanceof ConfigNode.Sequence sequence)) {
            problem(node, "expected a list, found " + ScalarValue.describe(node));
            return null;
        }
        List<Object> list = new ArrayList<>();
        for (ConfigNode item : sequence.items()) {
            Object value = value(item, of, secret);
            if (value != null) {
                list.add(value);
            }
        }
        return list.size() == sequence.items().size() ? Collections.unmodifiableList(list) : null;
    }

    private @Nullable Set<Object> set(ConfigNode node, Type of, boolean secret) {
        List<Object> list = list(node, of, secret);
        if (list == null || !(node instanceof ConfigNode.Sequence sequence)) {
            return null;
        }
        Set<Object> set = new LinkedHashSet<>();
        for (int i = 0; i < list.size(); i++) {
            if (!set.add(list.get(i))) {
                problem(sequence.items().get(i), "duplicate value");
            }
        }
        return set.size() == list.size() ? Collections.unmodifiableSet(set) : null;
    }

    private @Nullable Map<Object, Object> map(ConfigNode node, Class<?> key, Type of, boolean secret) {
        if (!(node instanceof ConfigNode.Mapping mapping)) {
            problem(node, "expected keys and values, found " + ScalarValue.describe(node));
            return null;
        }
        Map<Object, Object> map = new LinkedHashMap<>();
        for (ConfigNode.Entry entry : mapping.entries()) {
            Object name = scalar(entry.key(), key);
            Object value = value(entry.value(), of, secret);
            if (name != null && value != null) {
                map.put(name, value);
            }
        }
        return map.size() == mapping.entries().size() ? Collections.unmodifiableMap(map) : null;
    }

    private @Nullable Object record(ConfigNode node, Class<?> type) {
        if (!(node instanceof ConfigNode.Mapping mapping)) {
            return problem(node, "expected keys and values (" + keys(type) + "), found " + ScalarValue.describe(node));
        }
        int before = problems.size();
        RecordComponent[] components = type.getRecordComponents();
        Set<String> misspelt = rejectUnknown(mapping, type, components);
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            if (!misspelt.contains(components[i].getName())) {
                arguments[i] = component(mapping, components[i]);
            }
        }
        return problems.size() > before ? null : construct(mapping, type, arguments);
    }

    /** Returns a hint for records with a component of unbound keys, such as the config of a filter. */
    private static String elsewhere(RecordComponent[] components) {
        return Arrays.stream(components)
                .filter(component -> component.getType() == ConfigNode.class)
                .map(component -> "; keys of its type stand under \"" + component.getName() + "\"")
                .collect(Collectors.joining());
    }

    /** Records the unknown keys as problems; returns the missing known keys that they are probably misspellings of. */
    private Set<String> rejectUnknown(ConfigNode.Mapping mapping, Class<?> type, RecordComponent[] components) {
        Set<String> misspelt = new HashSet<>();
        List<String> known =
                Arrays.stream(components).map(RecordComponent::getName).toList();
        Set<String> names = new HashSet<>(known);
        for (ConfigNode.Entry entry : mapping.entries()) {
            String key = entry.key().text();
            String removed = ScalarValue.removed(type, key);
            if (removed != null) {
                problem(entry.key(), removed);
            } else if (!names.contains(key)) {
                String nearest = Suggestion.nearest(key, known);
                problem(
                        entry.key(),
                        "unknown key \"" + key + "\"" + Suggestion.phrase(key, known) + " (known: "
                                + String.join(", ", known) + ")" + (nearest == null ? elsewhere(components) : ""));
                if (nearest != null && mapping.find(nearest) == null) {
                    misspelt.add(nearest);
                }
            }
        }
        return misspelt;
    }

    /** Returns a component's value; null for an absent nullable component, or after recording a problem. */
    private @Nullable Object component(ConfigNode.Mapping mapping, RecordComponent component) {
        boolean secret = component.isAnnotationPresent(Secret.class);
        Default standard = component.getAnnotation(Default.class);
        ConfigNode given = null;
        for (ConfigNode.Entry entry : mapping.entries()) {
            if (entry.key().text().equals(component.getName())) {
                given = entry.value();
            }
        }
        if (given != null && !ScalarValue.isNull(given)) {
            return value(given, component.getGenericType(), secret);
        }
        if (standard != null) {
            return standard(given == null ? mapping : given, standard, component, secret);
        }
        if (isNullable(component)) {
            return null;
        }
        return given == null
                ? problem(mapping, "the key \"" + component.getName() + "\" is missing")
                : problem(given, "the key \"" + component.getName() + "\" has no value");
    }

    private @Nullable Object standard(ConfigNode node, Default standard, RecordComponent component, boolean secret) {
        try {
            ConfigNode parsed = ConfigReader.parseDefault(node.at(), standard.value());
            return value(parsed, component.getGenericType(), secret);
        } catch (ConfigException e) {
            throw new IllegalStateException("the default of " + component, e);
        }
    }

    /** Returns whether a component's key is optional without a default. */
    static boolean isNullable(RecordComponent component) {
        AnnotatedType type = component.getAnnotatedType();
        return type.isAnnotationPresent(Nullable.class);
    }

    private @Nullable Object construct(ConfigNode node, Class<?> type, @Nullable Object[] arguments) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            return refused(node, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            return problem(node, "the configuration record " + type.getName() + " cannot be created: " + e);
        }
    }

    private @Nullable Object parsed(ConfigNode node, Method parse) {
        if (!(node instanceof ConfigNode.Scalar scalar) || ScalarValue.isNull(node)) {
            return problem(node, "expected a text, found " + ScalarValue.describe(node));
        }
        try {
            return parse.invoke(null, scalar.text());
        } catch (InvocationTargetException e) {
            return refused(node, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            return problem(node, parse + " cannot be called: " + e);
        }
    }

    /** Records the failure of a record's constructor or {@code parse} method as problems. */
    private @Nullable Object refused(ConfigNode node, @Nullable Throwable cause) {
        switch (cause) {
            case PolicyException failure ->
                failure.all().forEach(each -> {
                    Problem problem = node.problem(each);
                    String below = node.equals(root) && !path.isEmpty()
                            ? path + (each.at().isEmpty() ? ": " : ".")
                            : "";
                    problems.add(new Problem(problem.at(), below + problem.message()));
                });
            case IllegalArgumentException failure
            when failure.getMessage() != null -> problem(named(node, failure.getMessage()), failure.getMessage());
            case Error error -> throw error;
            case null, default -> problem(node, "is invalid: " + cause);
        }
        return null;
    }

    /**
     * Returns the value of the key that a message starts with, as in {@code capacity: expected 1 to 9}; else the node.
     */
    private static ConfigNode named(ConfigNode node, String message) {
        Matcher key = KEY.matcher(message);
        ConfigNode value = key.lookingAt() ? node.find(key.group(1)) : null;
        return value == null ? node : value;
    }

    /** Returns a record's static {@code parse(String)} method, or null if it has none. */
    static @Nullable Method parseMethod(Class<?> type) {
        try {
            Method parse = type.getDeclaredMethod("parse", String.class);
            boolean usable = Modifier.isStatic(parse.getModifiers())
                    && !Modifier.isPrivate(parse.getModifiers())
                    && parse.getReturnType() == type;
            parse.setAccessible(usable);
            return usable ? parse : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static String keys(Class<?> type) {
        return String.join(
                ", ",
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }

    private @Nullable Object problem(ConfigNode node, String message) {
        problems.add(new Problem(node.at(), message));
        return null;
    }
}
