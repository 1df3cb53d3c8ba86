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

/** Closes a connection so that its last bytes reach the peer (RFC 9112 section 9.6). */
public final class LingeringClose {
    private LingeringClose() {}

    /** Closes after all pending writes, and after {@code time} even if the peer does not read. */
    public static void finishWithin(ChannelHandlerContext ctx, Duration time) {
        Channel channel = ctx.channel();
        Future<?> end = ctx.executor().schedule(() -> channel.close(), time.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
        finish(ctx, true);
    }

    /**
     * Closes after all pending writes.
     *
     * @param whole whether all input was read. If not, only the output is shut down: closing with unread input
     *     resets the connection and can destroy data that the peer has not read yet.
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
                tls.closeOutbound().addListener(closed -> duplex.shutdownOutput());
            }
        });
    }
}
