package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.json.JsonWriter;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes maps, lists, strings, numbers and booleans as YAML that is parsed to equal values. */
final class YamlText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");
    private static final Pattern WORD = Pattern.compile("(?i)true|false|null|yes|no|on|off|[.]?(inf|nan)|-*");
    private final StringBuilder out = new StringBuilder();

    private YamlText() {}

    static String of(Map<String, Object> document) {
        YamlText text = new YamlText();
        text.map(document, 0);
        return text.out.toString();
    }

    private void map(Map<?, ?> map, int indent) {
        if (map.isEmpty()) {
            line(indent, "{}");
        }
        map.forEach((key, value) -> {
            indent(indent);
            out.append(scalar(String.valueOf(key))).append(':');
            value(value, indent);
        });
    }

    private void value(Object value, int indent) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            out.append('\n');
            map(map, indent + 2);
        } else if (value instanceof Collection<?> items && !items.isEmpty()) {
            out.append('\n');
            items(items, indent + 2);
        } else {
            out.append(' ').append(flat(value)).append('\n');
        }
    }

    private void items(Collection<?> items, int indent) {
        for (Object item : items) {
            if (item instanceof Map<?, ?> map && !map.isEmpty()) {
                int begin = out.length();
                map(map, indent + 2);
                out.replace(begin + indent, begin + indent + 2, "- ");
            } else if (item instanceof Collection<?> below && !below.isEmpty()) {
                line(indent, "-");
                items(below, indent + 2);
            } else {
                line(indent, "- " + flat(item));
            }
        }
    }

    private void line(int indent, String text) {
        indent(indent);
        out.append(text).append('\n');
    }

    private void indent(int columns) {
        out.append(" ".repeat(columns));
    }

    private static String flat(Object value) {
        return switch (value) {
            case Map<?, ?> map -> "{}";
            case Collection<?> items -> "[]";
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> scalar(value.toString());
        };
    }

    private static String scalar(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !WORD.matcher(text).matches();
        return plain ? text : JsonWriter.string(text);
    }
}
