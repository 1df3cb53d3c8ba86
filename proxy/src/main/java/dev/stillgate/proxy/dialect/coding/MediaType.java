package dev.stillgate.proxy.dialect.coding;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strictly parsed media type or content disposition with its parameters (RFC 9110, sections 5.6.6 and 8.3). Duplicate
 * parameters, backslashes in quoted strings and trailing characters are rejected.
 *
 * @param value the value before the parameters, in lower case
 * @param parameters the parameters, their names in lower case
 */
public record MediaType(String value, Map<String, String> parameters) {
    private static final String JSON = "application/json";

    /** Returns whether a {@code Content-Type} denotes JSON in UTF-8; true if it is absent. */
    public static boolean isJson(@Nullable String contentType) {
        if (contentType == null || contentType.equals(JSON)) {
            return true;
        }
        MediaType type = parse(contentType);
        if (type == null || !type.value.equals(JSON) || type.parameters.size() > 1) {
            return false;
        }
        return type.parameters.isEmpty() || "utf-8".equalsIgnoreCase(type.parameters.get("charset"));
    }

    /** Returns the parsed value, or null if it is invalid. */
    static @Nullable MediaType parse(String text) {
        int semicolon = text.indexOf(';');
        String value =
                (semicolon < 0 ? text : text.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        if (value.isEmpty() || !value.chars().allMatch(c -> c == '/' || isTokenCharacter(c))) {
            return null;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        int p = semicolon < 0 ? text.length() : semicolon;
        while (p < text.length()) {
            p = parameter(text, p, parameters);
            if (p < 0) {
                return null;
            }
        }
        return new MediaType(value, parameters);
    }

    /** Parses the parameter after the semicolon at {@code at}; returns the index after it, or -1 if it is invalid. */
    private static int parameter(String text, int at, Map<String, String> parameters) {
        if (text.charAt(at) != ';') {
            return -1;
        }
        int start = space(text, at + 1);
        int p = token(text, start);
        if (p == start || p >= text.length() || text.charAt(p) != '=') {
            return -1;
        }
        String name = text.substring(start, p).toLowerCase(Locale.ROOT);
        int first = p + 1;
        int last;
        if (first < text.length() && text.charAt(first) == '"') {
            first++;
            last = quoted(text, first);
            p = last + 1;
        } else {
            last = token(text, first);
            p = last;
        }
        if (last < first
                || (last == first && p == first)
                || parameters.put(name, text.substring(first, last)) != null) {
            return -1;
        }
        return space(text, p);
    }

    private static int space(String text, int at) {
        int p = at;
        while (p < text.length() && (text.charAt(p) == ' ' || text.charAt(p) == '\t')) {
            p++;
        }
        return p;
    }

    private static int token(String text, int at) {
        int p = at;
        while (p < text.length() && isTokenCharacter(text.charAt(p))) {
            p++;
        }
        return p;
    }

    /** Returns the index of the closing quote; -1 if it is missing or comes after a backslash or control character. */
    private static int quoted(String text, int at) {
        for (int p = at; p < text.length(); p++) {
            char c = text.charAt(p);
            if (c == '"') {
                return p;
            }
            if (c == '\\' || c < ' ' || c == 0x7f) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
