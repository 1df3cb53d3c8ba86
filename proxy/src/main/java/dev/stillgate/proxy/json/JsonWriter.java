package dev.stillgate.proxy.json;

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

    /** Width of a line of indented JSON. */
    private static final int WIDTH = 100;

    private final StringBuilder out = new StringBuilder();
    private final String comma;
    private final String colon;

    private JsonWriter(String comma, String colon) {
        this.comma = comma;
        this.colon = colon;
    }

    /**
     * Returns the JSON of a value.
     *
     * @throws IllegalArgumentException if the value is too deep or too long, or a record component cannot be read
     */
    public static String json(@Nullable Object value) {
        JsonWriter writer = new JsonWriter(",", ":");
        writer.write(value, DEEPEST);
        return writer.out.toString();
    }

    /** Returns the indented JSON of a map, terminated by a newline; short values are kept on one line. */
    public static String indented(Map<String, Object> document) {
        StringBuilder out = new StringBuilder();
        indent(document, 0, out);
        return out.append('\n').toString();
    }

    private static void indent(@Nullable Object value, int indent, StringBuilder out) {
        JsonWriter line = new JsonWriter(", ", ": ");
        line.write(value, DEEPEST);
        boolean isShort = line.out.length() + indent <= WIDTH;
        String begin = "\n" + " ".repeat(indent + 2);
        if (value instanceof Map<?, ?> map && !isShort) {
            char before = '{';
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(before).append(begin).append(string(String.valueOf(entry.getKey())));
                indent(entry.getValue(), indent + 2, out.append(": "));
                before = ',';
            }
            out.append('\n').append(" ".repeat(indent)).append('}');
        } else if (value instanceof Collection<?> items && !isShort) {
            char before = '[';
            for (Object item : items) {
                indent(item, indent + 2, out.append(before).append(begin));
                before = ',';
            }
            out.append('\n').append(" ".repeat(indent)).append(']');
        } else {
            out.append(line.out);
        }
    }

    /** Returns a text as a JSON string, which is also a YAML scalar. */
    public static String string(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            boolean isControl = c < 0x20 || (c >= 0x7f && c < 0xa0);
            boolean isSurrogate = c >= 0xd800 && c < 0xe000;
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (isControl || isSurrogate || (c & 0xfffe) == 0xfffe) {
                out.append(String.format("\\u%04x", c & 0xffff));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append('"').toString();
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
            case Enum<?> constant -> out.append(string(name(constant)));
            case Map<?, ?> map -> map(map, levels - 1);
            case Collection<?> items -> items(items, levels - 1);
            case Record fields -> fields(fields, levels - 1);
            default -> out.append(string(value.toString()));
        }
    }

    private void number(double number) {
        out.append(Double.isFinite(number) ? Double.toString(number) : "null");
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void map(Map<?, ?> map, int levels) {
        String before = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = entry.getKey();
            field(before, key instanceof Enum<?> constant ? name(constant) : Objects.toString(key));
            write(entry.getValue(), levels);
            before = comma;
        }
        out.append(before.equals("{") ? "{}" : "}");
    }

    private void items(Collection<?> items, int levels) {
        String before = "[";
        for (Object item : items) {
            out.append(before);
            write(item, levels);
            before = comma;
        }
        out.append(before.equals("[") ? "[]" : "]");
    }

    private void fields(Record fields, int levels) {
        String before = "{";
        for (RecordComponent component : fields.getClass().getRecordComponents()) {
            field(before, component.getName());
            write(read(fields, component), levels);
            before = comma;
        }
        out.append(before.equals("{") ? "{}" : "}");
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

    private void field(String before, String name) {
        out.append(before).append(string(name)).append(colon);
    }
}
