package dev.stillgate.proxy.dialect.provider;

import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Provider and operation of a method and path.
 *
 * @param cloud what the path of a cloud's API says; null for the provider's own API
 */
public record PathMatch(
        Provider provider, Operation operation, @Nullable CloudCall cloud) {}
