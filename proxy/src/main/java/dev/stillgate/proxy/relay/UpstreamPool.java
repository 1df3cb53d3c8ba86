package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.spi.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Upstream connections of one event loop: idle HTTP/1.1 connections, most recently used first, and HTTP/2 connections.
 * An exchange stays on one event loop, so the pool needs no lock. Not thread-safe.
 */
public final class UpstreamPool implements UpstreamConnections {
    /** Counts events of upstream connections. */
    public interface Meters {
        void opened();

        void connectFailed();

        void unsolicited();
    }

    private static final long UNUSED_NANOS = Duration.ofMinutes(10).toNanos();

    private final UpstreamConnector connector;
    private final Ticker ticker;
    private final Meters meters;
    private final Map<UpstreamEndpoint, Kept> byEndpoint = new HashMap<>();
    private final List<Http1UpstreamConnection> lastResponses = new ArrayList<>();

    /** Creates the pool of an event loop. */
    public UpstreamPool(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            Descriptors descriptors,
            Ticker ticker,
            Meters meters) {
        this.ticker = ticker;
        this.meters = meters;
        this.connector = new UpstreamConnector(loop, channels, descriptors, meters);
    }

    /** Connections to one endpoint: idle HTTP/1.1 connections and all HTTP/2 connections. */
    private static final class Kept {
        private final ArrayDeque<Http1UpstreamConnection> idle = new ArrayDeque<>();
        private final @Nullable Http2Connections http2;
        private Options options;
        private long used;

        private Kept(UpstreamPool pool, UpstreamEndpoint endpoint, Options options) {
            this.options = options;
            this.http2 = endpoint.protocol() == UpstreamProtocol.HTTP1 ? null : new Http2Connections(pool, endpoint);
        }
    }

    @Override
    public void acquire(UpstreamEndpoint endpoint, Options options, ResponseListener listener) {
        Kept entry = entry(endpoint, options);
        if (entry.http2 != null && entry.http2.take(listener)) {
            return;
        }
        Http1UpstreamConnection connection = entry.idle.pollFirst();
        while (connection != null && !connection.isUsable()) {
            connection.close();
            connection = entry.idle.pollFirst();
        }
        if (connection != null) {
            connection.reuse(listener);
        } else {
            connect(entry, endpoint, listener);
        }
    }

    private Kept entry(UpstreamEndpoint endpoint, Options options) {
        Kept entry = byEndpoint.get(endpoint);
        if (entry == null) {
            entry = new Kept(this, endpoint, options);
            byEndpoint.put(endpoint, entry);
        }
        entry.options = options;
        entry.used = now();
        return entry;
    }

    @Override
    public void open(UpstreamEndpoint endpoint, Options options, ResponseListener listener) {
        Kept entry = entry(endpoint, options);
        if (entry.http2 == null || !entry.http2.take(listener)) {
            connect(entry, endpoint, listener);
        }
    }

    private void connect(Kept entry, UpstreamEndpoint endpoint, ResponseListener listener) {
        if (entry.http2 == null) {
            Http1UpstreamConnection connection = new Http1UpstreamConnection(this, endpoint, listener);
            listener.onOpening(connection);
            connector.open(endpoint, entry.options.connect(), connection);
        } else {
            entry.http2.open(entry.options, listener);
        }
    }

    /** Opens a connection for this exchange only. */
    void probe(UpstreamEndpoint endpoint, Options options, ResponseListener listener) {
        Kept entry = entry(endpoint, options);
        if (entry.http2 == null) {
            connect(entry, endpoint, listener);
        } else {
            entry.http2.probe(options, listener);
        }
    }

    UpstreamConnector connector() {
        return connector;
    }

    void release(Http1UpstreamConnection connection) {
        Kept entry = byEndpoint.get(connection.endpoint());
        if (entry == null || entry.idle.size() >= entry.options.maxIdle()) {
            connection.close();
        } else {
            entry.idle.addFirst(connection);
        }
    }

    void remove(Http1UpstreamConnection connection) {
        Kept entry = byEndpoint.get(connection.endpoint());
        if (entry != null) {
            entry.idle.remove(connection);
        }
    }

    void unsolicited(Http1UpstreamConnection connection) {
        remove(connection);
        meters.unsolicited();
    }

    /** Watches a connection that accepts no more of its request but may still deliver a response. */
    void awaitLastResponse(Http1UpstreamConnection connection) {
        lastResponses.add(connection);
    }

    long now() {
        return ticker.nanos();
    }

    /**
     * Closes connections that were idle too long and checks the timeouts of the others. Called on the event loop at
     * each tick.
     *
     * @return the number of idle connections left
     */
    public int closeIdle() {
        long now = now();
        for (int i = lastResponses.size() - 1; i >= 0; i--) {
            Http1UpstreamConnection each = lastResponses.get(i);
            if (each.isLastResponseSettled(now)) {
                lastResponses.remove(each); // others may have been added behind this one
            }
        }
        int left = 0;
        Iterator<Kept> each = byEndpoint.values().iterator();
        while (each.hasNext()) {
            Kept entry = each.next();
            Iterator<Http1UpstreamConnection> oldestFirst = entry.idle.descendingIterator();
            while (oldestFirst.hasNext()) {
                Http1UpstreamConnection connection = oldestFirst.next();
                if (now - connection.idleSince() < entry.options.idle().toNanos()) {
                    break;
                }
                oldestFirst.remove();
                connection.close();
            }
            left += entry.idle.size();
            boolean unused = entry.idle.isEmpty() && now - entry.used > UNUSED_NANOS;
            if (entry.http2 != null) {
                left += entry.http2.tick(now, entry.options);
                unused &= entry.http2.isEmpty();
            }
            if (unused) {
                each.remove(); // an unused endpoint, such as a former address of a host name
            }
        }
        return left;
    }

    /** Closes all idle connections. Called on the event loop. */
    public void closeAll() {
        for (Kept entry : byEndpoint.values()) {
            entry.idle.forEach(Http1UpstreamConnection::close);
            entry.idle.clear();
            if (entry.http2 != null) {
                entry.http2.closeAll();
            }
        }
    }

    /** Budget of file descriptors for upstream connections. Thread-safe. */
    public interface Descriptors {
        /** Reserves a descriptor for an upstream connection; returns false if none is left. */
        boolean takeUpstream();

        /** Returns the descriptor of a connection that closed or could not be opened. */
        void connectionClosed();
    }

    /** The gateway itself cannot open another socket. Not a failure of the upstream, which was not contacted. */
    public static final class NoDescriptorsException extends Exception {
        private static final long serialVersionUID = 1L;

        /** Creates the exception without a stack trace, because many exchanges can fail at once. */
        NoDescriptorsException(@Nullable Throwable cause) {
            super("no descriptor for an upstream connection", cause, false, false);
        }
    }

    /** An endpoint does not speak HTTP/2 although the policy says so. No request was sent to it. */
    public static final class NotHttp2Exception extends IOException {
        private static final long serialVersionUID = 1L;

        NotHttp2Exception(String message) {
            super(message);
        }
    }
}
