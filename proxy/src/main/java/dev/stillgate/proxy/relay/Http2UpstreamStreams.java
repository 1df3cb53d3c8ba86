package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http2ResponseHeadReader;
import dev.stillgate.proxy.http2.AbuseBudget;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FieldDecoder;
import dev.stillgate.proxy.http2.Http2FrameSink;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2PeerSettings;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Open streams of one HTTP/2 connection to an upstream, and the dispatch of received frames to them. */
final class Http2UpstreamStreams implements Http2FrameSink {
    /** Maximum number of concurrent streams, whatever the upstream allows: all of them are lost with the connection. */
    static final int MAX_STREAMS = 100;

    /** Largest accepted field section, in bytes. */
    static final int MAX_HEAD = 64 * 1024;

    /** Receive window of the connection: more than all streams can withhold, so that no stream blocks another. */
    private static final int CONNECTION_WINDOW = 16 << 20;

    private static final int CREDIT_PER_RESET = 20;
    private static final int MAX_SPARE_HEADS = 16;

    private final Owner owner;
    private final AbuseBudget abuseBudget;
    private final Http2Output out = new Http2Output();
    private final Http2ResponseHeadReader headReader = new Http2ResponseHeadReader();
    private final Http2FieldDecoder fieldDecoder = new Http2FieldDecoder(headReader, MAX_HEAD);
    private final Http2SendWindow sendWindow;
    private final Http2ReceiveWindow receiveWindow = new Http2ReceiveWindow();
    private final Http2PeerSettings settings;
    private final Http2RequestHead requestHead;
    private final IntObjectMap<Http2UpstreamStream> open = new IntObjectHashMap<>();
    private final ArrayDeque<Http1Head> spareHeads = new ArrayDeque<>();
    private final List<Http2UpstreamStream> touched = new ArrayList<>();
    private final ContentPieces piece = new ContentPieces();
    private int next = 1;

    /** The connection of these streams. */
    interface Owner {
        /** Called when an exchange was cancelled before its stream was open. */
        void waitingCancelled(Http2UpstreamStream stream);

        /** Called when the last open stream has closed. */
        void allStreamsClosed();

        /** Called at the end of each SETTINGS frame; returns whether it was the first, which opens the connection. */
        boolean onSettings(Http2PeerSettings settings);

        /** Closes the connection once all streams have ended; opens no new ones. */
        void drain();
    }

    Http2UpstreamStreams(Owner owner, AbuseBudget abuseBudget, boolean secure) {
        this.owner = owner;
        this.abuseBudget = abuseBudget;
        this.sendWindow = new Http2SendWindow(out, abuseBudget);
        this.settings = Http2PeerSettings.ofUpstream(out, open.values(), MAX_STREAMS);
        this.requestHead = new Http2RequestHead(secure);
    }

    Http2Output out() {
        return out;
    }

    Http2SendWindow sendWindow() {
        return sendWindow;
    }

