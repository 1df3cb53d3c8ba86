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
    private final Bootstrap bootstrap;
    private final UpstreamPool.Meters meters;

    UpstreamConnector(EventLoop loop, ChannelFactory<? extends Channel> channels, UpstreamPool.Meters meters) {
        this.meters = meters;
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
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
     * Opens a connection.
     *
     * @param within how long each of its steps may take
     */
    void open(UpstreamEndpoint endpoint, Duration within, Opening connection) {
        SslHandler tls = endpoint.tls(ByteBufAllocator.DEFAULT, within);
        ChannelFuture opening = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, within.toMillis()))
                .handler(tls == null ? connection : new Secured(tls, connection))
                .connect(endpoint.address());
        endpoint.connectionOpening();
        opening.channel().closeFuture().addListener(closed -> endpoint.connectionClosed());
        meters.opened();
        connection.opening(opening.channel());
        opening.addListener(done -> {
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

    /** Puts TLS between the socket and HTTP. */
    private static final class Secured extends ChannelInitializer<Channel> {
        private final SslHandler tls;
        private final ChannelHandler connection;

        private Secured(SslHandler tls, ChannelHandler connection) {
            this.tls = tls;
            this.connection = connection;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(tls, connection);
        }
    }
}
