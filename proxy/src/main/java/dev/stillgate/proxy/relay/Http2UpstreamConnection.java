package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.Http2ResponseHeadReader;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Session;
import dev.stillgate.proxy.http2.Http2Wire;
import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.proxy.relay.UpstreamPool.NotHttp2Exception;
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
        implements UpstreamConnector.Opening, Http2Session.Role<Http2UpstreamStream> {
    /** Maximum number of concurrent streams, whatever the upstream allows: all of them are lost with the connection. */
    static final int MAX_STREAMS = 100;

    /** Largest accepted field section, in bytes. */
    private static final int MAX_HEAD = 64 * 1024;

    /** Receive window of the connection: more than all streams can withhold, so that no stream blocks another. */
    private static final int WINDOW = 16 << 20;

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
    private final Http2UpstreamStreams streams;
    private final Http2Session<Http2UpstreamStream> session;
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
        Http2ResponseHeadReader headReader = new Http2ResponseHeadReader();
        this.session = Http2Session.ofUpstream(this, since, headReader, MAX_HEAD, MAX_STREAMS);
        this.out = session.out();
        this.streams = new Http2UpstreamStreams(
                session, headReader, connections.endpoint().isSecure(), this::waitingCancelled);
        this.ping = new Http2Ping(out);
    }

    /** Returns whether another exchange can start here, or wait for the connection to open. */
    boolean canTake() {
        if (probe) {
            return false;
        }
        return switch (state) {
            case OPENING, AWAITING_SETTINGS -> waiting.size() < connections.expectedStreams();
            case OPEN -> session.canOpen();
            case DRAINING, CLOSED -> false;
        };
    }

    /** Returns whether the connection is open without streams. */
    boolean isIdle() {
        return state == State.OPEN && session.isEmpty();
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

    private void waitingCancelled(Http2UpstreamStream stream) {
        waiting.remove(stream);
        if (probe) {
            close();
        }
    }

    @Override
    public void onEmpty() {
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
        if (state == State.CLOSED) {
            close();
        }
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
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, MAX_HEAD);
        session.receiveWindow().resize(WINDOW);
        session.receiveWindow().grant(0, out);
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
                session.feed(ctx.alloc(), in);
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
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        session.requireNotIdle(id);
        session.discardFields(id, block);
    }

    /** Charges what exceeds the window of a stream that the gateway has reset; the rest was in transit. */
    @Override
    public void onLateData(int id, int flow) throws Http2Fault {
        if (!streams.reset().consumeLate(id, flow)) {
            session.abuseBudget().charge(1);
        }
    }

    @Override
    public void onSettings() {
        if (state != State.AWAITING_SETTINGS) {
            return;
        }
        if (session.allowedStreams() == 0) {
            openFailed(new IOException("the endpoint allows no streams"));
            return;
        }
        state = State.OPEN;
        since = connections.pool().now();
        connections.expectStreams(session.allowedStreams());
        while (!waiting.isEmpty() && state == State.OPEN && session.canOpen()) {
            Http2UpstreamStream first = waiting.removeFirst();
            first.enlarge(session.streamWindow() - Http2Wire.INITIAL_WINDOW);
            first.start();
        }
        reassignWaiting();
    }

    /**
     * Drains the connection. Requests that the upstream did not process can be retried elsewhere (RFC 9113 section
     * 6.8).
     */
    @Override
    public void onGoAway(int last, int error) {
        drain();
        for (Http2UpstreamStream each : session.streams()) {
            if (each.id() > last) {
                each.unprocessed("upstream-goaway", false);
            }
        }
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
        session.end().forEach(end);
    }

    /** Closes the connection once all streams have ended; opens no new ones. */
    void drain() {
        if (state == State.CLOSED) {
            return;
        }
        if (!session.isEmpty()) {
            state = State.DRAINING;
        } else {
            state = State.CLOSED;
            connections.remove(this);
            Http2Wire.goAway(out.buffer(Http2Wire.FRAME_HEAD + 8), 0, Http2Wire.NO_ERROR);
            out.finishWithin(CLOSE_TIMEOUT);
        }
    }

    void close() {
        if (channel == null) {
            state = State.CLOSED; // "opening" follows
        } else {
            channel.close();
        }
    }

    /** Checks the timeouts. */
    void tick(long now, UpstreamConnections.Options options) {
        session.abuseBudget().onTick(now);
        if (state == State.AWAITING_SETTINGS && now - since >= options.connect().toNanos()) {
            openFailed(new ConnectTimeoutException("the endpoint sent no SETTINGS in time"));
        } else if (writesFail && now - since >= UpstreamFailure.LAST_RESPONSE_NANOS) {
            close();
            fail(UpstreamFailure.RESET);
        } else if (isIdle() && now - since >= options.idle().toNanos()) {
            drain();
        } else if (session.isSectionOverdue(now, Http2Ping.TIMEOUT) || ping.isDead(now, !session.isEmpty())) {
            close();
            fail("upstream-no-ping");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state != State.CLOSED) {
            session.resume();
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
        } else if (UpstreamFailure.isWriteFailure(cause) && !session.isEmpty()) {
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
