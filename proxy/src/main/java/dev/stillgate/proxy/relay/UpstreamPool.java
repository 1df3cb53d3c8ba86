package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Ticker;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * The idle upstream connections of one event loop, the most recently used first. An exchange stays on one event loop
 * from socket to socket, so the pool needs no lock.
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

    private final Bootstrap bootstrap;
    private final Ticker ticker;
    private final Meters meters;
    private final Map<UpstreamEndpoint, Idle> idle = new HashMap<>();

    /** A pool whose connections live on the given event loop. */
    public UpstreamPool(EventLoop loop, ChannelFactory<? extends Channel> channels, Ticker ticker, Meters meters) {
        this.ticker = ticker;
        this.meters = meters;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .disableResolver();
    }

    /** The idle connections to one endpoint. */
    private static final class Idle {
        private final ArrayDeque<UpstreamConnection> stack = new ArrayDeque<>();
        private Terms terms;
        private long used;

        private Idle(Terms terms) {
            this.terms = terms;
        }
    }

    /**
     * Gives the listener a connection: at once when one lies idle, else when it is open. The connection returned can be
     * cancelled from the start.
     */
    public UpstreamConnection acquire(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        Idle known = idle(endpoint, terms);
        UpstreamConnection connection = known.stack.pollFirst();
        while (connection != null && !connection.isUsable()) {
            connection.close();
            connection = known.stack.pollFirst();
        }
        if (connection != null) {
            connection.beginAgain(listener);
            return connection;
        }
        return connect(endpoint, terms, listener);
    }

    private Idle idle(UpstreamEndpoint endpoint, Terms terms) {
        Idle known = idle.get(endpoint);
        if (known == null) {
            known = new Idle(terms);
            idle.put(endpoint, known);
        }
        known.terms = terms;
        known.used = now();
        return known;
    }

    /** Gives the listener a new connection, whatever lies idle. */
    public UpstreamConnection open(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        idle(endpoint, terms);
        return connect(endpoint, terms, listener);
    }

    private UpstreamConnection connect(UpstreamEndpoint endpoint, Terms terms, ResponseListener listener) {
        UpstreamConnection connection = new UpstreamConnection(this, endpoint);
        SslHandler tls = endpoint.tls(ByteBufAllocator.DEFAULT, terms.connect());
        ChannelFuture opening = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, terms.connect().toMillis()))
                .handler(tls == null ? connection : new Secured(tls, connection))
                .connect(endpoint.address());
        connection.opening(opening.channel(), listener);
        endpoint.connectionOpening();
        opening.channel().closeFuture().addListener(closed -> endpoint.connectionClosed());
        meters.opened();
        opening.addListener(done -> {
            if (done.isSuccess() && tls != null) {
                tls.handshakeFuture().addListener(shaken -> opened(connection, shaken));
            } else {
                opened(connection, done);
            }
        });
        return connection;
    }

    private void opened(UpstreamConnection connection, Future<?> opening) {
        if (opening.isSuccess()) {
            connection.connected();
        } else {
            meters.connectFailed();
            connection.connectFailed(opening.cause());
        }
    }

    /** Puts TLS between the socket and HTTP. */
    private static final class Secured extends ChannelInitializer<Channel> {
        private final SslHandler tls;
        private final UpstreamConnection connection;

        private Secured(SslHandler tls, UpstreamConnection connection) {
            this.tls = tls;
            this.connection = connection;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(tls, connection);
        }
    }

    void release(UpstreamConnection connection) {
        Idle known = idle.get(connection.endpoint());
        if (known == null || known.stack.size() >= known.terms.maxIdle()) {
            connection.close();
        } else {
            known.stack.addFirst(connection);
        }
    }

    void forget(UpstreamConnection connection) {
        Idle known = idle.get(connection.endpoint());
        if (known != null) {
            known.stack.remove(connection);
        }
    }

    void unsolicited(UpstreamConnection connection) {
        forget(connection);
        meters.unsolicited();
    }

    long now() {
        return ticker.nanos();
    }

    /**
     * Closes connections that have lain idle for too long, and returns how many still lie idle; called now and then on the
     * event loop.
     */
    public int closeIdle() {
        long now = now();
        int left = 0;
        Iterator<Idle> each = idle.values().iterator();
        while (each.hasNext()) {
            Idle known = each.next();
            Iterator<UpstreamConnection> oldestFirst = known.stack.descendingIterator();
            while (oldestFirst.hasNext()) {
                UpstreamConnection connection = oldestFirst.next();
                if (now - connection.idleSince() < known.terms.idle().toNanos()) {
                    break;
                }
                oldestFirst.remove();
                connection.close();
            }
            left += known.stack.size();
            if (known.stack.isEmpty() && now - known.used > FORGOTTEN) {
                each.remove(); // an endpoint that nobody asks any more, such as one of a name's former addresses
            }
        }
        return left;
    }

    /** Closes every idle connection; called on the event loop. */
    public void closeAll() {
        for (Idle known : idle.values()) {
            known.stack.forEach(UpstreamConnection::close);
            known.stack.clear();
        }
    }
}