    Http2RequestHead requestHead() {
        return requestHead;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Returns whether another stream can be opened now. */
    boolean canOpen() {
        return open.size() < settings.allowedStreams() && next > 0;
    }

    /** Creates a stream that is not open yet. */
    Http2UpstreamStream create(ResponseListener listener, boolean reused) {
        Http1Head spare = spareHeads.pollFirst();
        return new Http2UpstreamStream(
                this, spare == null ? new Http1Head() : spare, listener, reused, settings.streamWindow());
    }

    /** Enlarges the connection's receive window. */
    void enlargeReceiveWindow() {
        receiveWindow.resize(CONNECTION_WINDOW);
        Http2Wire.windowUpdate(out.buffer(13), 0, receiveWindow.grant());
    }

    /** Assigns the next stream id. Ids must ascend in the order in which heads are written (RFC 9113 section 5.1.1). */
    int register(Http2UpstreamStream stream) {
        int id = next;
        next += 2; // negative when the ids are exhausted
        open.put(id, stream);
        return id;
    }

    /** Called when an exchange was cancelled before its stream was open. */
    void waitingCancelled(Http2UpstreamStream stream) {
        owner.waitingCancelled(stream);
    }

    /** Called when an open stream is reset. Credits its frames in transit, which the upstream cannot avoid. */
    void streamReset() {
        abuseBudget.earn(CREDIT_PER_RESET);
    }

    /** Removes a closed stream. */
    void streamClosed(Http2UpstreamStream stream) {
        open.remove(stream.id());
        sendWindow.remove(stream);
        if (open.isEmpty()) {
            owner.allStreamsClosed();
        }
    }

    /** Removes and returns all streams. */
    List<Http2UpstreamStream> clear() {
        List<Http2UpstreamStream> all = List.copyOf(open.values());
        open.clear();
        all.forEach(sendWindow::remove);
        return all;
    }

    /** Describes the read that is being passed on. */
    ContentPieces piece() {
        return piece;
    }

    void giveBack(Http1Head head) {
        if (spareHeads.size() < MAX_SPARE_HEADS) {
            spareHeads.addFirst(head);
        }
    }

    void touched(Http2UpstreamStream stream) {
        touched.add(stream);
    }

    /** Called when all available input was processed. */
    void readComplete() {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).onReadComplete();
        }
        touched.clear();
    }

    @Override
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        Http2UpstreamStream stream = open.get(id);
        if (stream != null) {
            abuseBudget.streamOpened();
            stream.onFields(block, end);
            return;
        }
        requireNotIdle(id);
        abuseBudget.charge(1);
        try {
            decodeTrailers(id, block); // keeps the HPACK state in step (RFC 9113 section 4.3)
        } catch (BadMessage e) {
            abuseBudget.charge(1);
        }
    }

    /** Decodes a response's head. */
    void decode(Http2UpstreamStream stream, ByteBuf block) throws Http2Fault, BadMessage {
        headReader.beginResponse(stream.head());
        fieldDecoder.decode(stream.id(), block);
        headReader.end();
    }

    void decodeTrailers(int id, ByteBuf block) throws Http2Fault, BadMessage {
        headReader.beginTrailers();
        fieldDecoder.decode(id, block);
        headReader.end();
    }

    private void requireNotIdle(int id) throws Http2Fault {
        if (id >= next || (id & 1) == 0) {
            throw Http2Fault.protocol("http2-idle-stream");
        }
    }

    @Override
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        if (!receiveWindow.consume(flow)) {
            throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
        }
        Http2UpstreamStream stream = open.get(id);
        if (stream == null) {
            requireNotIdle(id);
            abuseBudget.charge(1);
        } else {
            stream.onData(in, index, length, flow, end);
        }
        int more = receiveWindow.grant();
        if (more > 0) {
            Http2Wire.windowUpdate(out.buffer(13), 0, more);
            out.flushSoon();
        }
    }

    @Override
    public void onReset(int id, int error) throws Http2Fault {
        requireNotIdle(id);
        Http2UpstreamStream stream = open.get(id);
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
        Http2Wire.settingsAck(out.buffer(Http2Wire.FRAME_HEAD));
        out.flushSoon();
        if (!owner.onSettings(settings)) {
            List.copyOf(open.values()).forEach(Http2UpstreamStream::drain);
        }
    }

    @Override
    public void onPing(long opaque) {
        Http2Wire.pingAck(out.buffer(Http2Wire.FRAME_HEAD + 8), opaque);
        out.flushSoon();
    }

    /**
     * Drains the connection. Requests that the upstream did not process can be retried elsewhere (RFC 9113 section
     * 6.8).
     */
    @Override
    public void onGoAway(int last, int error) {
        owner.drain();
        for (Http2UpstreamStream each : List.copyOf(open.values())) {
            if (each.id() > last) {
                each.unprocessed("upstream-goaway", false);
            }
        }
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            if (!sendWindow.enlarge(increment)) {
                throw new Http2Fault(Http2Wire.FLOW_CONTROL_ERROR, "http2-flow-control");
            }
            sendWindow.resume();
            return;
        }
        requireNotIdle(id);
        Http2UpstreamStream stream = open.get(id);
        if (stream == null) {
            return;
        }
        if (stream.enlarge(increment)) {
            stream.drain();
            out.flushSoon();
        } else {
            stream.fail(Http2Wire.FLOW_CONTROL_ERROR, "upstream-http2-flow-control");
        }
    }
}
