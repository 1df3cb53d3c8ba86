package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.AbuseBudget;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2PeerSettings;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to an upstream, shared by many exchanges (RFC 9113). It is open once the upstream's first
 * SETTINGS have arrived: then it is certain that the upstream speaks HTTP/2, and how many streams it allows.
 *
 * <p>A connection error ends the connection with GOAWAY (section 5.4.1). A malformed response ends its own stream only
 * (section 8.1.1).
 */
final class Http2UpstreamConnection extends ChannelInboundHandlerAdapter
        implements UpstreamConnector.Opening, Http2UpstreamStreams.Owner {
    /** How long an upstream may take to read the last frames before the connection is closed. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private enum State {
        OPENING,
        /** Waiting for the upstream's first SETTINGS. */
        AWAITING_SETTINGS,
        OPEN,
        /** No new streams are opened. */
        DRAINING,
        CLOSED
    }

    private final Http2Connections connections;
    private final boolean probe;
    private final AbuseBudget abuseBudget;
    private final Http2UpstreamStreams streams;
    private final Http2FrameReader reader;
    private final Http2Output out;
    private final Http2Ping ping;
    private final ArrayDeque<Http2UpstreamStream> waiting = new ArrayDeque<>();
    private @Nullable Channel channel;
    private State state = State.OPENING;
    private boolean writesFail;
    private long since;

    /**
     * Creates a connection that is not open yet.
     *
     * @param probe whether it carries a single exchange
     */
    Http2UpstreamConnection(Http2Connections connections, boolean probe) {
        this.connections = connections;
        this.probe = probe;
        this.since = connections.pool().now();
        this.abuseBudget = new AbuseBudget(since);
        this.streams = new Http2UpstreamStreams(
                this, abuseBudget, connections.endpoint().isSecure());
        this.reader = Http2FrameReader.ofUpstream(streams, abuseBudget, Http2UpstreamStreams.MAX_HEAD);
        this.out = streams.out();
        this.ping = new Http2Ping(out);
    }

    /** Returns whether another exchange can start here, or wait for the connection to open. */
    boolean canTake() {
        if (probe) {
            return false;
        }
        return switch (state) {
            case OPENING, AWAITING_SETTINGS -> waiting.size() < connections.expectedStreams();
            case OPEN -> streams.canOpen();
            case DRAINING, CLOSED -> false;
        };
    }

    /** Returns whether the connection is open without streams. */
    boolean isIdle() {
        return state == State.OPEN && streams.isEmpty();
    }

    /** Starts an exchange, or queues it until the connection is open. */
    void take(ResponseListener listener) {
        boolean open = state == State.OPEN;
        Http2UpstreamStream stream = streams.create(listener, open);
        listener.onOpening(stream);
        if (open) {
            stream.start();
        } else {
            waiting.add(stream);
        }
    }

    @Override
    public void waitingCancelled(Http2UpstreamStream stream) {
        waiting.remove(stream);
        if (probe) {
            close();
        }
    }

    @Override
    public void allStreamsClosed() {
        since = connections.pool().now();
        if (probe || state == State.DRAINING) {
            drain();
        } else if (state == State.OPEN) {
            connections.onIdle(this);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
    }

    @Override
    public void opening(Channel opened) {
        channel = opened;
    }

    @Override
    public void opened(@Nullable SslHandler tls) {
        if (tls != null && !"h2".equals(tls.applicationProtocol())) {
            if (connections.endpoint().protocol() == UpstreamProtocol.AUTO) {
                becomeHttp1(tls);
            } else {
                openFailed(new NotHttp2Exception("the endpoint did not select h2 by ALPN"));
            }
            return;
        }
        state = State.AWAITING_SETTINGS;
        since = connections.pool().now();
        ByteBuf first = out.buffer(128);
        first.writeBytes(Http2FrameReader.PREFACE);
        Http2Wire.frame(first, 12, Http2Wire.SETTINGS, 0, 0);
        Http2Wire.setting(first, Http2Wire.ENABLE_PUSH, 0);
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, Http2UpstreamStreams.MAX_HEAD);
        streams.enlargeReceiveWindow();
        out.flushSoon();
    }

    /** Continues in HTTP/1.1 with the first waiting exchange, and reassigns the others. */
    private void becomeHttp1(SslHandler tls) {
        state = State.CLOSED;
        connections.remove(this);
        connections.expectStreams(1);
        Channel open = channel;
        ResponseListener first = nextWaiting();
        if (open == null || first == null) {
            close();
        } else {
            Http1UpstreamConnection plain =
                    new Http1UpstreamConnection(connections.pool(), connections.endpoint(), first);
            open.pipeline().replace(this, null, plain);
            first.onOpening(plain);
            plain.opening(open);
            plain.opened(tls);
        }
        reassignWaiting();
    }

    private @Nullable ResponseListener nextWaiting() {
        Http2UpstreamStream stream = waiting.pollFirst();
        return stream == null ? null : stream.detach();
    }

    private void reassignWaiting() {
        for (ResponseListener each = nextWaiting(); each != null; each = nextWaiting()) {
            connections.reassign(each);
        }
    }

    @Override
    public void openFailed(Throwable cause) {
        state = State.CLOSED;
        connections.remove(this);
        close();
        for (Http2UpstreamStream each = waiting.pollFirst(); each != null; each = waiting.pollFirst()) {
            each.openFailed(cause);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (state != State.CLOSED) {
                ping.onBytes();
                out.beginRead();
                reader.feed(ctx.alloc(), in);
            }
        } catch (Http2Fault e) {
            fail(e);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        streams.readComplete();
        out.endRead();
    }

    @Override
    public boolean onSettings(Http2PeerSettings settings) {
        if (state != State.AWAITING_SETTINGS) {
            return false;
        }
        if (settings.allowedStreams() == 0) {
            openFailed(new IOException("the endpoint allows no streams"));
            return true;
        }
        state = State.OPEN;
        since = connections.pool().now();
        connections.expectStreams(settings.allowedStreams());
        while (!waiting.isEmpty() && state == State.OPEN && streams.canOpen()) {
            Http2UpstreamStream first = waiting.removeFirst();
            first.enlarge(settings.streamWindow() - Http2Wire.INITIAL_WINDOW);
            first.start();
        }
        reassignWaiting();
        return true;
    }

    /** Closes after a connection error, or if the upstream does not speak HTTP/2. */
    private void fail(Http2Fault fault) {
        if (state == State.CLOSED) {
            return;
        }
        boolean awaitingSettings = state == State.AWAITING_SETTINGS;
        state = State.CLOSED;
        Http2Wire.goAway(out.buffer(Http2Wire.FRAME_HEAD + 8), 0, fault.error());
        out.finishWithin(CLOSE_TIMEOUT);
        if (awaitingSettings) {
            openFailed(new NotHttp2Exception("the endpoint does not start with an HTTP/2 preface: " + fault.code()));
        }
        fail("upstream-" + fault.code());
    }

    private void fail(String code) {
        fail(stream -> stream.connectionFailed(code));
    }

    private void fail(Consumer<Http2UpstreamStream> end) {
        state = State.CLOSED;
        connections.remove(this);
        reader.release();
        streams.clear().forEach(end);
    }

    @Override
    public void drain() {
        if (state == State.CLOSED) {
            return;
        }
        if (!streams.isEmpty()) {
            state = State.DRAINING;
        } else {
            state = State.CLOSED;
            connections.remove(this);
            Http2Wire.goAway(out.buffer(Http2Wire.FRAME_HEAD + 8), 0, Http2Wire.NO_ERROR);
            out.finishWithin(CLOSE_TIMEOUT);
        }
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** Checks the timeouts. */
    void tick(long now, UpstreamPool.Options options) {
        abuseBudget.onTick(now);
        if (state == State.AWAITING_SETTINGS && now - since >= options.connect().toNanos()) {
            openFailed(new ConnectTimeoutException("the endpoint sent no SETTINGS in time"));
        } else if (writesFail && now - since >= UpstreamFailure.LAST_RESPONSE_NANOS) {
            close();
            fail(UpstreamFailure.RESET);
        } else if (isIdle() && now - since >= options.idle().toNanos()) {
            drain();
        } else if (ping.isDead(now, !streams.isEmpty(), reader.incompleteFieldsStream())) {
            close();
            fail("upstream-no-ping");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (out.isWritable() && state != State.CLOSED) {
            streams.sendWindow().resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        State before = state;
        out.channelClosed();
        if (before == State.AWAITING_SETTINGS) {
            openFailed(new NotHttp2Exception("the endpoint closed before it sent SETTINGS"));
        }
        if (before != State.OPENING) { // failures to connect are reported by the connector
            fail(Http2UpstreamStream::connectionClosed);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            ctx.close();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) { // failed writes are not reported over TLS
            exceptionCaught(ctx, new ChannelOutputShutdownException("the endpoint closed its input"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (UpstreamFailure.isWriteFailure(cause) && !ctx.channel().isOpen()) {
            return; // the connection closed first; channelInactive follows
        }
        if (state == State.AWAITING_SETTINGS) {
            openFailed(cause);
        } else if (UpstreamFailure.isWriteFailure(cause) && !streams.isEmpty()) {
            writeFailed();
        } else if (state != State.OPENING && state != State.CLOSED) {
            close();
            fail(UpstreamFailure.code(cause));
        }
    }

    /**
     * Handles a failed write. Responses, and a GOAWAY that names the unprocessed requests, may be unread, so input is
     * read to its end.
     */
    private void writeFailed() {
        if (!writesFail) {
            writesFail = true;
            state = State.DRAINING;
            since = connections.pool().now();
        }
    }
}
