package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http2AnswerReader;
import dev.stillgate.proxy.http2.Http2Budget;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FieldDecoder;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2FrameSink;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to an upstream (RFC 9113), which many exchanges share. It is open when the upstream's first SETTINGS
 * have come: who does not speak HTTP/2 is found out before a request was sent, and how many streams it takes is known. An
 * upstream that breaks the rules of the connection is told so and left; an answer that is malformed ends its own stream only.
 */
final class Http2UpstreamConnection extends ChannelInboundHandlerAdapter
        implements Http2FrameSink, UpstreamConnector.Opening {
    /** The most streams at once, however many the upstream takes: so many exchanges are lost with a connection. */
    static final int MOST_STREAMS = 100;

    private static final int MAX_HEAD = 64 * 1024;

    /** What may be on its way on all streams together: more than they can hold back, so that none waits for another. */
    private static final int WIDE = 16 << 20;

    private static final int MAX_SPARE_HEADS = 16;

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
    private final Http2Budget budget;
    private final Http2FrameReader reader;
    private final Http2AnswerReader answers = new Http2AnswerReader();
    private final Http2FieldDecoder fields = new Http2FieldDecoder(answers, MAX_HEAD);
    private final Http2Output out = new Http2Output();
    private final Http2SendWindow sending;
    private final Http2ReceiveWindow inflow = new Http2ReceiveWindow();
    private final Http2UpstreamSettings settings;
    private final Http2Pulse pulse = new Http2Pulse(out);
    private final Http2RequestHead requestHead;
    private final IntObjectMap<Http2UpstreamStream> streams = new IntObjectHashMap<>();
    private final ArrayDeque<Http2UpstreamStream> waiting = new ArrayDeque<>();
    private final ArrayDeque<Http1Head> spareHeads = new ArrayDeque<>();
    private final List<Http2UpstreamStream> touched = new ArrayList<>();
    private @Nullable Channel channel;
    private State state = State.OPENING;
    private int next = 1;
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
        this.budget = new Http2Budget(since);
        this.reader = Http2FrameReader.ofUpstream(this, budget, MAX_HEAD);
        this.sending = new Http2SendWindow(out, budget);
        this.settings = new Http2UpstreamSettings(out, streams.values());
        this.requestHead = new Http2RequestHead(all.endpoint().isSecure());
    }

    Http2Output out() {
        return out;
    }

    Http2SendWindow sending() {
        return sending;
    }

    Http2RequestHead requestHead() {
        return requestHead;
    }

    /** Returns whether another exchange may begin here, or wait for that. */
    boolean hasRoom() {
        if (probe) {
            return false;
        }
        return switch (state) {
            case OPENING, GREETING -> waiting.size() < all.expected();
            case OPEN -> streams.size() < settings.mostStreams();
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
        Http1Head spare = spareHeads.pollFirst();
        Http2UpstreamStream stream = new Http2UpstreamStream(
                this, spare == null ? new Http1Head() : spare, listener, open, settings.streamWindow());
        listener.onOpening(stream);
        if (open) {
            stream.begin();
        } else {
            waiting.add(stream);
        }
    }

    /** Gives a stream its number, in the order in which their heads are written. */
    int register(Http2UpstreamStream stream) {
        int id = next;
        next += 2;
        streams.put(id, stream);
        if (next < 0) {
            state = State.LEAVING; // all numbers are used up
        }
        return id;
    }

    void giveBack(Http1Head head) {
        if (spareHeads.size() < MAX_SPARE_HEADS) {
            spareHeads.addFirst(head);
        }
    }

    /** An exchange waits no longer. */
    void gaveUp(Http2UpstreamStream stream) {
        waiting.remove(stream);
        if (probe) {
            close();
        }
    }

    /** A stream is over. */
    void closed(Http2UpstreamStream stream) {
        streams.remove(stream.id());
        sending.forget(stream);
        if (!streams.isEmpty()) {
            return;
        }
        since = all.pool().now();
        if (probe || state == State.LEAVING) {
            leave();
        } else if (state == State.OPEN) {
            all.idle(this);
        }
    }

    void touched(Http2UpstreamStream stream) {
        touched.add(stream);
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
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, MAX_HEAD);
        inflow.widen(WIDE);
        Http2Wire.windowUpdate(first, 0, inflow.grant());
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
            UpstreamConnection plain = new UpstreamConnection(all.pool(), all.endpoint(), first);
            open.pipeline().replace(this, null, plain);
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
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).onReadComplete();
        }
        touched.clear();
        out.endRead();
    }

    @Override
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        Http2UpstreamStream stream = streams.get(id);
        if (stream != null) {
            budget.began();
            stream.onFields(block, end);
            return;
        }
        spokenOf(id);
        budget.charge(1);
        try {
            decodeTrailers(id, block); // for the sake of those after it
        } catch (BadMessage e) {
            budget.charge(1);
        }
    }

    /** Decodes an answer's head. */
    void decode(Http2UpstreamStream stream, ByteBuf block) throws Http2Fault, BadMessage {
        answers.beginAnswer(stream.head());
        fields.decode(stream.id(), block);
        answers.end();
    }

    void decodeTrailers(int id, ByteBuf block) throws Http2Fault, BadMessage {
        answers.beginTrailers();
        fields.decode(id, block);
        answers.end();
    }

    private void spokenOf(int id) throws Http2Fault {
        if (id >= next || (id & 1) == 0) {
            throw Http2Fault.protocol("http2-idle-stream");
        }
    }

    @Override
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        if (!inflow.take(flow)) {
            throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
        }
        Http2UpstreamStream stream = streams.get(id);
        if (stream == null) {
            spokenOf(id);
            budget.charge(1);
        } else {
            stream.onData(in, index, length, flow, end);
        }
        int more = inflow.grant();
        if (more > 0) {
            Http2Wire.windowUpdate(out.room(13), 0, more);
            out.flushSoon();
        }
    }

    @Override
    public void onReset(int id, int error) throws Http2Fault {
        spokenOf(id);
        Http2UpstreamStream stream = streams.get(id);
        if (stream != null) {
            stream.onReset(error);
        }
    }

    @Override
    public void onSetting(int id, long value) throws Http2Fault {
        settings.set(id, value);
    }

    @Override
    public void onSettingsEnd() {
        Http2Wire.frame(out.room(Http2Wire.FRAME_HEAD), 0, Http2Wire.SETTINGS, Http2Wire.ACK, 0);
        out.flushSoon();
        if (state == State.GREETING) {
            greeted();
        } else {
            List.copyOf(streams.values()).forEach(Http2UpstreamStream::drain);
        }
    }

    private void greeted() {
        if (settings.mostStreams() == 0) {
            openFailed(new IOException("the endpoint takes no streams"));
            return;
        }
        state = State.OPEN;
        since = all.pool().now();
        all.expect(settings.mostStreams());
        while (!waiting.isEmpty() && state == State.OPEN && streams.size() < settings.mostStreams()) {
            Http2UpstreamStream first = waiting.removeFirst();
            first.enlarge(settings.streamWindow() - Http2Wire.INITIAL_WINDOW);
            first.begin();
        }
        moveOn();
    }

    @Override
    public void onPing(long opaque) {
        ByteBuf answer = out.room(Http2Wire.FRAME_HEAD + 8);
        Http2Wire.frame(answer, 8, Http2Wire.PING, Http2Wire.ACK, 0);
        answer.writeLong(opaque);
        out.flushSoon();
    }

    /** The upstream leaves: what it has not read goes elsewhere, and the rest ends here. */
    @Override
    public void onGoAway(int last, int error) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.LEAVING;
        for (Http2UpstreamStream each : List.copyOf(streams.values())) {
            if (each.id() > last) {
                each.unread("upstream-goaway");
            }
        }
        if (streams.isEmpty()) {
            leave();
        }
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            if (!sending.enlarge(increment)) {
                throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
            }
            sending.resume();
            return;
        }
        spokenOf(id);
        Http2UpstreamStream stream = streams.get(id);
        if (stream == null) {
            return;
        }
        if (stream.enlarge(increment)) {
            stream.drain();
            out.flushSoon();
        } else {
            stream.broken(Http2Wire.FLOW_CONTROL_ERROR, "upstream-http2-flow-control");
        }
    }

    /** Leaves an upstream that broke the rules, or does not speak HTTP/2 at all. */
    private void fail(Http2Fault fault) {
        if (state == State.CLOSED) {
            return;
        }
        boolean greeting = state == State.GREETING;
        state = State.CLOSED;
        Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), 0, fault.error());
        out.finish(true);
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
        List<Http2UpstreamStream> open = List.copyOf(streams.values());
        streams.clear();
        reader.release();
        for (Http2UpstreamStream each : open) {
            sending.forget(each);
            end.accept(each);
        }
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
            out.finish(true);
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
            sending.resume();
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
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.GREETING) {
            openFailed(cause);
        } else if (state != State.OPENING && state != State.CLOSED) {
            close();
            lose(UpstreamFailure.code(cause));
        }
    }
}
