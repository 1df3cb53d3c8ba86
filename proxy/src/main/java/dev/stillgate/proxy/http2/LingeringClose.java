package dev.stillgate.proxy.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The end of a connection whose last words are to arrive. */
public final class LingeringClose {
    private LingeringClose() {}

    /** Closes when all that was written has left, and after the given time even if the peer does not read. */
    public static void finishWithin(ChannelHandlerContext ctx, Duration time) {
        Channel channel = ctx.channel();
        Future<?> end = ctx.executor().schedule(() -> channel.close(), time.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
        finish(ctx, true);
    }

    /**
     * Closes when all that was written has left.
     *
     * @param whole whether nothing that the peer has sent is left to be read; else only the sending side ends, since a
     *     close with unread input resets the connection and can destroy what the peer has not read yet
     */
    public static void finish(ChannelHandlerContext ctx, boolean whole) {
        Channel channel = ctx.channel();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (whole || !(channel instanceof DuplexChannel duplex)) {
                channel.close();
                return;
            }
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls == null) {
                duplex.shutdownOutput();
            } else {
                tls.closeOutbound().addListener(told -> duplex.shutdownOutput());
            }
        });
    }
}
