package dev.stillgate.proxy.http2;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http2FieldSection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;

/**
 * One HTTP/2 connection as both sides have it (RFC 9113): frames in and out, field decoding, the peer's settings, flow
 * control, the abuse budget, and the open streams. Frames of open streams go to the streams, and what only one side
 * does to its {@link Role}.
 *
 * @param <S> the streams
 */
public final class Http2Session<S extends Http2Session.Stream> implements Http2FrameSink {
    private static final int OVERSIZED_COST = 10;

    private final Role<S> role;
    private final boolean client;
    private final int maxStreams;
    private final Http2FieldSection fields;
    private final AbuseBudget abuseBudget;
    private final Http2FrameReader reader;
    private final Http2FieldDecoder fieldDecoder;
    private final Http2Output out = new Http2Output();
    private final Http2SendWindow sendWindow;
    private final Http2ReceiveWindow receiveWindow = new Http2ReceiveWindow();
    private final IntObjectMap<S> open = new IntObjectHashMap<>();
    private long streamWindow = Http2Wire.INITIAL_WINDOW;
    private int allowedStreams;
    private int last;
    private int section;
    private long sectionSince;

    /** An open stream. */
    public interface Stream extends Http2SendWindow.Sender {
        int id();

        /** Receives a field section, which must be decoded to keep the HPACK state in step (section 4.3). */
        void onFields(ByteBuf block, boolean end) throws Http2Fault;

        /**
         * Receives content, which the connection's window has counted. The caller keeps ownership of the buffer.
         *
         * @param flow how much of the stream's window it uses, padding included
         */
        void onData(ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault;

        /** Called when the peer reset the stream. */
        void onReset(int error) throws Http2Fault;

        /** Called when the peer enlarged the send window beyond its maximum, a stream error (section 6.9.1). */
        void onWindowOverflow() throws Http2Fault;
    }

    /** The side of a connection, server or client, where both differ. */
    public interface Role<S> {
        /** Receives a field section that belongs to no open stream, as {@link Stream#onFields}. */
        void onFields(int id, ByteBuf block, boolean end) throws Http2Fault;

        /** Receives content of a closed stream. */
        void onLateData(int id, int flow) throws Http2Fault;

        /** Called when the peer shuts the connection down. */
        void onGoAway(int last, int error);

        /** Called when the last open stream was removed. */
        default void onEmpty() {}

        /** Called at the end of each SETTINGS frame, after it was acknowledged. */
        default void onSettings() {}

        /** Receives each setting before it is applied. */
        default void onSetting(int id, long value) {}

        /** Receives each enlargement of the connection's send window before it is applied. */
        default void onWindowUpdate(int increment) {}
    }

    private Http2Session(
            Role<S> role, long now, Http2FieldSection fields, int maxHead, boolean client, int maxStreams) {
        this.role = role;
        this.client = client;
        this.maxStreams = maxStreams;
        this.fields = fields;
        this.allowedStreams = maxStreams;
        this.abuseBudget = new AbuseBudget(now);
        this.reader = client
                ? Http2FrameReader.ofClient(this, abuseBudget, maxHead)
                : Http2FrameReader.ofUpstream(this, abuseBudget, maxHead);
        this.fieldDecoder = new Http2FieldDecoder(fields, maxHead);
        this.sendWindow = new Http2SendWindow(out, abuseBudget);
    }

    /**
     * Returns the session of a client's connection.
     *
     * @param now the ticker's nanoseconds
     * @param fields the reader of field sections
     * @param maxHead the largest field section, in bytes
     */
    public static <S extends Stream> Http2Session<S> ofClient(
            Role<S> role, long now, Http2FieldSection fields, int maxHead) {
        return new Http2Session<>(role, now, fields, maxHead, true, 0); // the server opens no streams
    }

