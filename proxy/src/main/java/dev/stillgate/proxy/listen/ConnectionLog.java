package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Peer;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs failures of connections that are the gateway's own fault, at most one a second: a log is no place to be flooded. */
final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);
    private static final AtomicLong NEXT = new AtomicLong();

    private ConnectionLog() {}

    static void failed(Peer peer, Throwable cause) {
        long now = System.nanoTime();
        long next = NEXT.get();
        if (now - next >= 0 && NEXT.compareAndSet(next, now + 1_000_000_000L)) {
            LOG.error("connection {} failed", peer.id(), cause);
        }
    }
}
