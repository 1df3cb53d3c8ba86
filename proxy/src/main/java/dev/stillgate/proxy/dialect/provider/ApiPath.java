package dev.stillgate.proxy.dialect.provider;

import dev.stillgate.spi.Operation;

/**
 * One method of one path.
 *
 * @param path the path, with {@code {id}} as the placeholder of an id
 */
public record ApiPath(String method, String path, Operation operation) {}
