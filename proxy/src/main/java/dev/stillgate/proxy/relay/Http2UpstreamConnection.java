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
 * One HTTP/2 connection to an upstream (RFC 9113), which many exchanges share. It is open when the upstream's first SETTINGS
 * have come: who does not speak HTTP/2 is found out before a request was sent, and how many streams it takes is known. An
 * upstream that breaks the rules of the connection is told so and left; an answer that is malformed ends its own stream only.
 */
final class Http2UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamConnector.Opening {
    /** The most streams at once, however many the upstream takes: so many exchanges are lost with a connection. */
    static final int MOST_STREAMS = 100;

    /** How long an upstream that is left may take to read the rest. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private enum State {
        OPENING,
        /** The upstream's first SETTINGS are awaited. */
        GREETING,
        OPEN,
        /** No stream begins any more. */
        LEAVING,
        CLOSED
    }

    private final Http2Connections all;
    private final boolean probe;
    private final AbuseBudget budget;
    private final Http2UpstreamStreams streams;
    private final Http2FrameReader reader;
    private final Http2Output out;
    private final Http2Ping pulse;
    private final ArrayDeque<Http2UpstreamStream> waiting = new ArrayDeque<>();
    private @Nullable Channel channel;
    private State state = State.OPENING;
    private boolean cannotSend;
    private long since;

    /**
     * A connection that is not open.
     *
     * @param probe whether it carries one exchange only
     */
    Http2UpstreamConnection(Http2Connections all, boolean probe) {
        this.all = all;
        this.probe = probe;
        this.since = all.pool().now();
        this.budget = new AbuseBudget(since);
        this.streams = new Http2UpstreamStreams(this, budget, all.endpoint().isSecure());
        this.reader = Http2FrameReader.ofUpstream(streams, budget, Http2UpstreamStreams.MAX_HEAD);
        this.out = streams.out();
        this.pulse = new Http2Ping(out);
    }

    /** Returns whether another exchange may begin here, or wait for that. */
    boolean hasRoom() {
        if (probe) {
            return false;
        }
        return switch (state) {
            case OPENING, GREETING -> waiting.size() < all.expected();
            case OPEN -> streams.haveRoom();
            case LEAVING, CLOSED -> false;
        };
    }

    /** Returns whether it is open and has nothing to do. */
    boolean isIdle() {
        return state == State.OPEN && streams.isEmpty();
    }

    /** Begins an exchange here, or lets it wait until that is possible. */
    void take(ResponseListener listener) {
        boolean open = state == State.OPEN;
        Http2UpstreamStream stream = streams.create(listener, open);
        listener.onOpening(stream);
        if (open) {
            stream.begin();
        } else {
            waiting.add(stream);
        }
    }

    /** An exchange waits no longer. */
    void gaveUp(Http2UpstreamStream stream) {
        waiting.remove(stream);
        if (probe) {
            close();
        }
    }

    /** The last stream that was open is over. */
    void emptied() {
        since = all.pool().now();
        if (probe || state == State.LEAVING) {
            leave();
        } else if (state == State.OPEN) {
            all.idle(this);
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
            if (all.endpoint().protocol() == UpstreamProtocol.AUTO) {
                becomeHttp1(tls);
            } else {
                openFailed(new NotHttp2Exception("the endpoint does not agree on h2"));
            }
            return;
        }
        state = State.GREETING;
        since = all.pool().now();
        ByteBuf first = out.room(128);
        first.writeBytes(Http2FrameReader.PREFACE);
        Http2Wire.frame(first, 12, Http2Wire.SETTINGS, 0, 0);
        Http2Wire.setting(first, Http2Wire.ENABLE_PUSH, 0);
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, Http2UpstreamStreams.MAX_HEAD);
        streams.widen();
        out.flushSoon();
    }

    /** The endpoint speaks HTTP/1.1 only: the first exchange has the connection, and the others find others. */
    private void becomeHttp1(SslHandler tls) {
        state = State.CLOSED;
        all.forget(this);
        all.expect(1);
        Channel open = channel;
        ResponseListener first = nextWaiting();
        if (open == null || first == null) {
            close();
        } else {
            Http1UpstreamConnection plain = new Http1UpstreamConnection(all.pool(), all.endpoint(), first);
            open.pipeline().replace(this, null, plain);
            first.onOpening(plain);
            plain.opening(open);
            plain.opened(tls);
        }
        moveOn();
    }

    private @Nullable ResponseListener nextWaiting() {
        Http2UpstreamStream stream = waiting.pollFirst();
        return stream == null ? null : stream.leave();
    }

    private void moveOn() {
        for (ResponseListener each = nextWaiting(); each != null; each = nextWaiting()) {
            all.moveOn(each);
        }
    }

    @Override
    public void openFailed(Throwable cause) {
        state = State.CLOSED;
        all.forget(this);
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
                pulse.beats();
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

    /** Settings have come; returns whether they were the first, with which those who wait begin. */
    boolean isGreetedBy(Http2PeerSettings settings) {
        if (state != State.GREETING) {
            return false;
        }
        if (settings.allowedStreams() == 0) {
            openFailed(new IOException("the endpoint takes no streams"));
            return true;
        }
        state = State.OPEN;
        since = all.pool().now();
        all.expect(settings.allowedStreams());
        while (!waiting.isEmpty() && state == State.OPEN && streams.haveRoom()) {
            Http2UpstreamStream first = waiting.removeFirst();
            first.enlarge(settings.streamWindow() - Http2Wire.INITIAL_WINDOW);
            first.begin();
        }
        moveOn();
        return true;
    }

    /** Leaves an upstream that broke the rules, or does not speak HTTP/2 at all. */
    private void fail(Http2Fault fault) {
        if (state == State.CLOSED) {
            return;
        }
        boolean greeting = state == State.GREETING;
        state = State.CLOSED;
        Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), 0, fault.error());
        out.finishWithin(FAREWELL);
        if (greeting) {
            openFailed(new NotHttp2Exception("the endpoint does not greet in HTTP/2: " + fault.code()));
        }
        lose("upstream-" + fault.code());
    }

    private void lose(String code) {
        lose(stream -> stream.lost(code));
    }

    private void lose(Consumer<Http2UpstreamStream> end) {
        state = State.CLOSED;
        all.forget(this);
        reader.release();
        streams.clear().forEach(end);
    }

    /** Ends it as soon as nothing is under way, and begins nothing any more. */
    void leave() {
        if (state == State.CLOSED) {
            return;
        }
        if (!streams.isEmpty()) {
            state = State.LEAVING;
        } else {
            state = State.CLOSED;
            all.forget(this);
            Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), 0, Http2Wire.NO_ERROR);
            out.finishWithin(FAREWELL);
        }
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    /** Looks whether time has run out. */
    void tick(long now, UpstreamPool.Terms terms) {
        budget.onTick(now);
        if (state == State.GREETING && now - since >= terms.connect().toNanos()) {
            openFailed(new ConnectTimeoutException("no SETTINGS came"));
        } else if (cannotSend && now - since >= UpstreamFailure.LAST_ANSWER_NANOS) {
            close();
            lose(UpstreamFailure.RESET);
        } else if (isIdle() && now - since >= terms.idle().toNanos()) {
            leave();
        } else if (pulse.isLost(now, !streams.isEmpty(), reader.fieldsUnderWay())) {
            close();
            lose("upstream-no-ping");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (out.isWritable() && state != State.CLOSED) {
            streams.sending().resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        State before = state;
        out.gone();
        if (before == State.GREETING) {
            openFailed(new NotHttp2Exception("the endpoint closed before it greeted"));
        }
        if (before != State.OPENING) { // what fails while connecting is told elsewhere
            lose(Http2UpstreamStream::connectionClosed);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            ctx.close();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) { // over TLS the writes that failed are not told
            exceptionCaught(ctx, new ChannelOutputShutdownException("the endpoint takes nothing more"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (UpstreamFailure.isOfSending(cause) && !ctx.channel().isOpen()) {
            return; // it closed first, which is told next
        }
        if (state == State.GREETING) {
            openFailed(cause);
        } else if (UpstreamFailure.isOfSending(cause) && !streams.isEmpty()) {
            sendingFailed();
        } else if (state != State.OPENING && state != State.CLOSED) {
            close();
            lose(UpstreamFailure.code(cause));
        }
    }

    /**
     * Notes that the upstream takes nothing more. Answers, and a GOAWAY that tells which requests it has not read, may lie
     * unread, so the connection is read on to its end.
     */
    private void sendingFailed() {
        if (!cannotSend) {
            cannotSend = true;
            state = State.LEAVING;
            since = all.pool().now();
        }
    }
}