    /**
     * Returns the session of a connection to an upstream, as {@link #ofClient}.
     *
     * @param maxStreams maximum number of concurrent streams, whatever the upstream allows
     */
    public static <S extends Stream> Http2Session<S> ofUpstream(
            Role<S> role, long now, Http2FieldSection fields, int maxHead, int maxStreams) {
        return new Http2Session<>(role, now, fields, maxHead, false, maxStreams);
    }

    public AbuseBudget abuseBudget() {
        return abuseBudget;
    }

    /** Returns whether the peer's preface is complete, including its first SETTINGS (section 3.4). */
    public boolean isPrefaceComplete() {
        return reader.isPrefaceComplete();
    }

    /** Checks at each tick whether one field section has been incomplete for too long. */
    public boolean isSectionOverdue(long now, long limitNanos) {
        int stream = reader.incompleteFieldsStream();
        if (stream == 0 || stream != section) {
            section = stream;
            sectionSince = now;
        }
        return now - sectionSince >= limitNanos;
    }

    public Http2Output out() {
        return out;
    }

    public Http2SendWindow sendWindow() {
        return sendWindow;
    }

    /** Returns the connection's receive window. */
    public Http2ReceiveWindow receiveWindow() {
        return receiveWindow;
    }

    /** Returns the initial send window of a new stream, in bytes. */
    public long streamWindow() {
        return streamWindow;
    }

    /** Returns how many streams this side may have open at once. */
    public int allowedStreams() {
        return allowedStreams;
    }

    public int count() {
        return open.size();
    }

    public boolean isEmpty() {
        return open.isEmpty();
    }

    /** Returns a copy of the open streams, so that a loop over it may close streams. */
    public List<S> streams() {
        return open.isEmpty() ? List.of() : new ArrayList<>(open.values());
    }

    /** Returns the largest stream id that was used; 0 if none. */
    public int last() {
        return last;
    }

    /** Records the id of a new stream of the peer; returns false if it is not valid for one (section 5.1.1). */
    public boolean accept(int id) {
        boolean valid = id > last && (id & 1) == 1;
        last = valid ? id : last;
        return valid;
    }

    /** Adds a stream of the peer. */
    public void open(S stream) {
        open.put(stream.id(), stream);
    }

    /** Returns whether this side can open another stream now. */
    public boolean canOpen() {
        return open.size() < allowedStreams && last < Integer.MAX_VALUE;
    }

    /** Adds a stream of this side and returns its id; ids ascend in the order of their heads (section 5.1.1). */
    public int register(S stream) {
        last = last == 0 ? 1 : last + 2;
        open.put(last, stream);
        return last;
    }

    /** Removes a closed stream. */
    public void remove(S stream) {
        open.remove(stream.id());
        sendWindow.remove(stream);
        if (open.isEmpty()) {
            role.onEmpty();
        }
    }

    /** Removes and returns all streams, and releases what was read. */
    public List<S> end() {
        List<S> all = streams();
        open.clear();
        all.forEach(sendWindow::remove);
        reader.release();
        return all;
    }

    /**
     * Processes input. The caller keeps ownership of the buffer.
     *
     * @throws Http2Fault for a connection error (section 5.4.1)
     */
    public void feed(ByteBufAllocator alloc, ByteBuf in) throws Http2Fault {
        out.beginRead();
        reader.feed(alloc, in);
    }

    /**
     * Decodes a field section that its reader has begun.
     *
     * @throws BadMessage if it is malformed or too large
     */
    public void decode(int id, ByteBuf block) throws Http2Fault, BadMessage {
        fieldDecoder.decode(id, block);
        fields.end();
    }

    /** Decodes a trailer section, as {@link #decode}. */
    public void decodeTrailers(int id, ByteBuf block) throws Http2Fault, BadMessage {
        fields.beginTrailers();
        decode(id, block);
    }

    /** Decodes a field section without a receiver, to keep the HPACK state in step (section 4.3). */
    public void discardFields(int id, ByteBuf block) throws Http2Fault {
        abuseBudget.charge(1);
        fields.beginTrailers();
        try {
            fieldDecoder.decode(id, block);
        } catch (BadMessage e) {
            abuseBudget.charge(OVERSIZED_COST);
        }
    }

