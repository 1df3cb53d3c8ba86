package dev.stillgate.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * A request that would change something, with what came of it.
 *
 * @param peer the address and port that it came from
 * @param token {@code right}, {@code wrong}, or {@code none} where no token is asked for
 * @param path as it came, with its query
 * @param arguments the body's JSON, empty when there was none or it was not read
 * @param status what was answered
 * @param outcome the sentence that was answered, null where a thing was shown
 */
public record ResourceAction(
        String peer,
        String token,
        String method,
        String path,
        String arguments,
        int status,
        @Nullable String outcome) {}
