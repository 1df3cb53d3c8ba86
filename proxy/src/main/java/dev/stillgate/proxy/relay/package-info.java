/**
 * Connections to upstreams: host name resolution, choice of endpoint, concurrency limits, retry budgets, health checks
 * and ejection, connection pools, TLS, and the client side of HTTP/1.1 and HTTP/2. An exchange receives an {@link
 * dev.stillgate.proxy.relay.UpstreamStream} and is called back through its {@link
 * dev.stillgate.proxy.relay.ResponseListener}.
 */
@NullMarked
package dev.stillgate.proxy.relay;

import org.jspecify.annotations.NullMarked;
