package dev.stillgate.proxy.admin;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes records, maps, collections, numbers, booleans and null as JSON, enums in lower case with {@code -} for {@code
 * _}, and any other value as its {@code toString()}. Depth and length are bounded, because a filter's view may be
 * cyclic.
 */
public final class JsonWriter {
    private static final int DEEPEST = 16;
    private static final int LONGEST = 32 << 20;
    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {}

    /**
     * Returns the JSON of a value.
     *
     * @throws IllegalArgumentException if the value is too deep or too long, or a record component cannot be read
     */
    public static String json(@Nullable Object value) {
        JsonWriter writer = new JsonWriter();
        writer.write(value, DEEPEST);
        return writer.out.toString();
    }

    private void write(@Nullable Object value, int levels) {
        if (levels == 0) {
            throw new IllegalArgumentException("nested over " + DEEPEST + " levels");
        }
        if (out.length() > LONGEST) {
            throw new IllegalArgumentException("longer than " + LONGEST + " characters");
        }
        switch (value) {
            case null -> out.append("null");
            case Boolean truth -> out.append(truth.booleanValue());
            case Double number -> number(number);
            case Float number -> number(number.doubleValue());
            case Number number -> out.append(number);
            case Enum<?> constant -> string(name(constant));
            case Map<?, ?> map -> map(map, levels - 1);
            case Collection<?> items -> items(items, levels - 1);
            case Record fields -> fields(fields, levels - 1);
            default -> string(value.toString());
        }
    }

    private void number(double number) {
        if (Double.isFinite(number)) {
            out.append(number);
        } else {
            out.append("null");
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void map(Map<?, ?> map, int levels) {
        char before = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = entry.getKey();
            field(before, key instanceof Enum<?> constant ? name(constant) : Objects.toString(key));
            write(entry.getValue(), levels);
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private void items(Collection<?> items, int levels) {
        char before = '[';
        for (Object item : items) {
            out.append(before);
            write(item, levels);
            before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
    }

    private void fields(Record fields, int levels) {
        char before = '{';
        for (RecordComponent component : fields.getClass().getRecordComponents()) {
            field(before, component.getName());
            write(read(fields, component), levels);
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private static @Nullable Object read(Record fields, RecordComponent component) {
        Method accessor = component.getAccessor();
        try {
            accessor.setAccessible(true);
            return accessor.invoke(fields);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(component.getName() + " cannot be read: " + e.getCause(), e);
        }
    }

    private void field(char before, String name) {
        out.append(before);
        string(name);
        out.append(':');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
