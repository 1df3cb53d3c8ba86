package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** A filter's section of an admin resource, such as the live buckets of an account in {@code /accounts/{id}}. */
@FunctionalInterface
public interface AdminView {
    /**
     * Returns the filter's view of one resource, null if it has none: records, maps, collections, strings, numbers,
     * booleans and enums, nested as needed. Called on an admin thread.
     *
     * @param id the resource's id, decoded from the path
     */
    @Nullable
    Object of(String id);

    /**
     * Returns an overview of all resources of this kind, such as {@code /clusters}, bounded in size; null if there is
     * none. Called on an admin thread.
     */
    @Nullable
    default Object all() {
        return null;
    }

    /**
     * Returns an overview as {@link #all()}, for a request with {@code ?limit=}. Views without a limit ignore it.
     *
     * @param limit the largest number of resources to list, 1 to 1000
     */
    @Nullable
    default Object all(int limit) {
        return all();
    }
}
