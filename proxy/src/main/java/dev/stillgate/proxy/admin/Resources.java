package dev.stillgate.proxy.admin;

import dev.stillgate.spi.PolicyException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The things that the admin has pages of, such as accounts and clusters: what is known of them, and what can be done. */
public interface Resources {
    /** Returns whether anything has such pages. */
    boolean has(String page);

    /** Returns the names of what can be done to the things of a page. */
    Set<String> actions(String page);

    /** Returns the JSON of one thing, null when nobody knows it. */
    @Nullable
    String find(String page, String id);

    /** Returns the JSON of the overview of a page, null when there is none. */
    @Nullable
    String all(String page);

    /**
     * Reads what an action is to be done with.
     *
     * @throws PolicyException when it is no JSON object
     */
    Map<String, Object> arguments(byte[] body);

    /**
     * Does something to a thing.
     *
     * @throws PolicyException naming the argument that cannot be used
     */
    Done perform(String page, String id, String action, Map<String, Object> arguments);

    /**
     * What came of an action.
     *
     * @param json what to show of the thing afterwards, null when nobody knows it
     * @param failed whether it failed somewhere
     */
    record Done(@Nullable String json, boolean failed) {}
}
