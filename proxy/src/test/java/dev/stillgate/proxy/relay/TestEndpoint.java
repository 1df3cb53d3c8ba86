package dev.stillgate.proxy.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Endpoints that nobody connects to. */
public final class TestEndpoint {
    private TestEndpoint() {}

    public static UpstreamEndpoint of(String authority) {
        return new UpstreamEndpoint(authority, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    }
}
