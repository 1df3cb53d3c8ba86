package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.relay.UpstreamPool.Descriptors;
import dev.stillgate.proxy.relay.UpstreamPool.NoDescriptorsException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens the upstream connections of one event loop: file descriptor, socket, TLS. */
final class UpstreamConnector {
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Descriptors descriptors;
    private final UpstreamPool.Meters meters;

    UpstreamConnector(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            Descriptors descriptors,
            UpstreamPool.Meters meters) {
        this.loop = loop;
        this.descriptors = descriptors;
        this.meters = meters;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.AUTO_CLOSE, false) // a failed write must not discard an unread response
                .disableResolver();
    }

    /** Last handler of a connection being opened, which is told the result. */
    interface Opening extends ChannelHandler {
        /** Called when opening starts. */
        void opening(Channel channel);

        /**
         * Called when the connection is open.
         *
         * @param tls its TLS handler, null for clear text
         */
        void opened(@Nullable SslHandler tls);

        /** Called when the connection could not be opened. */
        void openFailed(Throwable cause);
    }

    /**
     * Opens a connection. If no descriptor is left, {@link Opening#openFailed} follows with a {@link
     * NoDescriptorsException}, and {@link Opening#opening} is not called.
     *
     * @param within limit of each step
     */
    void open(UpstreamEndpoint endpoint, Duration within, Opening connection) {
        if (!descriptors.takeUpstream()) {
            loop.execute(() -> connection.openFailed(new NoDescriptorsException(null)));
            return;
        }
        // In a task, when no event is left to handle: epoll gives the last event of a closed descriptor to a new
        // channel
        // with the same number, and closes it.
        loop.execute(() -> connect(endpoint, within, connection));
    }

    private void connect(UpstreamEndpoint endpoint, Duration within, Opening connection) {
        Secured secured = endpoint.isSecure() ? new Secured(endpoint, within, connection) : null;
        ChannelFuture opening = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, within.toMillis()))
                .handler(secured == null ? connection : secured)
                .connect(endpoint.address());
        if (opening.isDone() && !opening.channel().isRegistered()) { // its listeners would run on another thread
            descriptors.connectionClosed();
            meters.connectFailed();
            connection.openFailed(new NoDescriptorsException(opening.cause()));
            return;
        }
        endpoint.connectionOpening();
        opening.channel().closeFuture().addListener(closed -> {
            endpoint.connectionClosed();
            descriptors.connectionClosed();
        });
        meters.opened();
        connection.opening(opening.channel());
        opening.addListener(done -> {
            SslHandler tls = secured == null ? null : secured.tls;
            if (done.isSuccess() && tls != null) {
                tls.handshakeFuture().addListener(handshake -> report(connection, tls, handshake));
            } else {
                report(connection, null, done);
            }
        });
    }

    private void report(Opening connection, @Nullable SslHandler tls, Future<?> outcome) {
        if (outcome.isSuccess()) {
            connection.opened(tls);
        } else {
            meters.connectFailed();
            connection.openFailed(outcome.cause());
        }
    }

    /** Adds TLS to a new channel. The handler is created with the channel, which then releases its engine. */
    private static final class Secured extends ChannelInitializer<Channel> {
        private final UpstreamEndpoint endpoint;
        private final Duration within;
        private final ChannelHandler connection;
        private @Nullable SslHandler tls;

        private Secured(UpstreamEndpoint endpoint, Duration within, ChannelHandler connection) {
            this.endpoint = endpoint;
            this.within = within;
            this.connection = connection;
        }

        @Override
        protected void initChannel(Channel channel) {
            SslHandler made = endpoint.tls(ByteBufAllocator.DEFAULT, within);
            tls = made;
            channel.pipeline().addLast(made, connection);
        }
    }
}
