package dev.stillgate.proxy.relay;

import java.time.Duration;

/** Opens what carries exchanges to upstreams. Confined to one event loop. */
public interface UpstreamConnections {
    /**
     * How connections to an upstream are opened and kept.
     *
     * @param connect limit of each step of opening
     * @param idle how long a connection may stay idle
     * @param maxIdle maximum number of idle connections kept per endpoint and event loop
     */
    record Options(Duration connect, Duration idle, int maxIdle) {}

    /**
     * Assigns an {@link UpstreamStream} to the listener, at once if a connection is available, else when one is open.
     * The exchange can be cancelled from the start.
     */
    void acquire(UpstreamEndpoint endpoint, Options options, ResponseListener listener);

    /** Like {@link #acquire}, but never with an idle HTTP/1.1 connection. */
    void open(UpstreamEndpoint endpoint, Options options, ResponseListener listener);
}
