package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Peer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs connection failures that are the gateway's own fault, at most one per second. Thread-safe. */
final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);
    private static final AtomicLong NEXT = new AtomicLong();

    private ConnectionLog() {}

    /** Logs a failure unless it is an I/O error. */
    static void failed(Peer peer, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof IOException) { // TLS wraps them
            return;
        }
        long now = System.nanoTime();
        long next = NEXT.get();
        if (now - next >= 0 && NEXT.compareAndSet(next, now + 1_000_000_000L)) {
            LOG.error("connection {} failed", peer.id(), cause);
        }
    }
}
