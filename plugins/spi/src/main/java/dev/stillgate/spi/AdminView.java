package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/** A filter's part of an admin page, such as the live buckets of an account on {@code /accounts/{id}}. */
@FunctionalInterface
public interface AdminView {
    /**
     * Returns what the filter knows of a thing: records, maps, collections, strings, numbers, booleans and enums, nested
     * as need be; null when it knows nothing. Called on a thread of the admin's own.
     *
     * @param id the thing's id, as it stands in the path
     */
    @Nullable
    Object of(String id);

    /**
     * Returns an overview of all things of the page, such as every cluster on {@code /clusters}, bounded in size; null when
     * there is no such overview. Called on a thread of the admin's own.
     */
    @Nullable
    default Object all() {
        return null;
    }
}