    /** Resumes streams that wait for the channel to become writable. */
    public void resume() {
        if (out.isWritable()) {
            sendWindow.resume();
        }
    }

    /**
     * Checks that a stream was used. It is idle if its id is unused, or even: only the client's side opens streams.
     *
     * @throws Http2Fault if the stream is idle (section 5.1)
     */
    public void requireNotIdle(int id) throws Http2Fault {
        if (id > last || (id & 1) == 0) {
            throw Http2Fault.protocol("http2-idle-stream");
        }
    }

    @Override
    public void onFields(int id, ByteBuf block, boolean end) throws Http2Fault {
        S stream = open.get(id);
        if (stream == null) {
            role.onFields(id, block, end);
        } else {
            stream.onFields(block, end);
        }
    }

    @Override
    public void onData(int id, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        if (!receiveWindow.consume(flow)) {
            throw Http2Fault.flowControl();
        }
        S stream = open.get(id);
        if (stream == null) {
            requireNotIdle(id);
            role.onLateData(id, flow);
        } else {
            stream.onData(in, index, length, flow, end);
        }
        receiveWindow.grant(0, out);
    }

    @Override
    public void onReset(int id, int error) throws Http2Fault {
        S stream = open.get(id);
        if (stream == null) {
            requireNotIdle(id);
        } else {
            stream.onReset(error);
        }
    }

    @Override
    public void onSetting(int id, long value) throws Http2Fault {
        role.onSetting(id, value);
        switch (id) {
            case Http2Wire.HEADER_TABLE_SIZE -> out.acknowledgeTableSize();
            case Http2Wire.ENABLE_PUSH -> require(value <= (client ? 1 : 0), Http2Wire.PROTOCOL_ERROR);
            case Http2Wire.MAX_CONCURRENT_STREAMS -> allowedStreams = (int) Math.min(value, maxStreams);
            case Http2Wire.INITIAL_WINDOW_SIZE -> {
                require(value <= Http2Wire.MAX_WINDOW, Http2Wire.FLOW_CONTROL_ERROR);
                long change = value - streamWindow;
                streamWindow = value;
                for (S stream : open.values()) {
                    require(stream.enlarge(change), Http2Wire.FLOW_CONTROL_ERROR);
                }
            }
            case Http2Wire.MAX_FRAME_SIZE ->
                require(value >= Http2Wire.MAX_FRAME && value < 1 << 24, Http2Wire.PROTOCOL_ERROR);
            default -> {} // other settings are unused here or unknown
        }
    }

    private static void require(boolean valid, int error) throws Http2Fault {
        if (!valid) {
            throw new Http2Fault(error, "http2-settings");
        }
    }

    @Override
    public void onSettingsEnd() {
        Http2Wire.settingsAck(out.buffer(Http2Wire.FRAME_HEAD));
        out.flushSoon();
        streams().forEach(Stream::drain);
        role.onSettings();
    }

    @Override
    public void onPing(long opaque) {
        Http2Wire.pingAck(out.buffer(Http2Wire.FRAME_HEAD + 8), opaque);
        out.flushSoon();
    }

    @Override
    public void onGoAway(int last, int error) {
        role.onGoAway(last, error);
    }

    @Override
    public void onWindowUpdate(int id, int increment) throws Http2Fault {
        if (id == 0) {
            role.onWindowUpdate(increment);
            if (!sendWindow.enlarge(increment)) {
                throw Http2Fault.flowControl();
            }
            sendWindow.resume();
            return;
        }
        S stream = open.get(id);
        if (stream == null) {
            requireNotIdle(id);
        } else if (stream.enlarge(increment)) {
            stream.drain();
            out.flushSoon();
        } else {
            stream.onWindowOverflow();
        }
    }
}
