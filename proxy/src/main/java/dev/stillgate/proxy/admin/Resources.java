package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The resources of the admin API, such as accounts and clusters: their pages and their actions. */
public interface Resources {
    /** Returns whether a page exists. */
    boolean has(String page);

    /** Returns the names of the actions on the resources of a page. */
    Set<String> actions(String page);

    /** Returns the JSON of one resource, null when it is unknown. */
    @Nullable
    String find(String page, String id);

    /** Returns the sentence that a request for an unknown resource gets. */
    default String unknown(String page, String id) {
        return "not known";
    }

    /**
     * Returns the JSON of a page's overview, null when there is none.
     *
     * @param limit the largest number of resources to list, 1 to 1000; empty for the default of each filter
     */
    @Nullable
    String all(String page, OptionalInt limit);

    /**
     * Parses the arguments of an action.
     *
     * @throws PolicyException if the body is not a JSON object
     */
    Map<String, Object> arguments(byte[] body);

    /**
     * Performs an action on a resource.
     *
     * @param role the role of the operator
     * @throws PolicyException naming the invalid argument
     * @throws ConflictException if the resource has changed since the operator saw it
     * @throws RoleNeededException if an order would set or replace what needs a higher role
     */
    Done perform(String page, String id, String action, Map<String, Object> arguments, OperatorRole role);

    /**
     * The result of an action.
     *
     * @param json the resource's page afterwards, null when it is unknown
     * @param failed whether the action failed in a filter
     * @param accepted whether an order of the action is not known to the fleet yet
     * @param orders the ids of its orders
     */
    record Done(@Nullable String json, boolean failed, boolean accepted, List<String> orders) {}
}
