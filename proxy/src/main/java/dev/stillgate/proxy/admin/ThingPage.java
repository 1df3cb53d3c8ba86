package dev.stillgate.proxy.admin;

import dev.stillgate.spi.AdminView;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin's page of one thing, such as an account: what the engine knows of it, and what each filter does. */
public final class ThingPage {
    private static final Logger log = LoggerFactory.getLogger(ThingPage.class);
    private final StringBuilder out = new StringBuilder();
    private boolean known;
    private boolean first = true;

    /** Begins the page of an id. */
    public ThingPage(String id) {
        out.append("{\"id\":").append(JsonWriter.json(id));
    }

    /** Adds what the engine itself knows, null when it does not know the thing. */
    public ThingPage own(String key, @Nullable Object value) {
        out.append(',').append(JsonWriter.json(key)).append(':').append(JsonWriter.json(value));
        known |= value != null;
        return this;
    }

    /** Returns the page with the filters' parts, or null when nobody knows the thing; a part that fails says so itself. */
    public @Nullable String with(Map<String, AdminView> parts, String id) {
        out.append(",\"filters\":{");
        parts.forEach((filter, view) -> {
            String part = part(filter, view, id);
            if (part != null) {
                known = true;
                out.append(first ? "" : ",")
                        .append(JsonWriter.json(filter))
                        .append(':')
                        .append(part);
                first = false;
            }
        });
        return known ? out.append("}}\n").toString() : null;
    }

    private static @Nullable String part(String filter, AdminView view, String id) {
        try {
            Object value = view.of(id);
            return value == null ? null : JsonWriter.json(value);
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            log.warn("filter {} fails at showing what it knows", filter, failure);
            return JsonWriter.json(Map.of("error", failure.toString()));
        }
    }
}
