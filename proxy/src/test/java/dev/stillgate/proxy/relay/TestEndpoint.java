package dev.stillgate.proxy.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Endpoints for tests without connections. */
public final class TestEndpoint {
    private TestEndpoint() {}

    public static UpstreamEndpoint of(String authority) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new UpstreamEndpoint(
                new UpstreamEndpoint.Site(authority, loopback.getHostAddress(), 1, null),
                new InetSocketAddress(loopback, 1));
    }
}
