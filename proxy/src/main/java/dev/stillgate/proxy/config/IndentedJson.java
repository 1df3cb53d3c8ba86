package dev.stillgate.proxy.config;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, strings, numbers, booleans and null as indented JSON; short values are kept on one line. */
public final class IndentedJson {
    private static final int WIDTH = 100;

    private IndentedJson() {}

    /** Returns the document as JSON, terminated by a newline. */
    public static String of(Map<String, Object> document) {
        StringBuilder out = new StringBuilder();
        write(document, 0, out);
        return out.append('\n').toString();
    }

    private static void write(@Nullable Object value, int indent, StringBuilder out) {
        String line = line(value);
        if (line.length() + indent <= WIDTH) {
            out.append(line);
        } else if (value instanceof Map<?, ?> map) {
            String before = "{\n";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(before).append(" ".repeat(indent + 2)).append(string(String.valueOf(entry.getKey())));
                out.append(": ");
                write(entry.getValue(), indent + 2, out);
                before = ",\n";
            }
            out.append('\n').append(" ".repeat(indent)).append('}');
        } else if (value instanceof Collection<?> items) {
            String before = "[\n";
            for (Object item : items) {
                out.append(before).append(" ".repeat(indent + 2));
                write(item, indent + 2, out);
                before = ",\n";
            }
            out.append('\n').append(" ".repeat(indent)).append(']');
        } else {
            out.append(line);
        }
    }

    private static String line(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                map.forEach((key, member) -> out.append(out.isEmpty() ? "{" : ", ")
                        .append(string(String.valueOf(key)))
                        .append(": ")
                        .append(line(member)));
                out.append(out.isEmpty() ? "{}" : "}");
            }
            case Collection<?> items -> {
                items.forEach(item -> out.append(out.isEmpty() ? "[" : ", ").append(line(item)));
                out.append(out.isEmpty() ? "[]" : "]");
            }
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth.booleanValue());
            default -> out.append(string(value.toString()));
        }
        return out.toString();
    }

    /** Returns a string as a JSON string literal. */
    static String string(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) || (c & 0xfffe) == 0xfffe) {
                out.append(String.format("\\u%04x", c & 0xffff));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append('"').toString();
    }
}
