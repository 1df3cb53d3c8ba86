package dev.stillgate.proxy.listen;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How a listener deals with its connections.
 *
 * @param trustedHops proxies in front that may name the caller's address
 * @param maxHead largest head of a request, in bytes
 * @param maxTarget longest request target, in bytes
 * @param headTimeout from a head's first byte to its last
 * @param bodyTimeout between two reads of a body
 * @param bodyRate the least of a body in a second, in bytes, averaged over {@code bodyTimeout}
 * @param answerTimeout for how long nothing of an answer need be taken
 * @param keepAlive from one request to the next
 * @param maxConnections the most connections at once
 * @param http2 whether HTTP/2 is spoken too
 * @param draining whether the gateway is shutting down, so that connections close after their answer
 */
record ListenOptions(
        int trustedHops,
        int maxHead,
        int maxTarget,
        Duration headTimeout,
        Duration bodyTimeout,
        long bodyRate,
        Duration answerTimeout,
        Duration keepAlive,
        int maxConnections,
        boolean http2,
        BooleanSupplier draining) {
    /** The most of a refused request's body that is read so that the connection can go on, in bytes. */
    static final long MAX_DRAINED = 64 * 1024;

    /** How long a connection that is to close goes on reading. */
    static final long LINGER_NANOS = 2_000_000_000L;

    /** The most that a connection that is to close goes on reading, in bytes. */
    long maxThrownAway() {
        return 1 << 20;
    }
}
