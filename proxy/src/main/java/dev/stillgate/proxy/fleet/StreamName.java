package dev.stillgate.proxy.fleet;

import java.nio.charset.StandardCharsets;

/**
 * A stream in the store.
 *
 * @param key its key
 * @param length about how many records it keeps, unless they are large
 */
record StreamName(String key, int length) {
    /** About how many bytes of large records it keeps: the store's memory is bounded, and refuses all writes when full. */
    static final int MOST_BYTES = 64 << 20;

    byte[] bytes() {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns about how many records it keeps when one of that size is added. */
    int lengthFor(int recordBytes) {
        return Math.min(length, MOST_BYTES / Math.max(1, recordBytes));
    }
}
