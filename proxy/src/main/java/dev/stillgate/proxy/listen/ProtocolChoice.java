package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.http2.Http2FrameReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/**
 * Detects the HTTP version of a new connection and replaces itself with the matching handler: by ALPN over TLS, else by
 * the first bytes. The HTTP/2 connection preface starts with {@code PRI}, which is not an HTTP/1.1 method (RFC 9113
 * section 3.4).
 */
final class ProtocolChoice extends ChannelInboundHandlerAdapter {
    private static final int TELLING = 4;

    private final EventLoopContext lane;
    private final ListenOptions terms;
    private final Peer peer;
    private final boolean agreed;
    private final long since;
    private final Runnable unwatch;
    private @Nullable ByteBuf first;
    private @Nullable ChannelHandlerContext place;
    private boolean chosen;

    /**
     * Creates the handler.
     *
     * @param agreed whether ALPN selects the protocol during the TLS handshake
     */
    ProtocolChoice(EventLoopContext lane, ListenOptions terms, Peer peer, boolean agreed) {
        this.lane = lane;
        this.terms = terms;
        this.peer = peer;
        this.agreed = agreed;
        this.since = lane.ticker().nanos();
        this.unwatch = lane.watch(this::onTick);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        place = ctx;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (agreed && event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            choose(ctx, tls != null && "h2".equals(tls.applicationProtocol()));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = first;
        if (before != null) {
            first = null;
            in = ctx.alloc().directBuffer().writeBytes(before).writeBytes(in);
            before.release();
            ((ByteBuf) message).release();
        }
        int alike = 0;
        int most = Math.min(TELLING, in.readableBytes());
        while (alike < most && in.getByte(in.readerIndex() + alike) == Http2FrameReader.PREFACE[alike]) {
            alike++;
        }
        if (alike == most && most < TELLING) {
            first = in;
            return;
        }
        choose(ctx, alike == TELLING);
        ctx.fireChannelRead(in);
    }

    private void choose(ChannelHandlerContext ctx, boolean second) {
        chosen = true;
        unwatch.run();
        ctx.pipeline()
                .addAfter(
                        ctx.name(),
                        null,
                        second ? new Http2Connection(lane, terms, peer) : new Http1Connection(lane, terms, peer));
        ctx.pipeline().remove(this);
    }

    private void onTick(long now) {
        boolean draining = terms.draining().getAsBoolean() && first == null && !agreed;
        if (place != null && (draining || now - since >= terms.headTimeout().toNanos())) {
            place.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unwatch.run();
        if (first != null) {
            first.release();
            first = null;
        }
        if (!chosen) {
            lane.meters().connectionClosed();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionLog.failed(peer, cause);
        ctx.close();
    }
}
