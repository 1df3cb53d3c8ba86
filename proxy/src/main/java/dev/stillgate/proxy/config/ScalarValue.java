package dev.stillgate.proxy.config;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.Removed;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts a YAML scalar to a Java value according to the YAML 1.2 core schema. For example, {@code yes}, {@code no},
 * {@code on} and {@code off} are texts, and an unquoted number is not a text. Failures are
 * {@link IllegalArgumentException}s that name the expected and the found value.
 */
final class ScalarValue {
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,30}");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\.[0-9]{1,30}|[0-9]{1,30}(\\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,4})?");
    private static final Pattern OTHER_NUMBER =
            Pattern.compile("0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,19})(|KiB|MiB|GiB)");
    private static final Duration LONGEST = Duration.ofDays(3650);

    private ScalarValue() {}

    static boolean isNull(ConfigNode node) {
        return node instanceof ConfigNode.Scalar scalar
                && scalar.plain()
                && NULL.matcher(scalar.text()).matches();
    }

    /** Returns whether {@link #of} supports a class. */
    static boolean reads(Class<?> type) {
        return type.isEnum()
                || List.of(
                                int.class,
                                Integer.class,
                                long.class,
                                Long.class,
                                double.class,
                                Double.class,
                                BigDecimal.class,
                                boolean.class,
                                Boolean.class,
                                String.class,
                                Duration.class,
                                ByteSize.class,
                                Path.class)
                        .contains(type);
    }

    static Object of(ConfigNode node, Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return Boolean.parseBoolean(plain(node, BOOLEAN, "true or false"));
        }
        if (type == int.class || type == Integer.class) {
            return (int) whole(node, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(node, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return number(node);
        }
        if (type == BigDecimal.class) {
            return new BigDecimal(plain(node, NUMBER, "a number"));
        }
        if (type == Duration.class) {
            return duration(node);
        }
        if (type == ByteSize.class) {
            return size(node);
        }
        if (type == Path.class) {
            return path(node);
        }
        return type.isEnum() ? constant(node, type) : text(node, "a text");
    }

    /** Returns the YAML names of an enum's constants. */
    static List<String> names(Class<?> type) {
        return Arrays.stream(constants(type)).map(ScalarValue::name).toList();
    }

    /** Returns a scalar's number or boolean, or null if it is a text. */
    static @Nullable Object plain(ConfigNode.Scalar scalar) {
        if (is(scalar, BOOLEAN)) {
            return Boolean.parseBoolean(scalar.text());
        }
        if (is(scalar, WHOLE)) {
            return new BigInteger(scalar.text());
        }
        return is(scalar, NUMBER) ? (Object) Double.parseDouble(scalar.text()) : null;
    }

    /** Describes a node for a message. */
    static String describe(ConfigNode node) {
        return switch (node) {
            case ConfigNode.Sequence list -> "a list";
            case ConfigNode.Mapping mapping -> "keys and values";
            case ConfigNode.Scalar scalar when isNull(scalar) -> "nothing";
            case ConfigNode.Scalar scalar when isNumber(scalar) -> "the number " + scalar.text();
            case ConfigNode.Scalar scalar when is(scalar, BOOLEAN) -> "the boolean " + scalar.text();
            case ConfigNode.Scalar scalar -> "the text \"" + scalar.text() + "\"";
        };
    }

    static IllegalArgumentException unexpected(ConfigNode node, String expected) {
        return new IllegalArgumentException("expected " + expected + ", found " + describe(node));
    }

    /** Returns a text; rejects unquoted numbers, booleans and null. */
    static String text(ConfigNode node, String expected) {
        if (!(node instanceof ConfigNode.Scalar scalar) || isNull(node)) {
            throw unexpected(node, expected);
        }
        if (isNumber(scalar) || is(scalar, BOOLEAN)) {
            throw new IllegalArgumentException(
                    "expected " + expected + ", found " + describe(node) + ": put it in quotes if it is meant as text");
        }
        return scalar.text();
    }

    private static boolean isNumber(ConfigNode.Scalar scalar) {
        return is(scalar, NUMBER) || is(scalar, OTHER_NUMBER);
    }

    private static boolean is(ConfigNode.Scalar scalar, Pattern pattern) {
        return scalar.plain() && pattern.matcher(scalar.text()).matches();
    }

    private static String plain(ConfigNode node, Pattern pattern, String expected) {
        if (node instanceof ConfigNode.Scalar scalar && is(scalar, pattern)) {
            return scalar.text();
        }
        throw unexpected(node, expected);
    }

    private static long whole(ConfigNode node, long least, long most) {
        String text = plain(node, WHOLE, "a whole number");
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException tooLarge) {
            // reported below
        }
        throw unexpected(node, "a whole number between " + least + " and " + most);
    }

    private static double number(ConfigNode node) {
        double value = Double.parseDouble(plain(node, NUMBER, "a number"));
        if (Double.isInfinite(value)) {
            throw unexpected(node, "a number in the range of a double");
        }
        return value;
    }

    private static Duration duration(ConfigNode node) {
        String expected = "a time such as 500ms, 30s, 5m, 12h, 14d or off";
        if (!(node instanceof ConfigNode.Scalar scalar) || isNull(node)) {
            throw unexpected(node, expected);
        }
        if (scalar.text().equals("off")) {
            return Duration.ZERO;
        }
        Matcher parts = DURATION.matcher(scalar.text());
        if (!parts.matches()) {
            throw unexpected(node, expected);
        }
        long amount = Long.parseLong(parts.group(1));
        Duration duration = switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofSeconds(saturated(amount, 3_600));
            default -> Duration.ofSeconds(saturated(amount, 86_400));
        };
        if (duration.compareTo(LONGEST) > 0) {
            throw unexpected(node, "a time of at most " + LONGEST.toDays() + "d");
        }
        return duration;
    }

    private static long saturated(long amount, long seconds) {
        return amount > LONGEST.toSeconds() ? amount : amount * seconds;
    }

    private static ByteSize size(ConfigNode node) {
        String expected = "a size such as 512, 64KiB, 32MiB or 2GiB";
        if (!(node instanceof ConfigNode.Scalar scalar) || isNull(node)) {
            throw unexpected(node, expected);
        }
        Matcher parts = SIZE.matcher(scalar.text());
        if (!parts.matches()) {
            throw unexpected(node, expected);
        }
        int shift = 10 * List.of("", "KiB", "MiB", "GiB").indexOf(parts.group(2));
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << shift));
        } catch (ArithmeticException | NumberFormatException e) {
            throw unexpected(node, "a size of at most " + Long.MAX_VALUE + " bytes");
        }
    }

    /**
     * Returns a path, resolved against the directory of the node's file; {@code -}, standard output, is not resolved.
     */
    private static Path path(ConfigNode node) {
        String text = text(node, "the name of a file");
        try {
            if (text.isEmpty()) {
                throw unexpected(node, "the name of a file");
            }
            Path path = Path.of(text);
            return text.equals("-") ? path : node.at().file().resolveSibling(path);
        } catch (InvalidPathException e) {
            throw unexpected(node, "the name of a file");
        }
    }

    private static Object constant(ConfigNode node, Class<?> type) {
        List<String> names = names(type);
        String expected = "one of " + String.join(", ", names);
        String text = text(node, expected);
        for (Object constant : constants(type)) {
            if (name(constant).equals(text)) {
                return constant;
            }
        }
        String removed = removed(type, text);
        if (removed != null) {
            throw new IllegalArgumentException(removed);
        }
        throw new IllegalArgumentException("unknown value \"" + text + "\"" + Suggestion.phrase(text, names)
                + " (known: " + String.join(", ", names) + ")");
    }

    /** Returns the problem with a name that only earlier versions have, null for another one. */
    static @Nullable String removed(Class<?> type, String name) {
        Removed removed = type.getAnnotation(Removed.class);
        return removed != null && List.of(removed.name()).contains(name)
                ? "\"" + name + "\" is not used any more: " + removed.instead()
                : null;
    }

    private static Object[] constants(Class<?> type) {
        Object @Nullable [] constants = type.getEnumConstants();
        return constants == null ? new Object[0] : constants;
    }

    /** Returns the YAML name of an enum constant: {@code IO_URING} is {@code io-uring}. */
    static String name(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
