package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the PROXY protocol header that a trusted load balancer sends first, then removes itself in favour of TLS or
 * HTTP. A connection without a complete header in time is closed: its address would be the balancer's, shared by all
 * clients.
 */
final class ProxyProtocolHandler extends ByteToMessageDecoder {
    private final EventLoopContext context;
    private final Duration timeout;
    private final Consumer<@Nullable InetSocketAddress> next;
    private EventLoopContext.@Nullable Watch watch;
    private boolean done;

    /**
     * Creates the handler.
     *
     * @param timeout for the complete header
     * @param next receives the client's address, or null if that is the balancer's own; adds the next handler or
     *     closes
     */
    ProxyProtocolHandler(EventLoopContext context, Duration timeout, Consumer<@Nullable InetSocketAddress> next) {
        this.context = context;
        this.timeout = timeout;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        long since = context.ticker().nanos();
        watch = context.watch(now -> {
            long left = timeout.toNanos() - (now - since);
            if (left <= 0) {
                refuse(ctx, "proxy-timeout");
            }
            return left;
        });
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        stopWatch();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (done) {
            in.skipBytes(in.readableBytes());
            return;
        }
        ProxyHeader header;
        try {
            header = ProxyHeader.read(in);
        } catch (BadProxyHeader e) {
            in.skipBytes(in.readableBytes());
            refuse(ctx, e.code());
            return;
        }
        if (header != null) {
            done = true;
            in.skipBytes(header.length());
            next.accept(header.source());
            ctx.pipeline().remove(this); // bytes after the header go to the handler just added
        }
    }

    private void stopWatch() {
        if (watch != null) {
            watch.stop();
        }
    }

    private void refuse(ChannelHandlerContext ctx, String code) {
        done = true;
        stopWatch();
        context.meters().connectionRefused(code);
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
