package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.LiveExchange;
import dev.stillgate.proxy.exchange.MalformedRequest;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.exchange.ResponsesSocket;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ChunkedBody;
import dev.stillgate.proxy.http.Http1Content;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.listen.Http1ResponseHeadWriter.Persistence;
import dev.stillgate.proxy.listen.Http1Timeouts.Http1Phase;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/1.1 connection: parses requests one after the other and starts an exchange for each. After a
 * malformed message the connection is closed, because the start of the next message is unknown (RFC 9112 sections 2.2
 * and 6.3).
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements ResponsesSocket.Connection {
    private final EventLoopContext context;
    private final ListenOptions options;
    private final Peer peer;
    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser;
    private final Http1Content content = new Http1Content();
    private final ChunkedBody.Sink sink = this::onContent;
    private final PipelinedInput pipelined = new PipelinedInput();
    private final Http1ResponseWriter out;
    private final Http1Timeouts timeouts;
    private Http1Phase phase = Http1Phase.HEAD;
    private long discarded;
    private boolean reading;
    private @Nullable LiveExchange exchange;
    private @Nullable ResponsesSocket socket;

    Http1Connection(EventLoopContext context, ListenOptions options, Peer peer) {
        this.context = context;
        this.options = options;
        this.peer = peer;
        this.parser = Http1HeadParser.ofRequests(head, options.maxHead(), options.maxTarget());
        this.out = new Http1ResponseWriter(this);
        this.timeouts = new Http1Timeouts(context, options, this, out);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
    }

    /** Returns whether any byte of the next request has arrived. */
    boolean hasHeadBegun() {
        return parser.hasBegun();
    }

    Http1Head head() {
        return head;
    }

    EventLoopContext context() {
        return context;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        process(pipelined.takeWith((ByteBuf) message, out.alloc()));
    }

    /** Processes bytes and takes ownership of them. */
    private void process(ByteBuf in) {
        reading = true;
        boolean kept = false;
        try {
            while (in.isReadable() && phase != Http1Phase.RESPONDING) {
                switch (phase) {
                    case HEAD -> readHead(in);
                    case BODY -> readBody(in);
                    case TUNNEL -> {
                        if (socket != null) {
                            socket.read(in);
                            awaitSocket(socket);
                            continue;
                        }
                        int start = in.readerIndex();
                        in.readerIndex(in.writerIndex());
                        onContent(in, start, in.writerIndex() - start);
                    }
                    default -> {
                        discarded += in.readableBytes();
                        in.skipBytes(in.readableBytes());
                        if (discarded > options.maxDiscarded()) {
                            out.close();
                        }
                    }
                }
            }
            if (in.isReadable()) {
                kept = true;
                hold(in);
            }
        } catch (BadMessage e) {
            refuse(e);
        } finally {
            reading = false;
            if (!kept) {
                in.release();
            }
        }
    }

    /** Holds further input while a socket takes none. */
    private void awaitSocket(ResponsesSocket of) {
        if (phase == Http1Phase.TUNNEL && of.isStalled()) {
            phase = Http1Phase.RESPONDING;
        }
    }

    @Override
    public void serving(@Nullable LiveExchange current) {
        exchange = current;
    }

    @Override
    public void resume() {
        if (phase == Http1Phase.RESPONDING) {
            enterTunnel();
        }
    }

    @Override
    public void close() {
        if (phase != Http1Phase.LINGERING) {
            phase = Http1Phase.TUNNEL;
            linger();
        }
    }

    @Override
    public boolean isDraining() {
        return options.draining().getAsBoolean();
    }

    private void hold(ByteBuf in) {
        pipelined.hold(in);
        if (in.readableBytes() > options.maxHead()) {
            out.setReading(false);
        }
    }

    private void readHead(ByteBuf in) throws BadMessage {
        if (!parser.hasBegun()) {
            timeouts.start(context.ticker().nanos());
        }
        if (!parser.feed(in)) {
            return;
        }
        BodyFraming framing = BodyFraming.ofRequest(head);
        peer.setHttp(head.minorVersion() == 1 ? "1.1" : "1.0");
        content.begin(framing);
        boolean empty = content.isWhole();
        phase = empty ? Http1Phase.RESPONDING : Http1Phase.BODY;
        long start = context.ticker().nanos();
        timeouts.startBody(start);
        out.begin(head);
        LiveExchange started = new LiveExchange(context, out, peer, head);
        exchange = started;
        boolean sampled = context.isSampled();
        started.start(framing);
        if (sampled) {
            context.meters().headOverhead(context.ticker().nanos() - start);
        }
        if (empty && exchange == started) {
            started.onBodyEnd();
        }
    }

    private void readBody(ByteBuf in) throws BadMessage {
        timeouts.restart(context.ticker().nanos());
        int start = in.readerIndex();
        int end = content.advance(in, sink);
        in.readerIndex(end);
        timeouts.onBodyBytes(end - start);
        if (content.isWhole()) {
            requestComplete();
            bodyEnd();
        }
    }

    private void onContent(ByteBuf in, int index, int length) {
        if (content.isWhole()) {
            requestComplete(); // the exchange may end while it processes the last piece
        }
        if (exchange != null) {
            exchange.onBody(in, index, length);
        }
    }

    /** Adapts the timeouts, because the gateway itself has paused or resumed reading. */
    void readingChanged() {
        if (phase == Http1Phase.BODY) {
            timeouts.startBody(context.ticker().nanos());
        } else {
            timeouts.checkSoon();
        }
    }

    Http1Phase phase() {
        return phase;
    }

    private void requestComplete() {
        if (phase == Http1Phase.BODY) {
            phase = Http1Phase.RESPONDING;
        }
    }

    private void bodyEnd() {
        if (exchange != null) {
            boolean sampled = context.isSampled();
            long start = sampled ? context.ticker().nanos() : 0;
            exchange.onBodyEnd();
            if (sampled) {
                context.meters().bodyOverhead(context.ticker().nanos() - start);
            }
        } else if (phase == Http1Phase.RESPONDING) {
            nextRequestIfWritable();
        }
    }

    /** Responds to a malformed message where possible, and closes. */
    void refuse(BadMessage e) {
        if (phase == Http1Phase.LINGERING) {
            return; // the response was sent; these bytes are the rest of the request body
        }
        LiveExchange current = exchange;
        if (current != null) {
            phase = Http1Phase.LINGERING;
            current.refuse(e);
            return;
        }
        out.beginUnknown();
        phase = Http1Phase.LINGERING;
        out.sendReply(MalformedRequest.refuse(context, peer, head, parser.hasFirstLine(), e));
        linger();
    }

    /**
     * Enters tunnel mode after a 101 response. Input received earlier belongs to the new protocol (RFC 9110 section
     * 7.8).
     */
    void enterTunnel() {
        phase = Http1Phase.TUNNEL;
        out.setReading(true);
        if (!pipelined.isEmpty()) {
            context.loop().execute(this::processHeld); // after the response head was written
        }
    }

    private void processHeld() {
        ByteBuf held = phase == Http1Phase.TUNNEL ? pipelined.take() : null;
        if (held != null) {
            process(held);
        }
    }

    /** Called at the end of the exchange: continues with the next request, or closes. */
    void exchangeEnded() {
        exchange = null;
        if (out.hasSwitched()) {
            phase = Http1Phase.TUNNEL;
            socket = new ResponsesSocket(context, peer, head, out, this);
        } else if (out.closes()) {
            linger();
        } else if (phase == Http1Phase.RESPONDING) {
            nextRequestIfWritable();
        } else if (phase == Http1Phase.BODY && !isDrainable()) {
            linger();
        } else {
            out.setReading(true); // the exchange may have paused reading
        }
    }

    /**
     * Returns whether the rest of a rejected request's body is small enough to read and discard. A client that waits
     * for {@code 100 Continue} may omit the body (RFC 9110 section 10.1.1), so its next bytes are ambiguous.
     */
    private boolean isDrainable() {
        return !head.has(KnownHeader.EXPECT) && content.endsWithin(ListenOptions.MAX_DRAINED);
    }

    /** Returns whether the connection can carry another request after the current response. */
    boolean canPersist() {
        return phase == Http1Phase.RESPONDING || (phase == Http1Phase.BODY && isDrainable());
    }

    /**
     * Starts the next request once the client accepts responses, so that a client that only sends cannot fill the write
     * buffer.
     */
    private void nextRequestIfWritable() {
        if (out.isWritable()) {
            nextRequest();
        }
    }

    private void nextRequest() {
        phase = Http1Phase.HEAD;
        parser.reset();
        timeouts.startKeepAlive(context.ticker().nanos());
        out.setReading(true);
        ByteBuf held = reading ? null : pipelined.take();
        if (held != null) {
            process(held);
        }
    }

    /**
     * Closes so that the response arrives: closing with unread input resets the connection and can destroy data that
     * the client has not read yet (RFC 9112 section 9.6).
     */
    private void linger() {
        boolean whole = phase == Http1Phase.RESPONDING;
        phase = Http1Phase.LINGERING;
        timeouts.start(context.ticker().nanos());
        pipelined.release();
        out.setReading(true);
        out.finishAndClose(whole);
    }

    /** Drops a client that does not read, including what the kernel buffers for it. */
    void responseNotRead() {
        out.pendingWrites().drop();
        LiveExchange current = exchange;
        if (current != null) {
            current.refuse(Verdict.Kind.REQUEST_TIMEOUT, "slow-reader", "The response was not read in time.");
        }
        out.close();
    }

    /** Ends a request whose body is late. */
    void bodyTimedOut(String code) {
        phase = Http1Phase.LINGERING;
        LiveExchange current = exchange;
        if (current == null) {
            out.close();
        } else {
            current.refuse(Verdict.Kind.REQUEST_TIMEOUT, code, "The request body did not arrive in time.");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable()) {
            return;
        }
        if (socket != null) {
            socket.onWritable();
        } else if (exchange != null) {
            exchange.onDownstreamWritable();
        } else if (phase == Http1Phase.RESPONDING) {
            nextRequest();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timeouts.stop();
        context.meters().connectionClosed();
        pipelined.release();
        out.channelClosed();
        if (socket != null) {
            socket.release();
        }
        LiveExchange current = exchange;
        if (current != null) {
            current.onDownstreamGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionLog.failed(peer, cause);
        ctx.close();
    }

    /** Returns what the response announces about the connection (RFC 9112 section 9.3). */
    Persistence persistence() {
        if (!head.keepsAlive() || !canPersist() || options.draining().getAsBoolean()) {
            return Persistence.CLOSE;
        }
        return head.minorVersion() == 0 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
    }

    /**
     * Holds requests that a client sent before the current response was complete (pipelining, RFC 9112 section 9.3.2).
     */
    static final class PipelinedInput {
        private @Nullable ByteBuf held;

        boolean isEmpty() {
            return held == null;
        }

        /** Stores a buffer and takes ownership. Nothing may be stored already. */
        void hold(ByteBuf in) {
            held = in;
        }

        /** Removes the stored buffer and passes its ownership; null if there is none. */
        @Nullable
        ByteBuf take() {
            ByteBuf taken = held;
            held = null;
            return taken;
        }

        /**
         * Returns the stored bytes followed by {@code in}. Takes ownership of {@code in} and passes that of the result.
         */
        ByteBuf takeWith(ByteBuf in, ByteBufAllocator alloc) {
            ByteBuf first = take();
            if (first == null) {
                return in;
            }
            ByteBuf both = alloc.directBuffer(first.readableBytes() + in.readableBytes());
            both.writeBytes(first).writeBytes(in);
            first.release();
            in.release();
            return both;
        }

        void release() {
            ByteBuf taken = take();
            if (taken != null) {
                taken.release();
            }
        }
    }
}
