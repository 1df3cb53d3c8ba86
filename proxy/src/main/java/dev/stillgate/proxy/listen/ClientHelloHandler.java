package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Parses the ClientHello before the TLS handshake: records its JA4 fingerprint and selects the certificate by its
 * server name. Then replaces itself with TLS. Closes the connection if the ClientHello is late.
 */
final class ClientHelloHandler extends SslClientHelloHandler<SslContext> {
    /** Largest accepted ClientHello, in bytes; post-quantum key shares need about 2,000. */
    static final int MAX_SIZE = 16 * 1024;

    private final Certificates certificates;
    private final HandshakeFailures failures;
    private final EventLoopContext context;
    private final Peer peer;
    private final Duration timeout;
    private final Consumer<ChannelHandlerContext> next;
    private @Nullable Future<?> timer;

    /**
     * Creates the handler.
     *
     * @param failures counts a failed handshake
     * @param timeout for the ClientHello, and again for the rest of the handshake
     * @param next adds the HTTP handler after the given context, or closes
     */
    ClientHelloHandler(
            Certificates certificates,
            HandshakeFailures failures,
            EventLoopContext context,
            Peer peer,
            Duration timeout,
            Consumer<ChannelHandlerContext> next) {
        super(MAX_SIZE);
        this.certificates = certificates;
        this.failures = failures;
        this.context = context;
        this.peer = peer;
        this.timeout = timeout;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> ctx.close(), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        cancelTimer();
        super.handlerRemoved0(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        cancelTimer();
        super.channelInactive(ctx);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf body) {
        Promise<SslContext> found = ctx.executor().newPromise();
        ClientHello hello = body == null ? null : ClientHello.read(body);
        if (hello != null) {
            peer.setJa4(Ja4.of(hello));
        }
        return found.setSuccess(certificates.find(hello == null ? null : hello.serverName()));
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<SslContext> found) {
        SslContext chosen = found.getNow();
        try {
            ctx.pipeline().addLast(failures.watch(context, peer));
            if (certificates.asksClients()) {
                ctx.pipeline().addLast(new ClientCertificate(peer));
            }
            next.accept(ctx);
            if (ctx.channel().isActive()) { // an inactive pipeline would not release the TLS engine
                ctx.pipeline().replace(this, "tls", handler(chosen, ctx));
            }
        } finally {
            ReferenceCountUtil.release(chosen);
        }
    }

    private SslHandler handler(SslContext chosen, ChannelHandlerContext ctx) {
        SslHandler tls = chosen.newHandler(ctx.alloc());
        tls.setHandshakeTimeoutMillis(timeout.toMillis());
        tls.setCloseNotifyReadTimeoutMillis(0);
        return tls;
    }

    /** Closes a connection that does not speak TLS, without an alert that its client could not read. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause.getCause() instanceof SSLException failure) {
            failures.count(context, peer, failure);
        }
        ctx.close();
    }
}
