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
 * Reads the header of the PROXY protocol that a trusted balancer's connection begins with, and gives way to what comes after
 * it: TLS, or HTTP. Without a header, whole and in time, the connection is closed: its address would be the balancer's, and
 * all callers would be one.
 */
final class ProxyProtocolHandler extends ByteToMessageDecoder {
    private final EventLoopContext lane;
    private final Duration patience;
    private final Consumer<@Nullable InetSocketAddress> greeted;
    private Runnable unwatch = () -> {};
    private boolean over;

    /**
     * A greeting.
     *
     * @param patience for the whole header
     * @param greeted takes the address that the connection comes from, null when that is the balancer's own; puts in place
     *     what reads on, or closes
     */
    ProxyProtocolHandler(EventLoopContext lane, Duration patience, Consumer<@Nullable InetSocketAddress> greeted) {
        this.lane = lane;
        this.patience = patience;
        this.greeted = greeted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        long since = lane.ticker().nanos();
        unwatch = lane.watch(now -> {
            if (now - since >= patience.toNanos()) {
                refuse(ctx, "proxy-timeout");
            }
        });
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        unwatch.run();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (over) {
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
            over = true;
            in.skipBytes(header.length());
            greeted.accept(header.source());
            ctx.pipeline().remove(this); // what was read beyond the header goes to what has been put in place
        }
    }

    private void refuse(ChannelHandlerContext ctx, String code) {
        over = true;
        unwatch.run();
        lane.meters().connectionRefused(code);
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
