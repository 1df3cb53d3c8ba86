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
 * The upstream connections of one event loop: those of HTTP/1.1 that lie idle, the most recently used first, and those of
 * HTTP/2. An exchange stays on one event loop from socket to socket, so the pool needs no lock.
 */
public final class UpstreamPool {
    /** Counts what happens to upstream connections. */
    public interface Meters {
        void opened();

        void connectFailed();

        void unsolicited();
    }

    /**
     * How connections to an upstream are made and kept.
     *
     * @param connect the longest that opening may take
     * @param idle the longest that a connection lies idle
     * @param maxIdle the most idle connections kept for an endpoint on this event loop
     */
    public record Terms(Duration connect, Duration idle, int maxIdle) {}

    private static final long FORGOTTEN = Duration.ofMinutes(10).toNanos();

    private final UpstreamConnector connector;
    private final Ticker ticker;
    private final Meters meters;
    private final Map<UpstreamEndpoint, Kept> kept = new HashMap<>();
    private final List<Http1UpstreamConnection> lastAnswers = new ArrayList<>();

    /** A pool whose connections live on the given event loop. */
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

    /** The connections to one endpoint: those of HTTP/1.1 that lie idle, and all of HTTP/2. */
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
     * Gives the listener what carries its exchange: at once when there is one, else when a connection is open. It can be
     * cancelled from the start.
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

    /** Does the same without a connection of HTTP/1.1 that lies idle. */
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

    /** Gives the listener a connection of its own, for one exchange. */
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

    /** Watches a connection that takes no more of its request and may still have an answer to it. */
    void awaitLastAnswer(Http1UpstreamConnection connection) {
        lastAnswers.add(connection);
    }

    long now() {
        return ticker.nanos();
    }

    /**
     * Closes connections that have lain idle for too long, looks after those of HTTP/2, and returns how many still lie idle;
     * called now and then on the event loop.
     */
    public int closeIdle() {
        long now = now();
        for (int i = lastAnswers.size() - 1; i >= 0; i--) {
            Http1UpstreamConnection each = lastAnswers.get(i);
            if (each.isLastAnswerOver(now)) {
                lastAnswers.remove(each); // others may have been added meanwhile, behind this one
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
                each.remove(); // an endpoint that nobody asks any more, such as one of a name's former addresses
            }
        }
        return left;
    }

    /** Closes every idle connection; called on the event loop. */
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
