package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Wire;
import java.time.Duration;

/**
 * Detects a dead connection while responses are awaited: after silence it sends a PING (RFC 9113 section 6.7) and waits
 * for any frame. Without it a connection that died silently would hold up all its exchanges.
 */
final class Http2Ping {
    private static final long SILENCE = Duration.ofSeconds(10).toNanos();
    static final long TIMEOUT = Duration.ofSeconds(10).toNanos();

    private final Http2Output out;
    private boolean received = true;
    private boolean pinged;
    private long since;

    Http2Ping(Http2Output out) {
        this.out = out;
    }

    /** Notes that bytes arrived. */
    void onBytes() {
        received = true;
    }

    /**
     * Returns whether the connection is dead, and sends a PING if it may be.
     *
     * @param awaited whether any response is awaited
     */
    boolean isDead(long now, boolean awaited) {
        if (received || !awaited) {
            received = false;
            pinged = false;
            since = now;
            return false;
        }
        if (!pinged && now - since >= SILENCE) {
            pinged = true;
            since = now;
            Http2Wire.ping(out.buffer(Http2Wire.FRAME_HEAD + 8), 0);
            out.flushSoon();
        }
        return pinged && now - since >= TIMEOUT;
    }
}
