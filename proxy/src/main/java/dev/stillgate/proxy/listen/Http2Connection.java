package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.MalformedRequest;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http2RequestHeadReader;
import dev.stillgate.proxy.http2.AbuseBudget;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FieldDecoder;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2FrameSink;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2PeerSettings;
import dev.stillgate.proxy.http2.Http2SendWindow;
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
final class Http2Connection extends ChannelInboundHandlerAdapter implements Http2FrameSink {
    private static final int REFUSAL = 10;

    private final EventLoopContext lane;
    private final ListenOptions terms;
    private final Peer peer;
    private final AbuseBudget budget;
    private final Http2FrameReader reader;
    private final Http2RequestHeadReader heads;
    private final Http2FieldDecoder fields;
    private final Http2SendWindow sending;
    private final Http2Shutdown farewell;
    private final Http2Output out = new Http2Output();
    private final Http2Inflow inflow = new Http2Inflow(out);
    private final Http2Streams streams = new Http2Streams();
    private final Http2PeerSettings settings = Http2PeerSettings.ofCaller(out, streams);
    private final Http2Timeouts patience;
    private final Runnable unwatch;
    private @Nullable Http2Preface preface = new Http2Preface();
    private long idleSince;
    private int lastBefore;

    Http2Connection(EventLoopContext lane, ListenOptions terms, Peer peer) {
        this.lane = lane;
        this.terms = terms;
        this.peer = peer;
        this.idleSince = lane.ticker().nanos();
        this.budget = new AbuseBudget(idleSince);
        this.reader = Http2FrameReader.ofCaller(this, budget, terms.maxHead());
        this.heads = new Http2RequestHeadReader(terms.maxTarget());
        this.fields = new Http2FieldDecoder(heads, terms.maxHead());
        this.sending = new Http2SendWindow(out, budget);
        this.farewell = new Http2Shutdown(terms, out);
        this.patience = new Http2Timeouts(terms, reader, out);
        this.unwatch = lane.watch(this::onTick);
        peer.speaks("2");
    }

    EventLoopContext lane() {
        return lane;
    }

    ListenOptions terms() {
        return terms;
    }

    Peer peer() {
        return peer;
    }

    Http2Output out() {
        return out;
    }

    AbuseBudget budget() {
        return budget;
    }

    Http2SendWindow sending() {
        return sending;
    }

