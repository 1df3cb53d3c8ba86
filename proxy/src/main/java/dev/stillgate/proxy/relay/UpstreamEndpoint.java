package dev.stillgate.proxy.relay;

import java.net.InetSocketAddress;

/**
 * One server of an upstream, its name already resolved.
 *
 * @param authority the host and port as they stand in the Host field
 * @param address where to connect
 */
public record UpstreamEndpoint(String authority, InetSocketAddress address) {}
