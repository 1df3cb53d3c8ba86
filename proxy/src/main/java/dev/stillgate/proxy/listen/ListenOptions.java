package dev.stillgate.proxy.listen;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Limits and timeouts of a listener's connections.
 *
 * @param trustedHops number of proxies in front that are trusted to name the client's address
 * @param maxHead largest request head, in bytes
 * @param maxTarget longest request target, in bytes
 * @param headTimeout from the first byte of a head to its last
 * @param bodyTimeout between two reads of a body
 * @param bodyRate minimum rate of a body, in bytes per second averaged over {@code bodyTimeout}
 * @param answerTimeout how long a client may accept nothing of a response
 * @param keepAlive between two requests
 * @param maxConnections maximum number of open connections
 * @param http2 whether HTTP/2 is enabled
 * @param draining whether the gateway is shutting down, so that connections close after their response
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
    /** Largest remaining body of a rejected request that is read so that the connection can be reused, in bytes. */
    static final long MAX_DRAINED = 64 * 1024;

    /** How long a closing connection discards input. */
    static final long LINGER_NANOS = 2_000_000_000L;

    /** Returns how many bytes a closing connection discards before it is closed at once. */
    long maxDiscarded() {
        return 1 << 20;
    }
}
