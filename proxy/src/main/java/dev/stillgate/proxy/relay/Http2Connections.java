package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.UpstreamPool.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The HTTP/2 connections of one event loop to one endpoint. The first one with room takes an exchange, so that there are as
 * few as there can be; when none has room another is opened, as for an exchange of HTTP/1.1, and those who come while it is
 * being opened wait for it together.
 */
final class Http2Connections {
    private final UpstreamPool pool;
    private final UpstreamEndpoint endpoint;
    private final List<Http2UpstreamConnection> all = new ArrayList<>(2);
    private Terms terms = new Terms(Duration.ZERO, Duration.ZERO, 0);
    private int expected = Http2UpstreamConnection.MOST_STREAMS;

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

    /** Returns how many may wait for a connection that is being opened: as many streams as the last one took. */
    int expected() {
        return expected;
    }

    /** A connection has found out how many streams it takes; of HTTP/1.1 it is one exchange. */
    void expect(int streams) {
        expected = streams;
    }

    /** Gives the listener to a connection that has room; returns whether there is one. */
    boolean take(ResponseListener listener) {
        for (int i = 0; i < all.size(); i++) {
            Http2UpstreamConnection each = all.get(i);
            if (each.hasRoom()) {
                each.take(listener);
                return true;
            }
        }
        return false;
    }

    /** Opens a connection that others may use as well. */
    void open(Terms current, ResponseListener listener) {
        terms = current;
        begin(new Http2UpstreamConnection(this, false), listener);
    }

    /** Opens a connection for one exchange. */
    void probe(Terms current, ResponseListener listener) {
        terms = current;
        begin(new Http2UpstreamConnection(this, true), listener);
    }

    private void begin(Http2UpstreamConnection connection, ResponseListener listener) {
        all.add(connection);
        connection.take(listener);
        pool.connector().open(endpoint, terms.connect(), connection);
    }

    /** Finds another place for who waited for a connection that has none. */
    void moveOn(ResponseListener listener) {
        pool.acquire(endpoint, terms, listener);
    }

    /** A connection takes no more exchanges, and needs no looking after. */
    void forget(Http2UpstreamConnection connection) {
        all.remove(connection);
    }

    /** A connection has nothing to do any more; closes it when there are enough of that kind. */
    void idle(Http2UpstreamConnection connection) {
        if (countIdle() > terms.maxIdle()) {
            connection.leave();
        }
    }

    private int countIdle() {
        int idle = 0;
        for (int i = 0; i < all.size(); i++) {
            idle += all.get(i).isIdle() ? 1 : 0;
        }
        return idle;
    }

    /** Looks whether time has run out for any; returns how many lie idle. */
    int tick(long now, Terms current) {
        terms = current;
        for (int i = all.size() - 1; i >= 0 && i < all.size(); i--) {
            all.get(i).tick(now, current);
        }
        return countIdle();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Closes every connection, without a word: the event loop does not wait for one to leave. */
    void closeAll() {
        List.copyOf(all).forEach(Http2UpstreamConnection::close);
    }
}
