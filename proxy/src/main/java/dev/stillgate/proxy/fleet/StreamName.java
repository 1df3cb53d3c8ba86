package dev.stillgate.proxy.fleet;

import java.nio.charset.StandardCharsets;

/**
 * A stream in the store.
 *
 * @param key its key
 * @param length about how many records it keeps
 */
record StreamName(String key, int length) {
    byte[] bytes() {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
