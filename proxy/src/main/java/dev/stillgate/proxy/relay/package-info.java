/**
 * Connections to upstreams: pools, endpoints, health checks, retries, TLS, and the client side of HTTP/1.1 and HTTP/2.
 */
@NullMarked
package dev.stillgate.proxy.relay;

import org.jspecify.annotations.NullMarked;
