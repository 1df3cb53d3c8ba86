package dev.stillgate.proxy.admin;

import dev.stillgate.spi.PolicyException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin's page of one thing, such as an account, or of all: what the engine knows, and what each filter does. A part
 * that fails says so itself.
 */
public final class ResourcePage {
    private static final Logger log = LoggerFactory.getLogger(ResourcePage.class);
    private final StringBuilder out = new StringBuilder("{");
    private final StringBuilder parts = new StringBuilder();
    private boolean known;
    private boolean failed;

    /** Adds what the engine itself knows, which makes the thing known unless it is null. */
    public ResourcePage own(String key, @Nullable Object value) {
        field(key, value);
        known |= value != null;
        return this;
    }

    /** Adds a fact that does not make the thing known. */
    public ResourcePage told(String key, @Nullable Object value) {
        field(key, value);
        return this;
    }

    /** Adds what tells nothing of the thing but what it is called. */
    public ResourcePage named(String id) {
        field("id", id);
        return this;
    }

    private void field(String key, @Nullable Object value) {
        out.append(JsonWriter.json(key))
                .append(':')
                .append(JsonWriter.json(value))
                .append(',');
    }

    /**
     * Adds what a filter knows, if anything.
     *
     * @throws PolicyException when the filter refuses what it is asked for
     */
    public void part(String filter, Supplier<@Nullable Object> part) {
        String json = json(filter, part);
        if (json != null) {
            known = true;
            parts.append(parts.isEmpty() ? "" : ",")
                    .append(JsonWriter.json(filter))
                    .append(':')
                    .append(json);
        }
    }

    private @Nullable String json(String filter, Supplier<@Nullable Object> part) {
        try {
            Object value = part.get();
            return value == null ? null : JsonWriter.json(value);
        } catch (PolicyException refused) {
            throw refused;
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            log.warn("filter {} fails at its part of an admin page", filter, failure);
            failed = true;
            return JsonWriter.json(Map.of("error", failure.toString()));
        }
    }

    /** Returns whether a part has failed. */
    public boolean failed() {
        return failed;
    }

    /** Returns the page, or null when nobody knows the thing. */
    public @Nullable String end() {
        return known ? out + "\"filters\":{" + parts + "}}\n" : null;
    }
}
