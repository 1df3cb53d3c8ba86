package dev.stillgate.proxy.otlp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Elements of OTLP's JSON encoding, in which 64-bit integers are strings. */
final class OtlpJson {
    private static final String VERSION = OtlpJson.class.getPackage().getImplementationVersion();

    /** Tells the series of this process from those of other gateways and of an earlier start. */
    private static final String INSTANCE = UUID.randomUUID().toString();

    private OtlpJson() {}

    /**
     * Returns a message with one resource, this gateway, and one scope; {@code kind} is {@code Metrics} or {@code
     * Spans}.
     */
    static Map<String, Object> message(String kind, List<Map<String, Object>> items) {
        Map<String, Object> scope = map("scope", map("name", "dev.stillgate"));
        scope.put(kind.toLowerCase(java.util.Locale.ROOT), items);
        Map<String, Object> resource = map("resource", map("attributes", attributes(System.getenv("HOSTNAME"))));
        resource.put("scope" + kind, List.of(scope));
        return map("resource" + kind, List.of(resource));
    }

    /** Returns the attributes of this process; {@code host} is the name of the machine or pod, if known. */
    static List<Map<String, Object>> attributes(@Nullable String host) {
        List<Map<String, Object>> attributes = new ArrayList<>();
        attributes.add(attribute("service.name", "stillgate"));
        attributes.add(attribute("service.version", VERSION == null ? "development" : VERSION));
        attributes.add(attribute("service.instance.id", INSTANCE));
        if (host != null && !host.isEmpty()) {
            attributes.add(attribute("host.name", host));
        }
        return attributes;
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
