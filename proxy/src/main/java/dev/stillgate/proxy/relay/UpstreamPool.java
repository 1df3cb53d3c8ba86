package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
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
public final class UpstreamPool {
    /** Counts events of upstream connections. */
    public interface Meters {
        void opened();

        void connectFailed();

        void unsolicited();
    }

    /**
     * How connections to an upstream are opened and kept.
     *
     * @param connect limit of each step of opening
     * @param idle how long a connection may stay idle
     * @param maxIdle maximum number of idle connections kept per endpoint and event loop
     */
    public record Terms(Duration connect, Duration idle, int maxIdle) {}

    private static final long FORGOTTEN = Duration.ofMinutes(10).toNanos();

    private final UpstreamConnector connector;
    private final Ticker ticker;
    private final Meters meters;
    private final Map<UpstreamEndpoint, Kept> kept = new HashMap<>();
    private final List<Http1UpstreamConnection> lastAnswers = new ArrayList<>();

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
        private final ArrayDeque<Http1UpstreamConnection> stack = new ArrayDeque<>();
        private final @Nullable Http2Connections shared;
        private Terms terms;
        private long used;

        private Kept(UpstreamPool pool, UpstreamEndpoint endpoint, Terms terms) {
            this.terms = terms;
            this.shared = endpoint.protocol() == UpstreamProtocol.HTTP1 ? null : new Http2Connections(pool, endpoint);
        }
    }

    /**
     * Assigns an {@link UpstreamStream} to the listener, at once if a connection is available, else when one is open.
     * The exchange can be cancelled from the start.
     */
    public void acquire(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        Kept known = kept(endpoint, terms);
        if (known.shared != null && known.shared.take(listener)) {
            return;
        }
        Http1UpstreamConnection connection = known.stack.pollFirst();
        while (connection != null && !connection.isUsable()) {
            connection.close();
            connection = known.stack.pollFirst();
        }
        if (connection != null) {
            connection.beginAgain(listener);
        } else {
            connect(known, endpoint, listener);
        }
    }

    private Kept kept(UpstreamEndpoint endpoint, Terms terms) {
        Kept known = kept.get(endpoint);
        if (known == null) {
            known = new Kept(this, endpoint, terms);
            kept.put(endpoint, known);
        }
        known.terms = terms;
        known.used = now();
        return known;
    }

    /** Like {@link #acquire}, but never with an idle HTTP/1.1 connection. */
    public void open(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        Kept known = kept(endpoint, terms);
        if (known.shared == null || !known.shared.take(listener)) {
            connect(known, endpoint, listener);
        }
    }

    private void connect(Kept known, UpstreamEndpoint endpoint, ResponseListener listener) {
        if (known.shared == null) {
            Http1UpstreamConnection connection = new Http1UpstreamConnection(this, endpoint, listener);
            listener.onOpening(connection);
            connector.open(endpoint, known.terms.connect(), connection);
        } else {
            known.shared.open(known.terms, listener);
        }
    }

    /** Opens a connection for this exchange only. */
    void probe(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        Kept known = kept(endpoint, terms);
        if (known.shared == null) {
            connect(known, endpoint, listener);
        } else {
            known.shared.probe(terms, listener);
        }
    }

    UpstreamConnector connector() {
        return connector;
    }

    void release(Http1UpstreamConnection connection) {
        Kept known = kept.get(connection.endpoint());
        if (known == null || known.stack.size() >= known.terms.maxIdle()) {
            connection.close();
        } else {
            known.stack.addFirst(connection);
        }
    }

    void forget(Http1UpstreamConnection connection) {
        Kept known = kept.get(connection.endpoint());
        if (known != null) {
            known.stack.remove(connection);
        }
    }

    void unsolicited(Http1UpstreamConnection connection) {
        forget(connection);
        meters.unsolicited();
    }

    /** Watches a connection that accepts no more of its request but may still deliver a response. */
    void awaitLastAnswer(Http1UpstreamConnection connection) {
        lastAnswers.add(connection);
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
        for (int i = lastAnswers.size() - 1; i >= 0; i--) {
            Http1UpstreamConnection each = lastAnswers.get(i);
            if (each.isLastAnswerOver(now)) {
                lastAnswers.remove(each); // others may have been added behind this one
            }
        }
        int left = 0;
        Iterator<Kept> each = kept.values().iterator();
        while (each.hasNext()) {
            Kept known = each.next();
            Iterator<Http1UpstreamConnection> oldestFirst = known.stack.descendingIterator();
            while (oldestFirst.hasNext()) {
                Http1UpstreamConnection connection = oldestFirst.next();
                if (now - connection.idleSince() < known.terms.idle().toNanos()) {
                    break;
                }
                oldestFirst.remove();
                connection.close();
            }
            left += known.stack.size();
            boolean forgotten = known.stack.isEmpty() && now - known.used > FORGOTTEN;
            if (known.shared != null) {
                left += known.shared.tick(now, known.terms);
                forgotten &= known.shared.isEmpty();
            }
            if (forgotten) {
                each.remove(); // an unused endpoint, such as a former address of a host name
            }
        }
        return left;
    }

    /** Closes all idle connections. Called on the event loop. */
    public void closeAll() {
        for (Kept known : kept.values()) {
            known.stack.forEach(Http1UpstreamConnection::close);
            known.stack.clear();
            if (known.shared != null) {
                known.shared.closeAll();
            }
        }
    }
}
