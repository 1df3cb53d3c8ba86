package dev.stillgate.proxy.dialect;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Canonical form of a JSON document, to compare parsers of several languages: ASCII without white space, keys in UTF-16
 * order, numbers as the 64 bits of the nearest double, and all characters but letters and digits escaped.
 */
final class CanonicalJson {
    private CanonicalJson() {}

    static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case Map<?, ?> members -> {
                out.append('{');
                TreeMap<String, Object> sorted = new TreeMap<>();
                members.forEach((name, member) -> sorted.put((String) name, member));
                sorted.forEach((name, member) -> {
                    text(name, out);
                    out.append(':');
                    write(member, out);
                    out.append(',');
                });
                out.append('}');
            }
            case List<?> elements -> {
                out.append('[');
                for (Object element : elements) {
                    write(element, out);
                    out.append(',');
                }
                out.append(']');
            }
            case String text -> text(text, out);
            case Number number -> {
                double nearest = number.doubleValue() + 0.0; // -0 is 0
                out.append('#').append(String.format("%016x", Double.doubleToLongBits(nearest)));
            }
            default -> out.append(value);
        }
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            out.append(plain ? String.valueOf(c) : String.format("\\%04x", (int) c));
        }
        out.append('"');
    }
}
