package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.nio.charset.StandardCharsets;

/** Closes connections that are over a limit or not trusted, and counts them by reason. */
final class RefusedConnections {
    private static final byte[] BUSY = String.join(
                    "\r\n",
                    "HTTP/1.1 503 Service Unavailable",
                    "content-length: 0",
                    "retry-after: 1",
                    "connection: close",
                    "\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private RefusedConnections() {}

    /**
     * Closes a connection.
     *
     * @param respond whether to send 503 first; false over TLS, where that would cost a handshake
     */
    static void close(Channel channel, EventLoopContext context, String reason, boolean respond) {
        context.meters().connectionRefused(reason);
        channel.config().setAutoRead(false);
        if (respond) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(BUSY)).addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.close();
        }
    }
}
