package dev.stillgate.spi;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something an operator does to a thing, such as pinning the standing of an account. Every call is audited. */
@FunctionalInterface
public interface AdminAction {
    /** The name under which erasing a thing is registered: {@code DELETE /{page}/{id}}. */
    String ERASE = "erase";

    /**
     * Does it, on a thread of the admin's own.
     *
     * @param id the thing's id, as it stands in the path
     * @param arguments the fields of the request's JSON object: texts, numbers, booleans, lists and maps of them
     * @return what to show of the thing afterwards, null when this filter knows nothing of it
     * @throws PolicyException naming the argument that cannot be used; nothing is done then
     */
    @Nullable
    Object perform(String id, Map<String, Object> arguments);
}
