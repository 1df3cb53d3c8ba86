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
 * Counts failed TLS handshakes and logs at most one per minute. A connection that the client closes or resets during
 * the handshake is not a failure. Thread-safe.
 */
final class HandshakeFailures {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeFailures.class);
    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final AtomicLong logged = new AtomicLong();
    private final AtomicLong silent = new AtomicLong();
    private volatile boolean begun;

    /** Returns a handler for one connection. It removes itself at the end of the handshake. */
    ChannelInboundHandlerAdapter watch(EventLoopContext lane, Peer peer) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent handshake) {
                    if (handshake.cause() instanceof SSLException failure) {
                        count(lane, peer, failure);
                    }
                    ctx.pipeline().remove(this);
                }
                ctx.fireUserEventTriggered(event);
            }
        };
    }

    /** Counts a failed handshake, and logs it unless one was logged within the last minute. */
    void count(EventLoopContext lane, Peer peer, SSLException failure) {
        lane.meters().connectionRefused(Listeners.HANDSHAKES);
        long now = lane.ticker().nanos();
        long last = logged.get();
        if ((!begun || now - last >= PAUSE) && logged.compareAndSet(last, now)) {
            begun = true;
            LOG.warn(
                    "TLS handshake with {} failed: {} ({} more failures since the last such line)",
                    peer.peer().getHostAddress(),
                    String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}", " "),
                    silent.getAndSet(0));
        } else {
            silent.incrementAndGet();
        }
    }
}
