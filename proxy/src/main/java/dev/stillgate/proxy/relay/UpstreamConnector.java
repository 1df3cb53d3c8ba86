package dev.stillgate.proxy.relay;

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

/** Opens the upstream connections of one event loop. */
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
                .option(ChannelOption.AUTO_CLOSE, false) // a failed write leaves the answer that lies unread
                .disableResolver();
    }

    /** A connection's place at the end of its channel's pipeline. */
    interface Opening extends ChannelHandler {
        /** The connection is being opened; what became of it comes next. */
        void opening(Channel channel);

        /**
         * It is open.
         *
         * @param tls what it is secured by, null when it is in clear
         */
        void opened(@Nullable SslHandler tls);

        /** It could not be opened. */
        void openFailed(Throwable cause);
    }

    /**
     * Opens a connection. Without a descriptor for it, {@link Opening#openFailed} follows with a
     * {@link NoDescriptorsException}, and {@link Opening#opening} is never called.
     *
     * @param within how long each of its steps may take
     */
    void open(UpstreamEndpoint endpoint, Duration within, Opening connection) {
        if (!descriptors.takeUpstream()) {
            loop.execute(() -> connection.openFailed(new NoDescriptorsException(null)));
            return;
        }
        Secured secured = endpoint.isSecure() ? new Secured(endpoint, within, connection) : null;
        ChannelFuture opening = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, within.toMillis()))
                .handler(secured == null ? connection : secured)
                .connect(endpoint.address());
        if (opening.isDone()
                && !opening.channel().isRegistered()) { // its listeners would run on a thread of Netty's own
            descriptors.connectionClosed();
            meters.connectFailed();
            loop.execute(() -> connection.openFailed(new NoDescriptorsException(opening.cause())));
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
                tls.handshakeFuture().addListener(shaken -> tell(connection, tls, shaken));
            } else {
                tell(connection, null, done);
            }
        });
    }

    private void tell(Opening connection, @Nullable SslHandler tls, Future<?> outcome) {
        if (outcome.isSuccess()) {
            connection.opened(tls);
        } else {
            meters.connectFailed();
            connection.openFailed(outcome.cause());
        }
    }

    /** Puts TLS between the socket and HTTP. Its engine is made with the channel, which releases it. */
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
