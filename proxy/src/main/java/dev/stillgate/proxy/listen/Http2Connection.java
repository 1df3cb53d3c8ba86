package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.MalformedRequest;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http2RequestHeadReader;
import dev.stillgate.proxy.http2.AbuseBudget;
import dev.stillgate.proxy.http2.Http2ClosedStreams;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Session;
import dev.stillgate.proxy.http2.Http2Wire;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/2 connection (RFC 9113). Connection errors and abuse end it with GOAWAY (section 5.4.1); a malformed
 * request ends its own stream only (section 8.1.1).
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Http2Session.Role<Http2Stream> {
    static final int REFUSAL_COST = 10;

    private final EventLoopContext context;
    private final ListenOptions options;
    private final Peer peer;
    private final Http2RequestHeadReader headReader;
    private final Http2Session<Http2Stream> session;
    private final AbuseBudget abuseBudget;
    private final Http2Output out;
    private final Http2Inflow inflow;
    private final Http2Shutdown shutdown;
    private final Http2ClosedStreams closed = new Http2ClosedStreams();
    private final Http2Timeouts timeouts;
    private final EventLoopContext.Watch watch;
    private @Nullable Http2Preface preface = new Http2Preface();
    private long idleSince;
    private int lastAtPreviousTick;

    Http2Connection(EventLoopContext context, ListenOptions options, Peer peer) {
        this.context = context;
        this.options = options;
        this.peer = peer;
        this.idleSince = context.ticker().nanos();
        this.headReader = new Http2RequestHeadReader(options.maxTarget());
        this.session = Http2Session.ofClient(this, idleSince, headReader, options.maxHead());
        this.abuseBudget = session.abuseBudget();
        this.out = session.out();
        this.inflow = new Http2Inflow(session);
        this.shutdown = new Http2Shutdown(options, out);
        this.timeouts = new Http2Timeouts(options, session);
        this.watch = context.watch(this::onTick);
        peer.setHttp("2");
    }

    EventLoopContext context() {
        return context;
    }

    ListenOptions options() {
        return options;
    }

    Peer peer() {
        return peer;
    }

    Http2Session<Http2Stream> session() {
        return session;
    }

    Http2Inflow inflow() {
        return inflow;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
        ByteBuf first = out.buffer(Http2Wire.FRAME_HEAD + 12);
        Http2Wire.frame(first, 12, Http2Wire.SETTINGS, 0, 0);
        Http2Wire.setting(first, Http2Wire.MAX_CONCURRENT_STREAMS, AbuseBudget.STREAMS);
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, options.maxHead());
        out.flushSoon();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (shutdown.isDiscarding()) {
                shutdown.discard(in.readableBytes());
            } else {
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
        out.endRead();
    }

    @Override
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        if (session.accept(id)) {
            request(id, block, end);
        } else if (closed.mayBeLate(id)) {
            session.discardFields(id, block);
        } else {
            throw closed.contains(id) ? streamClosed() : Http2Fault.protocol("http2-stream-id");
        }
    }

    static Http2Fault streamClosed() {
        return new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
    }

    private void request(int id, ByteBuf block, boolean end) throws Http2Fault {
        if (!shutdown.accepts(id)) {
            session.discardFields(id, block);
            closed.add(id, Http2Wire.INITIAL_WINDOW);
            return;
        }
        if (!abuseBudget.mayOpenStream(session.count()) || out.isFull()) {
            session.discardFields(id, block);
            abuseBudget.charge(REFUSAL_COST);
            closed.add(id, Http2Wire.INITIAL_WINDOW);
            Http2Wire.reset(out.buffer(13), id, Http2Wire.REFUSED_STREAM);
            return;
        }
        Http2Stream stream = new Http2Stream(this, id, session.streamWindow());
        session.open(stream);
        headReader.beginRequest(stream.head());
        try {
            session.decode(id, block);
            recordPreface();
            abuseBudget.streamOpened();
            stream.start(end);
        } catch (BadMessage e) {
            abuseBudget.charge(REFUSAL_COST);
            stream.refuse(
                    MalformedRequest.refuse(context, peer, stream.head(), headReader.hasFirstLine(), e),
                    end,
                    e.kind() == Verdict.Kind.MALFORMED);
        }
    }

    /** Records the connection preface's fingerprint at the first request. */
    private void recordPreface() {
        if (preface != null) {
            peer.setPreface(preface.line(headReader.pseudoOrder()));
            preface = null;
        }
    }

    @Override
    public void onLateData(int id, int flow) throws Http2Fault {
        if (!closed.mayBeLate(id)) {
            throw streamClosed();
        }
        if (!closed.consumeLate(id, flow)) {
            abuseBudget.charge(1);
        }
    }

    /**
     * Removes a closed stream.
     *
     * @param late whether frames of it may still be in transit
     */
    void streamClosed(Http2Stream stream, boolean late) {
        session.remove(stream);
        closed.add(stream.id(), late ? stream.upload().window().credit() : Http2ClosedStreams.NOTHING_LATE);
        inflow.closed(stream);
    }

    @Override
    public void onSetting(int id, long value) {
        if (preface != null) {
            preface.setting(id, value);
        }
    }

    @Override
    public void onWindowUpdate(int increment) {
        if (preface != null) {
            preface.windowEnlarged(increment);
        }
    }

    @Override
    public void onGoAway(int last, int error) {
        shutdown.clientLeaves();
        if (error != Http2Wire.NO_ERROR) {
            out.close();
        }
    }

    /** Ends the connection and all its streams after a connection error. */
    private void fail(Http2Fault fault) {
        if (!shutdown.isDiscarding()) {
            context.meters().badMessage(fault.code());
            shutdown.fail(context.ticker().nanos(), session.last(), fault.error());
            closeStreams();
        }
    }

    private void closeStreams() {
        session.end().forEach(Http2Stream::clientGone);
    }

    private long onTick(long now) {
        if (!session.isEmpty() || session.last() != lastAtPreviousTick) {
            lastAtPreviousTick = session.last();
            idleSince = now;
        }
        try {
            if (!shutdown.isDiscarding()) {
                abuseBudget.onTick(now);
                for (Http2Stream stream : session.streams()) {
                    stream.onTick(now);
                }
                timeouts.onTick(now, idleSince);
            }
        } catch (Http2Fault e) {
            fail(e);
        }
        shutdown.onTick(now, session.last(), session.isEmpty(), idleSince);
        return 0;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!shutdown.isDiscarding()) {
            session.resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        watch.stop();
        context.meters().connectionClosed();
        shutdown.closed();
        out.channelClosed();
        closeStreams();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionLog.failed(peer, cause);
        ctx.close();
    }

    /**
     * Fingerprint of a client's HTTP/2 connection preface: its first SETTINGS in order, the connection's window
     * increments, and the order of the first request's pseudo-header fields.
     */
    static final class Http2Preface {
        private static final int MAX_SETTINGS = 16;

        private final StringBuilder settings = new StringBuilder();
        private int count;
        private long windowEnlarged;

        /** Records a setting; those after the first 16 are ignored. */
        void setting(int id, long value) {
            if (count++ < MAX_SETTINGS) {
                settings.append(settings.isEmpty() ? "" : ";")
                        .append(id)
                        .append(':')
                        .append(value);
            }
        }

        /** Records an increment of the connection's window. */
        void windowEnlarged(int increment) {
            windowEnlarged += increment;
        }

        /**
         * Returns the fingerprint, in the format of {@link dev.stillgate.spi.ConnectionFacts#preface}.
         *
         * @param pseudoOrder the first letters of the first request's pseudo-header fields
         */
        String line(String pseudoOrder) {
            return settings.append('|')
                    .append(windowEnlarged)
                    .append('|')
                    .append(pseudoOrder)
                    .toString();
        }
    }

    /**
     * Timeouts of a client's HTTP/2 connection: for its preface, for the rest of a field section, and for the client to
     * accept what was written.
     */
    static final class Http2Timeouts {
        private final ListenOptions options;
        private final Http2Session<?> session;
        private final Http2Output out;
        private final ClientPace pace;

        Http2Timeouts(ListenOptions options, Http2Session<?> session) {
            this.options = options;
            this.session = session;
            this.out = session.out();
            this.pace = new ClientPace(options);
        }

        /**
         * Checks all timeouts.
         *
         * @param began when the connection opened
         * @throws Http2Fault when a field section was not completed in time
         */
        void onTick(long now, long began) throws Http2Fault {
            long limit = options.headTimeout().toNanos();
            if (pace.isResponseStuck(now, out.pendingWrites().isStuck())) {
                out.pendingWrites().drop();
                out.close();
            } else if (!session.isPrefaceComplete() && now - began >= limit) {
                out.close();
            }
            if (session.isSectionOverdue(now, limit)) {
                throw Http2Fault.calm("http2-head-timeout");
            }
        }
    }

    /**
     * Flow control of request bodies on one connection (RFC 9113 section 5.2): the connection's receive window, and the
     * WINDOW_UPDATE frames of its streams. Content that waits for an upstream is withheld from the connection's window
     * as well, which bounds what is buffered for all streams together.
     */
    static final class Http2Inflow {
        private static final int LARGE_WINDOW = 1 << 20;

        private final Http2Output out;
        private final Http2ReceiveWindow window;

        Http2Inflow(Http2Session<Http2Stream> session) {
            this.out = session.out();
            this.window = session.receiveWindow();
        }

        /** Returns whether content that waits for upstreams leaves the client no window. */
        boolean isHeldBack() {
            return window.isHeldBack();
        }

        /**
         * Accounts for content that a stream has processed: withholds it while the stream is paused, else returns the
         * credit.
         */
        void processed(Http2Stream stream, int flow) {
            if (stream.isClosed()) {
                return;
            }
            Http2Upload upload = stream.upload();
            if (upload.isPaused()) {
                upload.window().withhold(flow);
                window.withhold(flow);
            } else if (!upload.isComplete()) {
                upload.window().grant(stream.id(), out);
            }
        }

        /** Enlarges the windows for a request whose body is charged to the memory budget. */
        void enlarge(Http2Stream stream) {
            Http2ReceiveWindow streamWindow = stream.upload().window();
            streamWindow.resize(LARGE_WINDOW);
            streamWindow.grant(stream.id(), out);
            window.resize(LARGE_WINDOW);
            window.grant(0, out);
        }

        /** Returns the withheld credit of a stream that resumed reading. */
        void resumed(Http2Stream stream) {
            Http2ReceiveWindow streamWindow = stream.upload().window();
            window.releaseWithheld(streamWindow.releaseWithheld());
            if (!stream.upload().isComplete()) {
                streamWindow.grant(stream.id(), out);
            }
            window.grant(0, out);
        }

        /** Returns the withheld credit of a closed stream. */
        void closed(Http2Stream stream) {
            window.releaseWithheld(stream.upload().window().releaseWithheld());
            window.grant(0, out);
        }
    }
}
