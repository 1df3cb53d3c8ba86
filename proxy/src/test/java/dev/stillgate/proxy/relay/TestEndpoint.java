package dev.stillgate.proxy.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Endpoints that nobody connects to. */
public final class TestEndpoint {
    private TestEndpoint() {}

    public static UpstreamEndpoint of(String authority) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new UpstreamEndpoint(
                new UpstreamEndpoint.Site(authority, loopback.getHostAddress(), 1, null),
                new InetSocketAddress(loopback, 1));
    }
}
