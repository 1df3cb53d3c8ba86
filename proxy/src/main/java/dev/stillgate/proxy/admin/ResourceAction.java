package dev.stillgate.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * Audit event of a request that changes state.
 *
 * @param peer the address and port of the client
 * @param token {@code right}, {@code wrong}, {@code session}, {@code none} if no token is configured, or {@code
 *     unchecked} for a sign-in beyond the limit
 * @param path the path as received, with its query
 * @param arguments the body's JSON, empty without a body or if it was not read
 * @param by the name that the operator gave in the arguments, null for none
 * @param status the status of the response
 * @param outcome the sentence of the response, null if it shows a resource
 */
public record ResourceAction(
        String peer,
        String token,
        String method,
        String path,
        String arguments,
        @Nullable String by,
        int status,
        @Nullable String outcome) {}
