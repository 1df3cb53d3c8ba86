package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * What a request line asks for, under one policy; the same for every request with that method and path.
 *
 * @param method the method
 * @param path the path, without the query
 * @param provider whose dialect it is, null for an opaque path
 * @param route the route's path in the policy
 * @param upstream where it goes
 * @param upgrades whether a connection that asks for it may change to WebSocket
 */
public record Target(
        String method,
        String path,
        @Nullable Provider provider,
        Operation operation,
        String route,
        UpstreamGroup upstream,
        boolean upgrades) {

    /**
     * Returns whose dialect a caller speaks: that of what was asked for; of an opaque path, or none, as the header fields
     * tell.
     */
    public static Provider providerOf(@Nullable Target target, Headers headers) {
        Provider dialect = target == null ? null : target.provider();
        if (dialect != null) {
            return dialect;
        }
        boolean anthropic = headers.first("x-api-key") != null || headers.first("anthropic-version") != null;
        return anthropic ? Provider.ANTHROPIC : Provider.OPENAI;
    }
}
