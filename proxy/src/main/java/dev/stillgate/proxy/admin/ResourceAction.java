package dev.stillgate.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * Audit event of a request that changes state.
 *
 * @param peer the address and port of the client
 * @param token {@code right}, {@code wrong}, {@code session}, or {@code none} if no credential is configured
 * @param path the path as received, with its query
 * @param arguments the body's JSON, empty without a body or if it was not read
 * @param by the operator's name, or without a role the one that the arguments give; null for none
 * @param role the role of the operator, null if the credential has no name
 * @param orders the ids of the orders that the request gave, separated by blanks; null for none
 * @param status the status of the response, 0 before the request is performed
 * @param outcome the sentence of the response, null if it shows a resource
 */
public record ResourceAction(
        String peer,
        String token,
        String method,
        String path,
        String arguments,
        @Nullable String by,
        @Nullable String role,
        @Nullable String orders,
        int status,
        @Nullable String outcome) {}
