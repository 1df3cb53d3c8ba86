package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Peer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs failures of connections that are the gateway's own fault, at most one a second: a log is no place to be flooded. */
final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);
    private static final AtomicLong NEXT = new AtomicLong();

    private ConnectionLog() {}

    /** Logs a failure, unless the network has failed. */
    static void failed(Peer peer, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof IOException) { // of TLS they come wrapped
            return;
        }
        long now = System.nanoTime();
        long next = NEXT.get();
        if (now - next >= 0 && NEXT.compareAndSet(next, now + 1_000_000_000L)) {
            LOG.error("connection {} failed", peer.id(), cause);
        }
    }
}
