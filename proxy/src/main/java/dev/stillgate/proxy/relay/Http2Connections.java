package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.UpstreamConnections.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP/2 connections of one event loop to one endpoint. An exchange joins the first connection with a free stream,
 * which keeps connections few. Exchanges that arrive while a connection is being opened wait for it together. Not
 * thread-safe.
 */
final class Http2Connections {
    private final UpstreamPool pool;
    private final UpstreamEndpoint endpoint;
    private final List<Http2UpstreamConnection> all = new ArrayList<>(2);
    private Options options = new Options(Duration.ZERO, Duration.ZERO, 0);
    private int expectedStreams = Http2UpstreamConnection.MAX_STREAMS;

    Http2Connections(UpstreamPool pool, UpstreamEndpoint endpoint) {
        this.pool = pool;
        this.endpoint = endpoint;
    }

    UpstreamEndpoint endpoint() {
        return endpoint;
    }

    UpstreamPool pool() {
        return pool;
    }

    /** Returns how many exchanges may wait for a connection being opened: the stream limit of the last connection. */
    int expectedStreams() {
        return expectedStreams;
    }

    /** Records the stream limit of a connection; 1 for HTTP/1.1. */
    void expectStreams(int streams) {
        expectedStreams = streams;
    }

    /** Assigns the exchange to a connection with a free stream; returns whether there is one. */
    boolean take(ResponseListener listener) {
        for (int i = 0; i < all.size(); i++) {
            Http2UpstreamConnection each = all.get(i);
            if (each.canTake()) {
                each.take(listener);
                return true;
            }
        }
        return false;
    }

    /** Opens a connection that other exchanges may share. */
    void open(Options current, ResponseListener listener) {
        options = current;
        start(new Http2UpstreamConnection(this, false), listener);
    }

    /** Opens a connection for a single exchange. */
    void probe(Options current, ResponseListener listener) {
        options = current;
        start(new Http2UpstreamConnection(this, true), listener);
    }

    private void start(Http2UpstreamConnection connection, ResponseListener listener) {
        all.add(connection);
        connection.take(listener);
        pool.connector().open(endpoint, options.connect(), connection);
    }

    /** Reassigns an exchange whose connection has no free stream for it. */
    void reassign(ResponseListener listener) {
        pool.acquire(endpoint, options, listener);
    }

    /** Removes a connection that accepts no more exchanges. */
    void remove(Http2UpstreamConnection connection) {
        all.remove(connection);
    }

    /** Closes an idle connection if there are more than the pool keeps. */
    void onIdle(Http2UpstreamConnection connection) {
        if (countIdle() > options.maxIdle()) {
            connection.drain();
        }
    }

    private int countIdle() {
        int idle = 0;
        for (int i = 0; i < all.size(); i++) {
            idle += all.get(i).isIdle() ? 1 : 0;
        }
        return idle;
    }

    /** Checks the timeouts of all connections; returns how many are idle. */
    int tick(long now, Options current) {
        options = current;
        for (int i = all.size() - 1; i >= 0 && i < all.size(); i--) {
            all.get(i).tick(now, current);
        }
        return countIdle();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Closes all connections immediately, without GOAWAY. */
    void closeAll() {
        List.copyOf(all).forEach(Http2UpstreamConnection::close);
    }
}
