package dev.stillgate.proxy.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Human-readable rendering of an admin page: one indented line per value, as in YAML, with short lists and maps on one
 * line. Control characters are escaped, so that no value can send commands to the terminal.
 */
final class Outline {
    private static final int WIDTH = 100;
    private static final int MOST_ITEMS = 10;
    private static final int MOST_COUNTS = 20;

    private final StringBuilder out = new StringBuilder();

    private Outline() {}

    static String of(Map<?, ?> page) {
        Outline outline = new Outline();
        outline.map(page, 0);
        return outline.out.toString();
    }

    /** Returns a page whose lists have at most 10 items, and whose maps of numbers have at most 20 fields. */
    static String shortened(Map<?, ?> page) {
        return of(cut(page));
    }

    private static Map<?, ?> cut(Map<?, ?> page) {
        boolean counts = page.values().stream().allMatch(Number.class::isInstance);
        long most = counts ? MOST_COUNTS : page.size();
        Map<Object, Object> shown = new LinkedHashMap<>();
        page.entrySet().stream().limit(most).forEach(field -> shown.put(field.getKey(), cut(field.getValue())));
        if (page.size() > most) {
            shown.put("…", (page.size() - most) + " more");
        }
        return shown;
    }

    private static Object cut(Object value) {
        if (value instanceof Map<?, ?> map) {
            return cut(map);
        }
        if (!(value instanceof Collection<?> items)) {
            return value;
        }
        List<Object> shown = new ArrayList<>();
        items.stream().limit(MOST_ITEMS).forEach(item -> shown.add(cut(item)));
        if (items.size() > MOST_ITEMS) {
            shown.add("… " + (items.size() - MOST_ITEMS) + " more");
        }
        return shown;
    }

    /** Returns a text with control and formatting characters escaped. */
    static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            int type = Character.getType(point);
            boolean shown = type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            if (shown) {
                safe.appendCodePoint(point);
            } else {
                safe.append(String.format("\\u%04x", point));
            }
        });
        return safe.toString();
    }

    /** Returns a text of several lines, with each line escaped. */
    static String lines(String text) {
        return String.join(
                System.lineSeparator(), text.lines().map(Outline::safe).toList());
    }

    private void map(Map<?, ?> map, int indent) {
        map.forEach((key, value) -> {
            indent(indent);
            out.append(safe(String.valueOf(key))).append(':');
            value(value, indent);
        });
    }

    /** Writes a value after its key on the same line, or indented below it. */
    private void value(Object value, int indent) {
        String line = line(value);
        if (line.length() + indent <= WIDTH) {
            out.append(' ').append(line).append('\n');
        } else if (value instanceof Map<?, ?> below) {
            out.append('\n');
            map(below, indent + 2);
        } else if (value instanceof Collection<?> items) {
            out.append('\n');
            items(items, indent + 2);
        } else {
            out.append(' ').append(line).append('\n');
        }
    }

    private void items(Collection<?> items, int indent) {
        for (Object item : items) {
            indent(indent);
            String line = line(item);
            if (item instanceof Map<?, ?> map && line.length() + indent > WIDTH) {
                int begin = out.length();
                map(map, indent + 2);
                out.replace(begin, begin + indent + 2, "- ");
            } else if (item instanceof Collection<?> below && line.length() + indent > WIDTH) {
                out.append("-\n");
                items(below, indent + 2);
            } else {
                out.append("- ").append(line).append('\n');
            }
        }
    }

    private void indent(int columns) {
        out.append(" ".repeat(columns));
    }

    /** Returns a value on one line. */
    private static String line(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                StringJoiner members = new StringJoiner(", ", "{", "}");
                map.forEach((key, member) -> members.add(safe(String.valueOf(key)) + ": " + line(member)));
                yield members.toString();
            }
            case Collection<?> items -> {
                StringJoiner elements = new StringJoiner(", ", "[", "]");
                items.forEach(item -> elements.add(line(item)));
                yield elements.toString();
            }
            case String text -> text.isEmpty() ? "\"\"" : safe(text);
            default -> value.toString();
        };
    }
}
