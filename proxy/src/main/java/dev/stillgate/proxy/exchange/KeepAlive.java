package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Comments in an event stream whose upstream is silent, so that nothing between gateway and client takes the connection
 * for dead. Clients ignore them (HTML, section 9.2.5). Not thread-safe: runs on the exchange's event loop.
 */
final class KeepAlive {
    private final Out out;
    private final byte[] comment;
    private final long interval;
    private long last;

    /** Receives the comments. */
    @FunctionalInterface
    interface Out {
        /**
         * Sends a comment if the client is exactly between two events.
         *
         * @param atChunkBoundary whether the last chunk received from the upstream is complete
         * @return whether it was sent
         */
        boolean comment(byte[] comment, boolean atChunkBoundary);
    }

    /** Creates the comments of a response of this provider; times are in nanoseconds of the context. */
    KeepAlive(Out out, Provider provider, long interval, long now) {
        this.out = out;
        this.comment = Dialects.of(provider).comment();
        this.interval = interval;
        this.last = now;
    }

    /**
     * Returns the comments of a response whose head was sent; null if it takes none.
     *
     * @param interval the longest silence in nanoseconds; 0 for any
     * @param now the context's time in nanoseconds
     */
    static @Nullable KeepAlive of(Response response, Provider provider, long interval, long now) {
        return interval > 0 && response.isEventStream() ? new KeepAlive(response, provider, interval, now) : null;
    }

    /**
     * Sends a comment if it is time.
     *
     * @param heard the time of the last read of the upstream's response
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     * @return the nanoseconds until the next comment may be due
     */
    long onTick(long now, long heard, boolean atChunkBoundary) {
        if (heard - last > 0) {
            last = heard;
        }
        long left = interval - (now - last);
        if (left <= 0) {
            if (out.comment(comment, atChunkBoundary)) {
                last = now;
            }
            return interval;
        }
        return left;
    }
}
