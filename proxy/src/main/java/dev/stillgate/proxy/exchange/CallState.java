package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.ConcurrencyLimit;
import dev.stillgate.proxy.relay.UpstreamStream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where an {@link UpstreamCall} stands; {@code since} is the context's time in nanoseconds. */
sealed interface CallState {
    /** Returns the stream of the attempt, or null. */
    default @Nullable UpstreamStream stream() {
        return null;
    }

    /** Releases the request and its place in the queue, if the state has them. */
    default void release() {}

    /** Not yet sent, or over. */
    record Done() implements CallState {}

    /** Waits for a place within the concurrency limit. */
    record Queued(ByteBuf request, ConcurrencyLimit.Turn turn, long since) implements CallState {
        @Override
        public void release() {
            turn.abandon();
            request.release();
        }
    }

    /** Waits for a connection; {@code stream} is null until it is assigned. */
    record Connecting(ByteBuf request, @Nullable UpstreamStream stream, long since) implements CallState {
        @Override
        public void release() {
            request.release();
        }
    }

    /**
     * Sends the request and awaits the response.
     *
     * @param kept the request, if it may have to be sent again, else null
     * @param from the index of the request in {@code kept}
     * @param written whether the first bytes have been written
     */
    record Sending(UpstreamStream stream, @Nullable ByteBuf kept, int from, boolean written) implements CallState {
        @Override
        public void release() {
            if (kept != null) {
                kept.release();
            }
        }
    }

    /**
     * Receives the response.
     *
     * @param failure whether the response counts as a failure of its endpoint
     * @param status the status of the response
     */
    record Answering(UpstreamStream stream, boolean failure, int status) implements CallState {
        boolean isClientError() {
            return status >= 400 && status < 500;
        }
    }
}
