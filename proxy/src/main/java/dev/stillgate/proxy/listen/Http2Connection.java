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
    private static final int REFUSAL_COST = 10;

    private final EventLoopContext context;
    private final ListenOptions options;
    private final Peer peer;
    private final AbuseBudget abuseBudget;
    private final Http2FrameReader reader;
    private final Http2RequestHeadReader headReader;
    private final Http2FieldDecoder fieldDecoder;
    private final Http2SendWindow sendWindow;
    private final Http2Shutdown shutdown;
    private final Http2Output out = new Http2Output();
    private final Http2Inflow inflow = new Http2Inflow(out);
    private final Http2Streams streams = new Http2Streams();
    private final Http2PeerSettings settings = Http2PeerSettings.ofClient(out, streams);
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
        this.abuseBudget = new AbuseBudget(idleSince);
        this.reader = Http2FrameReader.ofClient(this, abuseBudget, options.maxHead());
        this.headReader = new Http2RequestHeadReader(options.maxTarget());
        this.fieldDecoder = new Http2FieldDecoder(headReader, options.maxHead());
        this.sendWindow = new Http2SendWindow(out, abuseBudget);
        this.shutdown = new Http2Shutdown(options, out);
        this.timeouts = new Http2Timeouts(options, reader, out);
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

    Http2Output out() {
        return out;
    }

    AbuseBudget abuseBudget() {
        return abuseBudget;
    }

    Http2SendWindow sendWindow() {
        return sendWindow;
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
        } else if (streams.accept(id)) {
            request(id, block, end);
        } else if (streams.mayBeLate(id)) {
            discardFields(id, block);
        } else {
            throw streams.wasOpen(id) ? streamClosed() : Http2Fault.protocol("http2-stream-id");
        }
    }

    private static Http2Fault streamClosed() {
        return new Http2Fault(Http2Wire.STREAM_CLOSED, "http2-stream-closed");
    }

    /** Decodes and discards a field section, to keep the HPACK state in step (RFC 9113 section 4.3). */
    private void discardFields(int id, ByteBuf block) throws Http2Fault {
        abuseBudget.charge(1);
        headReader.beginTrailers();
        try {
            fieldDecoder.decode(id, block);
        } catch (BadMessage e) {
            abuseBudget.charge(REFUSAL_COST);
        }
    }

    private void trailers(Http2Stream stream, ByteBuf block, boolean end) throws Http2Fault {
        if (stream.upload().isComplete()) {
            throw streamClosed();
        }
        headReader.beginTrailers();
        try {
            fieldDecoder.decode(stream.id(), block);
            headReader.end();
            if (!end) {
                throw new BadMessage(
                        Verdict.Kind.MALFORMED, "trailers", "A second header section does not end the request.");
            }
        } catch (BadMessage e) {
            abuseBudget.charge(REFUSAL_COST);
            stream.malformed(e);
            return;
        }
        stream.onData(block, 0, 0, true);
    }

    private void request(int id, ByteBuf block, boolean end) throws Http2Fault {
        if (!shutdown.accepts(id)) {
            discardFields(id, block);
            streams.close(id, Http2Wire.INITIAL_WINDOW);
            return;
        }
        if (!abuseBudget.mayOpenStream(streams.count()) || out.isFull()) {
            discardFields(id, block);
            abuseBudget.charge(REFUSAL_COST);
            streams.close(id, Http2Wire.INITIAL_WINDOW);
            Http2Wire.reset(out.buffer(13), id, Http2Wire.REFUSED_STREAM);
            return;
        }
        Http2Stream stream = new Http2Stream(this, id, settings.streamWindow());
        streams.open(stream);
        headReader.beginRequest(stream.head());
        try {
            fieldDecoder.decode(id, block);
            headReader.end();
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
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        Http2Stream stream = streams.find(id);
        if (!inflow.consume(flow)
                || (stream != null && !stream.upload().window().consume(flow))) {
            throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
        }
        if (stream == null) {
            requireNotIdle(id);
            if (!streams.mayBeLate(id)) {
                throw streamClosed();
            }
            if (!streams.consumeLate(id, flow)) {
                abuseBudget.charge(1);
            }
        } else if (stream.upload().isComplete()) {
            throw streamClosed();
        } else {
            stream.onData(in, index, length, end);
            inflow.processed(stream, flow);
        }
        inflow.grant();
    }

    /**
     * Removes a closed stream.
     *
     * @param late whether frames of it may still be in transit
     */
    void streamClosed(Http2Stream stream, boolean late) {
        streams.close(stream.id(), late ? stream.upload().window().credit() : Http2Streams.NOTHING_LATE);
        sendWindow.remove(stream);
        inflow.closed(stream);
    }

    @Override
    public void onReset(int id, int error) throws Http2Fault {
        Http2Stream stream = streams.find(id);
        if (stream == null) {
            requireNotIdle(id);
            return;
        }
        streamClosed(stream, false);
        stream.clientGone();
        abuseBudget.streamAborted();
    }

    private void requireNotIdle(int id) throws Http2Fault {
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
        Http2Wire.settingsAck(out.buffer(Http2Wire.FRAME_HEAD));
        out.flushSoon();
        streams.forEach(Http2Stream::drain);
    }

    @Override
    public void onPing(long opaque) {
        Http2Wire.pingAck(out.buffer(Http2Wire.FRAME_HEAD + 8), opaque);
        out.flushSoon();
    }

    @Override
    public void onGoAway(int last, int error) {
        shutdown.clientLeaves();
        if (error != Http2Wire.NO_ERROR) {
            out.close();
        }
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            if (preface != null) {
                preface.windowEnlarged(increment);
            }
            if (!sendWindow.enlarge(increment)) {
                throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
            }
            sendWindow.resume();
            return;
        }
        Http2Stream stream = streams.find(id);
        if (stream == null) {
            requireNotIdle(id);
        } else if (stream.enlarge(increment)) {
            stream.drain();
            out.flushSoon();
        } else {
            stream.resetForFault(Http2Wire.FLOW_CONTROL_ERROR);
        }
    }

    /** Ends the connection and all its streams after a connection error. */
    private void fail(Http2Fault fault) {
        if (!shutdown.isDiscarding()) {
            context.meters().badMessage(fault.code());
            shutdown.fail(context.ticker().nanos(), streams.last(), fault.error());
            closeStreams();
        }
    }

    private void closeStreams() {
        for (Http2Stream each : streams.clear()) {
            sendWindow.remove(each);
            each.clientGone();
        }
        reader.release();
    }

    private long onTick(long now) {
        if (!streams.isEmpty() || streams.last() != lastAtPreviousTick) {
            lastAtPreviousTick = streams.last();
            idleSince = now;
        }
        try {
            if (!shutdown.isDiscarding()) {
                abuseBudget.onTick(now);
                for (Http2Stream stream : streams) {
                    stream.onTick(now);
                }
                timeouts.onTick(now, idleSince);
            }
        } catch (Http2Fault e) {
            fail(e);
        }
        shutdown.onTick(now, streams.last(), streams.isEmpty(), idleSince);
        return 0;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (out.isWritable() && !shutdown.isDiscarding()) {
            sendWindow.resume();
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
}
