package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Lane;
import dev.stillgate.proxy.exchange.MalformedRequest;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http2HeadReader;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One HTTP/2 connection from a caller (RFC 9113): its streams, its windows, and how it ends. A peer that breaks the rules
 * of the connection, or keeps it busy for nothing, is told so with GOAWAY and closed; a request that is malformed ends
 * its own stream only.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Http2FrameSink {
    private static final int WIDE = 1 << 20;
    private static final int REFUSAL = 10;
    private static final int EARNED_BY_FRAME = 2;
    private static final int BYTES_FOR_ONE = 4096;
    private static final long GOODBYE_NANOS = 200_000_000L;

    private enum State {
        OPEN,
        /** The peer was told that no new streams are taken; those that are open go on. */
        LEAVING,
        /** GOAWAY was the last word; what arrives is thrown away. */
        LINGERING
    }

    private final Lane lane;
    private final ListenTerms terms;
    private final Peer peer;
    private final Http2Budget budget;
    private final Http2FrameReader reader;
    private final Http2HeadReader heads;
    private final Http2FieldDecoder fields;
    private final Http2Output out = new Http2Output();
    private final Http2ReceiveWindow window = new Http2ReceiveWindow();
    private final IntObjectMap<Http2Stream> streams = new IntObjectHashMap<>();
    private final ArrayDeque<Http2Stream> waiting = new ArrayDeque<>();
    private final Http2ClosedStreams past = new Http2ClosedStreams();
    private final Runnable unwatch;
    private State state = State.OPEN;
    private int lastStream;
    private int lastTaken = Integer.MAX_VALUE;
    private long sendWindow = Http2Wire.INITIAL_WINDOW;
    private long streamWindow = Http2Wire.INITIAL_WINDOW;
    private long since;
    private long lastUnsent;
    private long thrownAway;
    private long leavingSince;
    private int slowFields;
    private long slowSince;
    private boolean peerLeaves;

    Http2Connection(Lane lane, ListenTerms terms, Peer peer) {
        this.lane = lane;
        this.terms = terms;
        this.peer = peer;
        this.since = lane.ticker().nanos();
        this.budget = new Http2Budget(since);
        this.reader = new Http2FrameReader(this, budget, terms.maxHead());
        this.heads = new Http2HeadReader(terms.maxTarget());
        this.fields = new Http2FieldDecoder(heads, terms.maxHead());
        this.unwatch = lane.watch(this::onTick);
        peer.speaks("2");
    }

    Lane lane() {
        return lane;
    }

    Peer peer() {
        return peer;
    }

    Http2Output out() {
        return out;
    }

    Http2Budget budget() {
        return budget;
    }

    long sendWindow() {
        return sendWindow;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
        ByteBuf first = out.room(Http2Wire.FRAME_HEAD + 12);
        Http2Wire.frame(first, 12, Http2Wire.SETTINGS, 0, 0);
        Http2Wire.setting(first, Http2Wire.MAX_CONCURRENT_STREAMS, Http2Budget.STREAMS);
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, terms.maxHead());
        out.flushSoon();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (state == State.LINGERING) {
                thrownAway += in.readableBytes();
                if (thrownAway > terms.maxThrownAway()) {
                    out.close();
                }
            } else {
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
        out.endRead();
    }

    @Override
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        Http2Stream open = streams.get(id);
        if (open != null) {
            trailers(open, block, end);
        } else if (id > lastStream && (id & 1) == 1) {
            lastStream = id;
            request(id, block, end);
        } else if (past.mayBeLate(id)) {
            skip(id, block);
        } else {
            throw past.has(id)
                    ? new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed")
                    : Http2Fault.protocol("http2-stream-id");
        }
    }

    /** Decodes a section for the sake of those after it. */
    private void skip(int id, ByteBuf block) throws Http2Fault {
        budget.charge(1);
        heads.beginTrailers();
        try {
            fields.decode(id, block);
        } catch (BadMessage e) {
            budget.charge(REFUSAL);
        }
    }

    private void trailers(Http2Stream stream, ByteBuf block, boolean end) throws Http2Fault {
        if (stream.hasRequestEnded()) {
            throw new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
        }
        heads.beginTrailers();
        try {
            fields.decode(stream.id(), block);
            heads.end();
            if (!end) {
                throw new BadMessage(
                        Verdict.Kind.MALFORMED, "trailers", "A second header section does not end the request.");
            }
        } catch (BadMessage e) {
            budget.charge(REFUSAL);
            stream.breakRule(e);
            return;
        }
        stream.endRequest();
    }

    private void request(int id, ByteBuf block, boolean end) throws Http2Fault {
        if (id > lastTaken) {
            skip(id, block);
            past.add(id, true);
            return;
        }
        if (!budget.mayBegin(streams.size())) {
            skip(id, block);
            budget.charge(REFUSAL);
            past.add(id, true);
            Http2Wire.reset(out.room(13), id, Http2Wire.REFUSED_STREAM);
            return;
        }
        Http2Stream stream = new Http2Stream(this, id, streamWindow);
        streams.put(id, stream);
        heads.beginRequest(stream.head());
        try {
            fields.decode(id, block);
            heads.end();
            budget.began();
            stream.begin(end);
        } catch (BadMessage e) {
            budget.charge(REFUSAL);
            stream.refuse(
                    MalformedRequest.refuse(lane, peer, stream.head(), heads.hasFirstLine(), e),
                    end,
                    e.kind() == Verdict.Kind.MALFORMED);
        }
    }

    @Override
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        Http2Stream stream = streams.get(id);
        if (!window.take(flow) || (stream != null && !stream.window().take(flow))) {
            throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
        }
        if (stream == null) {
            if (id > lastStream || (id & 1) == 0) {
                throw Http2Fault.protocol("http2-idle-stream");
            }
            if (!past.mayBeLate(id)) {
                throw new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
            }
            budget.charge(1);
        } else if (stream.hasRequestEnded()) {
            throw new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
        } else {
            stream.onData(in, index, length, end);
            if (stream.isPaused() && !stream.isClosed()) {
                stream.window().withhold(flow);
                window.withhold(flow);
            } else if (!stream.isClosed() && !stream.hasRequestEnded()) {
                grant(id, stream.window());
            }
        }
        grant(0, window);
    }

    private void grant(int id, Http2ReceiveWindow from) {
        int more = from.grant();
        if (more > 0) {
            Http2Wire.windowUpdate(out.room(13), id, more);
            out.flushSoon();
        }
    }

    /** Lets requests come faster whose memory is accounted for elsewhere. */
    void widen() {
        window.widen(WIDE);
        grant(0, window);
    }

    /** A stream is read again. */
    void resumed(Http2Stream stream) {
        window.letGo(stream.window().letGo());
        if (!stream.hasRequestEnded()) {
            grant(stream.id(), stream.window());
        }
        grant(0, window);
    }

    /** The stream could send, and the connection could not. */
    void waitFor(Http2Stream stream) {
        if (!waiting.contains(stream)) {
            waiting.add(stream);
        }
    }

    /** A DATA frame was written. */
    void sent(int bytes) {
        sendWindow -= bytes;
        budget.earn(EARNED_BY_FRAME + bytes / BYTES_FOR_ONE);
    }

    private void resume() {
        for (int left = waiting.size(); left > 0 && sendWindow > 0 && out.isWritable(); left--) {
            Http2Stream next = waiting.removeFirst();
            next.drain();
        }
        out.flushSoon();
    }

    /**
     * The stream is closed.
     *
     * @param late whether frames of it may still come
     */
    void closed(Http2Stream stream, boolean late) {
        streams.remove(stream.id());
        waiting.remove(stream);
        past.add(stream.id(), late);
        window.letGo(stream.window().letGo());
        since = lane.ticker().nanos();
        grant(0, window);
    }

    @Override
    public void onReset(int id) throws Http2Fault {
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            spokenOf(id);
            return;
        }
        closed(stream, false);
        stream.gone();
        budget.brokeOff();
    }

    private void spokenOf(int id) throws Http2Fault {
        if (id > lastStream || (id & 1) == 0) {
            throw Http2Fault.protocol("http2-idle-stream");
        }
    }

    @Override
    public void onPriority(int id) {
        // what is sent first is decided by what is there first (RFC 9113 section 5.3.2)
    }

    @Override
    public void onSetting(int id, long value) throws Http2Fault {
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.tableShrinks();
            case Http2Wire.ENABLE_PUSH -> require(value <= 1, Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.INITIAL_WINDOW_SIZE -> {
                require(value <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
                long change = value - streamWindow;
                streamWindow = value;
                for (Http2Stream stream : streams.values()) {
                    require(stream.enlarge(change), Http2Wire.FLOW_CONTROL_ERROR);
                }
            }
            case Http2Wire.MAX_FRAME_SIZE ->
                require(value >= Http2Wire.MAX_FRAME && value < 1 << 24, Http2Wire.PROTOCOL_ERROR);
            default -> {} // the rest speaks of what is not used here, or is unknown
        }
    }

    private static void require(boolean fine, int error) throws Http2Fault {
        if (!fine) {
            throw new Http2Fault(error, "http2-settings");
        }
    }

    @Override
    public void onSettingsEnd() {
        Http2Wire.frame(out.room(Http2Wire.FRAME_HEAD), 0, Http2Wire.SETTINGS, Http2Wire.ACK, 0);
        out.flushSoon();
        for (Http2Stream stream : all()) {
            stream.drain();
        }
    }

    private List<Http2Stream> all() {
        return new ArrayList<>(streams.values());
    }

    @Override
    public void onPing(long opaque) {
        ByteBuf answer = out.room(Http2Wire.FRAME_HEAD + 8);
        Http2Wire.frame(answer, 8, Http2Wire.PING, Http2Wire.ACK, 0);
        answer.writeLong(opaque);
        out.flushSoon();
    }

    @Override
    public void onGoAway(int error) {
        peerLeaves = true;
        if (error != Http2Wire.NO_ERROR) {
            out.close();
        }
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            sendWindow += increment;
            require(sendWindow <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
            resume();
            return;
        }
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            spokenOf(id);
            return;
        }
        require(stream.enlarge(increment), Http2Wire.FLOW_CONTROL_ERROR);
        stream.drain();
        out.flushSoon();
    }

    private void goAway(int last, int error) {
        Http2Wire.goAway(out.room(Http2Wire.FRAME_HEAD + 8), last, error);
        out.flushSoon();
    }

    /** Ends a connection whose peer broke the rules: nothing of it goes on. */
    private void fail(Http2Fault fault) {
        if (state == State.LINGERING) {
            return;
        }
        lane.meters().badMessage(fault.code());
        goAway(lastStream, fault.error());
        linger();
    }

    private void linger() {
        state = State.LINGERING;
        since = lane.ticker().nanos();
        dropAll();
        out.finish();
    }

    private void dropAll() {
        List<Http2Stream> open = all();
        streams.clear();
        waiting.clear();
        open.forEach(Http2Stream::gone);
        reader.release();
    }

    private void onTick(long now) {
        try {
            budget.onTick(now);
            if (state == State.LINGERING) {
                lingerTick(now);
                return;
            }
            greetingTick(now);
            for (Http2Stream stream : all()) {
                stream.onTick(now, terms);
            }
            leaveTick(now);
        } catch (Http2Fault e) {
            fail(e);
        }
    }

    /** Gives a peer that still reads its time; the time counts from the last byte that it took. */
    private void lingerTick(long now) {
        long unsent = out.unsentBytes();
        long patience = unsent > 0 ? terms.keepAlive().toNanos() : ListenTerms.LINGER_NANOS;
        if (unsent != lastUnsent) {
            lastUnsent = unsent;
            since = now;
        } else if (now - since >= patience) {
            out.close();
        }
    }

    /** Closes on a peer that does not say what it wants in time. */
    private void greetingTick(long now) throws Http2Fault {
        long patience = terms.headTimeout().toNanos();
        if (!reader.isSettled() && now - since >= patience) {
            out.close();
        }
        int begun = reader.fieldsUnderWay();
        if (begun == 0 || begun != slowFields) {
            slowFields = begun;
            slowSince = now;
        } else if (now - slowSince >= patience) {
            throw Http2Fault.calm("http2-head-timeout");
        }
    }

    /** Goes when the gateway shuts down, the peer wants to, or nothing has happened for long. */
    private void leaveTick(long now) {
        Duration patience = lastStream == 0 ? terms.headTimeout() : terms.keepAlive();
        boolean idle = streams.isEmpty() && now - since >= patience.toNanos();
        if (state == State.OPEN && (idle || terms.draining().getAsBoolean())) {
            state = State.LEAVING;
            leavingSince = now;
            goAway(Integer.MAX_VALUE, Http2Wire.NO_ERROR);
        } else if (state == State.LEAVING && lastTaken == Integer.MAX_VALUE && now - leavingSince >= GOODBYE_NANOS) {
            lastTaken = lastStream; // what was on its way when the peer was told has come
            goAway(lastStream, Http2Wire.NO_ERROR);
        }
        if (streams.isEmpty() && (peerLeaves || lastTaken != Integer.MAX_VALUE)) {
            linger();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (out.isWritable() && state != State.LINGERING) {
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unwatch.run();
        lane.meters().connectionClosed();
        state = State.LINGERING;
        out.gone();
        dropAll();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException || cause.getCause() instanceof IOException)) { // of TLS they come wrapped
            ConnectionLog.failed(peer, cause);
        }
        ctx.close();
    }
}
