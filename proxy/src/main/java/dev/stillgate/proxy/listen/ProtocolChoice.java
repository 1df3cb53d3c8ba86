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
    private static final int DISTINCTIVE = 4;

    private final EventLoopContext context;
    private final ListenOptions options;
    private final Peer peer;
    private final boolean byAlpn;
    private final long since;
    private final EventLoopContext.Watch watch;
    private @Nullable ByteBuf first;
    private @Nullable ChannelHandlerContext handlerContext;
    private boolean chosen;

    /**
     * Creates the handler.
     *
     * @param byAlpn whether ALPN selects the protocol during the TLS handshake
     */
    ProtocolChoice(EventLoopContext context, ListenOptions options, Peer peer, boolean byAlpn) {
        this.context = context;
        this.options = options;
        this.peer = peer;
        this.byAlpn = byAlpn;
        this.since = context.ticker().nanos();
        this.watch = context.watch(this::onTick);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        handlerContext = ctx;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (byAlpn && event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
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
        int matching = 0;
        int available = Math.min(DISTINCTIVE, in.readableBytes());
        while (matching < available && in.getByte(in.readerIndex() + matching) == Http2FrameReader.PREFACE[matching]) {
            matching++;
        }
        if (matching == available && available < DISTINCTIVE) {
            first = in;
            return;
        }
        choose(ctx, matching == DISTINCTIVE);
        ctx.fireChannelRead(in);
    }

    private void choose(ChannelHandlerContext ctx, boolean http2) {
        chosen = true;
        watch.stop();
        ctx.pipeline()
                .addAfter(
                        ctx.name(),
                        null,
                        http2
                                ? new Http2Connection(context, options, peer)
                                : new Http1Connection(context, options, peer));
        ctx.pipeline().remove(this);
    }

    private long onTick(long now) {
        boolean draining = options.draining().getAsBoolean() && first == null && !byAlpn;
        if (handlerContext != null
                && (draining || now - since >= options.headTimeout().toNanos())) {
            handlerContext.close();
        }
        return options.headTimeout().toNanos() - (now - since);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        watch.stop();
        if (first != null) {
            first.release();
            first = null;
        }
        if (!chosen) {
            context.meters().connectionClosed();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionLog.failed(peer, cause);
        ctx.close();
    }
}