    Http2Inflow inflow() {
        return inflow;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
        ByteBuf first = out.room(Http2Wire.FRAME_HEAD + 12);
        Http2Wire.frame(first, 12, Http2Wire.SETTINGS, 0, 0);
        Http2Wire.setting(first, Http2Wire.MAX_CONCURRENT_STREAMS, AbuseBudget.STREAMS);
        Http2Wire.setting(first, Http2Wire.MAX_HEADER_LIST_SIZE, terms.maxHead());
        out.flushSoon();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (farewell.isOver()) {
                farewell.throwAway(in.readableBytes());
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
        Http2Stream open = streams.find(id);
        if (open != null) {
            trailers(open, block, end);
        } else if (streams.begins(id)) {
            request(id, block, end);
        } else if (streams.mayBeLate(id)) {
            skip(id, block);
        } else {
            throw streams.wasOpen(id) ? streamClosed() : Http2Fault.protocol("http2-stream-id");
        }
    }

    private static Http2Fault streamClosed() {
        return new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
    }

    /** Decodes and discards a field section, to keep the HPACK state in step (RFC 9113 section 4.3). */
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
        if (stream.upload().isWhole()) {
            throw streamClosed();
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
        stream.onData(block, 0, 0, true);
    }

    private void request(int id, ByteBuf block, boolean end) throws Http2Fault {
        if (!farewell.takes(id)) {
            skip(id, block);
            streams.close(id, Http2Wire.INITIAL_WINDOW);
            return;
        }
        if (!budget.mayBegin(streams.count()) || out.isFull()) {
            skip(id, block);
            budget.charge(REFUSAL);
            streams.close(id, Http2Wire.INITIAL_WINDOW);
            Http2Wire.reset(out.room(13), id, Http2Wire.REFUSED_STREAM);
            return;
        }
        Http2Stream stream = new Http2Stream(this, id, settings.streamWindow());
        streams.open(stream);
        heads.beginRequest(stream.head());
        try {
            fields.decode(id, block);
            heads.end();
            begins();
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

    /** Records the connection preface's fingerprint at the first request. */
    private void begins() {
        if (preface != null) {
            peer.begins(preface.line(heads.pseudoOrder()));
            preface = null;
        }
    }

    @Override
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        Http2Stream stream = streams.find(id);
        if (!inflow.take(flow) || (stream != null && !stream.upload().window().take(flow))) {
            throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
        }
        if (stream == null) {
            spokenOf(id);
            if (!streams.mayBeLate(id)) {
                throw streamClosed();
            }
            if (!streams.takeLate(id, flow)) {
                budget.charge(1);
            }
        } else if (stream.upload().isWhole()) {
            throw streamClosed();
        } else {
            stream.onData(in, index, length, end);
            inflow.taken(stream, flow);
        }
        inflow.grant();
    }

    /**
     * Removes a closed stream.
     *
     * @param late whether frames of it may still be in transit
     */
    void closed(Http2Stream stream, boolean late) {
        streams.close(stream.id(), late ? stream.upload().window().credit() : Http2Streams.NOTHING_LATE);
        sending.forget(stream);
        inflow.closed(stream);
    }

    @Override
    public void onReset(int id, int error) throws Http2Fault {
        Http2Stream stream = streams.find(id);
        if (stream == null) {
            spokenOf(id);
            return;
        }
        closed(stream, false);
        stream.gone();
        budget.brokeOff();
    }

    private void spokenOf(int id) throws Http2Fault {
        if (streams.isIdle(id)) {
            throw Http2Fault.protocol("http2-idle-stream");
        }
    }

    @Override
    public void onSetting(int id, long value) throws Http2Fault {
        if (preface != null) {
            preface.setting(id, value);
        }
        settings.set(id, value);
    }

    @Override
    public void onSettingsEnd() {
        Http2Wire.settingsAck(out.room(Http2Wire.FRAME_HEAD));
        out.flushSoon();
        streams.forEach(Http2Stream::drain);
    }

    @Override
    public void onPing(long opaque) {
        Http2Wire.pingAck(out.room(Http2Wire.FRAME_HEAD + 8), opaque);
        out.flushSoon();
    }

    @Override
    public void onGoAway(int last, int error) {
        farewell.peerLeaves();
        if (error != Http2Wire.NO_ERROR) {
            out.close();
        }
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            if (preface != null) {
                preface.enlarged(increment);
            }
            if (!sending.enlarge(increment)) {
                throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
            }
            sending.resume();
            return;
        }
        Http2Stream stream = streams.find(id);
        if (stream == null) {
            spokenOf(id);
        } else if (stream.enlarge(increment)) {
            stream.drain();
            out.flushSoon();
        } else {
            stream.breakOff(Http2Wire.FLOW_CONTROL_ERROR);
        }
    }

    /** Ends the connection and all its streams after a connection error. */
    private void fail(Http2Fault fault) {
        if (!farewell.isOver()) {
            lane.meters().badMessage(fault.code());
            farewell.fail(lane.ticker().nanos(), streams.last(), fault.error());
            dropAll();
        }
    }

    private void dropAll() {
        for (Http2Stream each : streams.clear()) {
            sending.forget(each);
            each.gone();
        }
        reader.release();
    }

    private void onTick(long now) {
        if (!streams.isEmpty() || streams.last() != lastBefore) {
            lastBefore = streams.last();
            idleSince = now;
        }
        try {
            if (!farewell.isOver()) {
                budget.onTick(now);
                for (Http2Stream stream : streams) {
                    stream.onTick(now);
                }
                patience.onTick(now, idleSince);
            }
        } catch (Http2Fault e) {
            fail(e);
        }
        farewell.onTick(now, streams.last(), streams.isEmpty(), idleSince);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (out.isWritable() && !farewell.isOver()) {
            sending.resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unwatch.run();
        lane.meters().connectionClosed();
        farewell.closed();
        out.gone();
        dropAll();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionLog.failed(peer, cause);
        ctx.close();
    }
}
