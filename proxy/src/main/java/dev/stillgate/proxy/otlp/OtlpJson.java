package dev.stillgate.proxy.otlp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Elements of OTLP's JSON encoding, in which 64-bit integers are strings. */
final class OtlpJson {
    private static final String VERSION = OtlpJson.class.getPackage().getImplementationVersion();

    private OtlpJson() {}

    /**
     * Returns a message with one resource, this gateway, and one scope; {@code kind} is {@code Metrics} or {@code
     * Spans}.
     */
    static Map<String, Object> message(String kind, List<Map<String, Object>> items) {
        Map<String, Object> scope = map("scope", map("name", "dev.stillgate"));
        scope.put(kind.toLowerCase(java.util.Locale.ROOT), items);
        Map<String, Object> resource = map(
                "resource",
                map(
                        "attributes",
                        List.of(
                                attribute("service.name", "stillgate"),
                                attribute("service.version", VERSION == null ? "development" : VERSION))));
        resource.put("scope" + kind, List.of(scope));
        return map("resource" + kind, List.of(resource));
    }

    static Map<String, Object> attribute(String name, String text) {
        return map("key", name, "value", map("stringValue", text));
    }

    static Map<String, Object> attribute(String name, List<String> texts) {
        List<Map<String, Object>> values =
                texts.stream().map(text -> map("stringValue", text)).toList();
        return map("key", name, "value", map("arrayValue", map("values", values)));
    }

    static Map<String, Object> attribute(String name, long number) {
        return map("key", name, "value", map("intValue", Long.toString(number)));
    }

    static Map<String, Object> attribute(String name, double number) {
        return map("key", name, "value", map("doubleValue", number));
    }

    static Map<String, Object> map(@Nullable Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            Object value = keysAndValues[i + 1];
            if (value != null) {
                map.put(String.valueOf(keysAndValues[i]), value);
            }
        }
        return map;
    }
}
