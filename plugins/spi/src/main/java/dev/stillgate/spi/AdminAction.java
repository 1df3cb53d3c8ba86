package dev.stillgate.spi;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operator's action on a resource of the admin API, such as pinning an account's standing. Every call is audited.
 */
@FunctionalInterface
public interface AdminAction {
    /** The name under which the erasure of a resource is registered: {@code DELETE /{page}/{id}}. */
    String ERASE = "erase";

    /**
     * The page and name under which a filter registers how many operators must ask for the withdrawal of one of its orders.
     * The engine performs the action itself.
     */
    String ORDERS = "orders";

    String WITHDRAW = "withdraw";

    /**
     * Performs the action, on an admin thread.
     *
     * @param id the resource's id, decoded from the path
     * @param arguments the fields of the request's JSON object: strings, numbers, booleans, lists and maps
     * @return the filter's view of the resource afterwards; null if the filter does not know the resource
     * @throws PolicyException names an invalid argument; the action had no effect
     * @throws ConflictException if the resource has changed since the operator saw it; the action had no effect
     */
    @Nullable
    Object perform(String id, Map<String, Object> arguments);

    /**
     * Returns how many operators must ask for an erasure or the withdrawal of an order, at least 1. The engine performs it
     * once they have.
     *
     * @param id as above
     */
    default int operators(String id) {
        return 1;
    }
}
