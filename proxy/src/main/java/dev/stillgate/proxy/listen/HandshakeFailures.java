package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.Peer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts completed and failed TLS handshakes, and logs at most one failure per minute. A connection that the client closes or resets during
 * the handshake is not a failure. Thread-safe.
 */
final class HandshakeFailures {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeFailures.class);
    private static final long LOG_INTERVAL = Duration.ofMinutes(1).toNanos();

    private final AtomicLong logged = new AtomicLong();
    private final AtomicLong unlogged = new AtomicLong();
    private volatile boolean loggedOnce;

    /** Returns a handler for one connection. It removes itself at the end of the handshake. */
    ChannelInboundHandlerAdapter watch(EventLoopContext context, Peer peer) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent handshake) {
                    if (handshake.isSuccess()) {
                        context.meters().handshakeCompleted();
                    } else if (handshake.cause() instanceof SSLException failure) {
                        count(context, peer, failure);
                    }
                    ctx.pipeline().remove(this);
                }
                ctx.fireUserEventTriggered(event);
            }
        };
    }

    /** Counts a failed handshake, and logs it unless one was logged within the last minute. */
    void count(EventLoopContext context, Peer peer, SSLException failure) {
        context.meters().connectionRefused(Listeners.TLS_HANDSHAKE_FAILED);
        long now = context.ticker().nanos();
        long last = logged.get();
        if ((!loggedOnce || now - last >= LOG_INTERVAL) && logged.compareAndSet(last, now)) {
            loggedOnce = true;
            LOG.warn(
                    "TLS handshake with {} failed: {} ({} more failures since the last such line)",
                    peer.peer().getHostAddress(),
                    String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}", " "),
                    unlogged.getAndSet(0));
        } else {
            unlogged.incrementAndGet();
        }
    }
}
