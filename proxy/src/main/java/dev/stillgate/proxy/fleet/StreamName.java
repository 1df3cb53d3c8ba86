package dev.stillgate.proxy.fleet;

import java.nio.charset.StandardCharsets;

/**
 * Name and size limits of a stream in the store.
 *
 * @param key the key of the stream
 * @param length the approximate number of records to keep, unless they are large
 */
record StreamName(String key, int length) {
    /**
     * Approximate limit in bytes for large records. The store's memory is limited, and a full store refuses all writes.
     */
    static final int MOST_BYTES = 64 << 20;

    byte[] bytes() {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the approximate number of records to keep when a record of the given size is added. */
    int lengthFor(int recordBytes) {
        return Math.min(length, MOST_BYTES / Math.max(1, recordBytes));
    }
}
