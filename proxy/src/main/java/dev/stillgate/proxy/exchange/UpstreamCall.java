package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.relay.ResponseListener;
import dev.stillgate.proxy.relay.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The upstream's side of an exchange: a request that waits for a connection, tries another endpoint while nothing has been
 * written, and can be given up at any time.
 */
final class UpstreamCall {
    private static final int MOST_ATTEMPTS = 3;

    private final ExchangeFacts exchange;
    private final ResponseListener listener;
    private @Nullable ByteBuf request;
    private @Nullable UpstreamConnection connection;
    private int attempts;
    private boolean paused;

    UpstreamCall(ExchangeFacts exchange, ResponseListener listener) {
        this.exchange = exchange;
        this.listener = listener;
    }

    /** Sends a request, which begins with its head, as soon as there is a connection; takes ownership. */
    void send(ByteBuf bytes) {
        request = bytes;
        connect();
    }

    private void connect() {
        attempts++;
        UpstreamConnection acquired = exchange.lane
                .pool()
                .acquire(exchange.endpoint(), exchange.target().upstream().terms(), listener);
        if (acquired.isClosed()) {
            return; // it failed at once, and the listener has seen to it
        }
        connection = acquired;
        if (acquired.isReady()) {
            listener.onConnected();
        }
    }

    /** Writes what waits for the connection, which is open now; returns whether there was anything. */
    boolean write() {
        UpstreamConnection open = connection;
        ByteBuf bytes = request;
        if (open == null || bytes == null) {
            return false;
        }
        request = null;
        open.toHead(exchange.head.methodIs("HEAD"));
        open.write(bytes);
        open.flush();
        return true;
    }

    /** The connection could not be opened: tries the next endpoint, if it has not tried enough; returns whether it does. */
    boolean tryAnother() {
        connection = null;
        ByteBuf bytes = request;
        if (bytes == null || attempts >= Math.min(exchange.target().upstream().size(), MOST_ATTEMPTS)) {
            return false;
        }
        String before = exchange.endpoint().toString();
        request = ForwardedHead.withAuthority(
                bytes, exchange.head, before, exchange.chooseEndpoint().toString());
        connect();
        return true;
    }

    /** Returns the connection when the request's head has been written to it, else null. */
    @Nullable
    UpstreamConnection connected() {
        return request == null ? connection : null;
    }

    /** Returns whether the chunks of the answer are whole so far. */
    boolean atChunkBoundary() {
        return connection != null && connection.atChunkBoundary();
    }

    boolean isPaused() {
        return paused;
    }

    /** Stops or goes on reading the answer; returns whether that changes anything. */
    boolean pause(boolean wanted) {
        if (paused == wanted || (wanted && connection == null)) {
            return false;
        }
        paused = wanted;
        if (connection != null) {
            connection.setReading(!wanted);
        }
        return true;
    }

    /** The answer is whole, and the connection another's. */
    void ended() {
        connection = null;
    }

    /** Gives up whatever is under way. */
    void cancel() {
        UpstreamConnection open = connection;
        connection = null;
        if (open != null) {
            open.cancel();
        }
        if (request != null) {
            request.release();
            request = null;
        }
    }
}
