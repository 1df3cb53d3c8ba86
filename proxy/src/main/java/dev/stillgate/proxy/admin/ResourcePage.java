package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.orders.Orders;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builder of the admin page of one resource, such as an account, or of all: facts of the engine and one part per
 * filter. A part that fails is shown with its error.
 */
public final class ResourcePage {
    private static final Logger log = LoggerFactory.getLogger(ResourcePage.class);
    private final StringBuilder out = new StringBuilder("{");
    private final StringBuilder parts = new StringBuilder();
    private boolean known;
    private boolean failed;

    /** Adds a fact of the engine. A non-null value makes the resource known. */
    public ResourcePage own(String key, @Nullable Object value) {
        field(key, value);
        known |= value != null;
        return this;
    }

    /** Adds a fact that does not make the resource known. */
    public ResourcePage note(String key, @Nullable Object value) {
        field(key, value);
        return this;
    }

    /** Adds the resource's id. */
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
     * Adds a filter's part, unless it is null. A part makes the resource known.
     *
     * @throws PolicyException if the filter refuses the request
     * @throws ConflictException if the filter's state conflicts with the request
     * @throws RoleNeededException if an order needs a higher role
     * @throws Orders.OrdersUnavailableException if an order cannot be written
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
        } catch (PolicyException
                | ConflictException
                | RoleNeededException
                | Orders.OrdersUnavailableException refused) {
            throw refused;
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            log.warn("filter {} failed to build its part of an admin page", filter, failure);
            failed = true;
            return JsonWriter.json(Map.of("error", failure.toString()));
        }
    }

    /** Returns whether anything was added that makes the resource known. */
    public boolean isKnown() {
        return known;
    }

    /** Returns whether a part has failed. */
    public boolean failed() {
        return failed;
    }

    /** Returns the page, null when the resource is unknown. */
    public @Nullable String end() {
        return known ? out + "\"filters\":{" + parts + "}}\n" : null;
    }
}
