package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2SendQueue;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Session;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on an HTTP/2 connection to an upstream (RFC 9113 sections 5 and 8). Verifies that the response is
 * complete. Flow control confines a slow client's back-pressure to its own stream.
 */
final class Http2UpstreamStream implements UpstreamStream, Http2Session.Stream {
    /** Credit for the field sections of a reset stream in transit, which the upstream cannot avoid. */
    private static final int CREDIT_PER_RESET = 20;

    /** Maximum number of interim responses before the final one. */
    private static final int MAX_INTERIM = 32;

    private final Http2UpstreamStreams streams;
    private final Http2Output out;
    private final Http2SendQueue content;
    private final Http2ResponseContent response = new Http2ResponseContent();
    private final Http1Head head;
    private final boolean reused;
    private @Nullable ResponseListener listener;
    private int id;
    private int interim;
    private boolean toHead;
    private boolean closed;
    private boolean touched;

    /**
     * Creates a stream that is not open yet.
     *
     * @param reused whether the connection was open before
     */
    Http2UpstreamStream(Http2UpstreamStreams streams, Http1Head head, ResponseListener listener, boolean reused) {
        this.streams = streams;
        this.out = streams.session().out();
        this.head = head;
        this.listener = listener;
        this.reused = reused;
        this.content = new Http2SendQueue(streams.session().streamWindow());
    }

    @Override
    public int id() {
        return id;
    }

    Http1Head head() {
        return head;
    }

    /** Called when the connection is open for this stream. */
    void start() {
        if (listener != null) {
            listener.onConnected();
        }
    }

    /** Called when the connection could not be opened. */
    void openFailed(Throwable cause) {
        ResponseListener waiting = detach();
        if (waiting != null) {
            waiting.onConnectFailed(cause);
        }
    }

    /** Closes this stream without a frame and returns its listener, null if it was cancelled. */
    @Nullable
    ResponseListener detach() {
        ResponseListener current = listener;
        listener = null;
        closed = true;
        content.release();
        return current;
    }

    @Override
    public void send(ByteBuf request, boolean head, boolean whole) {
        if (closed) {
            request.release();
            return;
        }
        toHead = head;
        Http2RequestHead fields = streams.requestHead();
        fields.read(request);
        boolean headOnly = whole && !request.isReadable();
        id = streams.session().register(this);
        out.fields(id, fields.size(), headOnly, fields);
        if (headOnly) {
            content.endedByHead();
        } else if (whole) {
            content.complete();
        }
        if (request.isReadable()) {
            content.add(request.retainedSlice()); // a retry reads the request buffer again
        }
        request.release();
        flush();
    }

    @Override
    public void write(ByteBuf piece) {
        if (closed || !piece.isReadable()) {
            piece.release();
        } else if (content.add(piece)) {
            drain();
        }
    }

    @Override
    public void writeChunk(ByteBuf piece) {
        write(piece);
    }

    @Override
    public void endChunks() {
        endRequest();
    }

    @Override
    public void endRequest() {
        if (content.complete()) {
            flush();
        }
    }

    @Override
    public void flush() {
        drain();
        out.flushSoon();
    }

    @Override
    public void drain() {
        Http2SendWindow sending = streams.session().sendWindow();
        while (!closed && content.write(id, out, sending)) {} // a failing write may close the stream
        if (closed) {
            return;
        }
        content.await(id, out, sending, this);
        if (content.hasCaughtUp() && listener != null) {
            listener.onWritable();
        }
    }

    @Override
    public boolean isWritable() {
        return content.isWritable();
    }

    @Override
    public boolean enlarge(long increment) {
        return content.enlarge(increment);
    }

    @Override
    public void setReading(boolean wanted) {
        if (response.pause(!wanted) && !closed) {
            response.resume(id, out);
            out.flushSoon();
        }
    }

    @Override
    public boolean atChunkBoundary() {
        return false; // HTTP/2 has no chunks
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean hasResponseBegun() {
        return response.hasStarted() || interim > 0;
    }

    @Override
    public boolean reportsUnprocessed() {
        return true;
    }

    @Override
    public void cancel() {
        listener = null;
        if (closed) {
            return;
        }
        if (id == 0) {
            closed = true;
            streams.waitingCancelled(this);
        } else {
            reset(Http2Wire.CANCEL);
        }
    }

    private void reset(int code) {
        Http2Wire.reset(out.buffer(13), id, code);
        out.flushSoon();
        streams.session().abuseBudget().earn(CREDIT_PER_RESET);
        streams.reset().add(id, response.credit());
        close();
    }

    /** Closes and removes this stream. */
    private void close() {
        detach();
        streams.session().remove(this);
    }

    /** Processes the response's head or trailers. */
    @Override
    public void onFields(ByteBuf block, boolean end) throws Http2Fault {
        streams.session().abuseBudget().streamOpened();
        try {
            if (response.hasStarted()) {
                streams.session().decodeTrailers(id, block);
                if (!end) {
                    fail(Http2Wire.PROTOCOL_ERROR, "upstream-trailers");
                    return;
                }
                onEnd();
            } else {
                streams.headReader().beginResponse(head);
                streams.session().decode(id, block);
                onHead(end);
            }
        } catch (BadMessage e) {
            fail(Http2Wire.PROTOCOL_ERROR, "upstream-" + e.code());
        }
    }

    private void onHead(boolean end) throws BadMessage {
        if (head.status() < 200) {
            if (end || head.status() == 101 || ++interim > MAX_INTERIM) { // HTTP/2 has no 101 (RFC 9113 section 8.6)
                fail(Http2Wire.PROTOCOL_ERROR, "upstream-interim-answers");
            }
            return;
        }
        BodyFraming framing = response.start(head, toHead);
        ResponseListener current = listener;
        if (current == null) {
            return;
        }
        touch();
        current.onHead(head, framing);
        if (end && !closed) {
            onEnd();
        }
    }

    @Override
    public void onData(ByteBuf in, int index, int length, int flow, boolean end) {
        if (!response.consume(flow)) {
            fail(Http2Wire.FLOW_CONTROL_ERROR, "upstream-http2-flow-control");
            return;
        }
        String fault = response.receive(length);
        if (fault != null) {
            fail(Http2Wire.PROTOCOL_ERROR, fault);
            return;
        }
        if (length > 0) {
            touch();
            pass(in, index, length);
        }
        if (closed) {
            return;
        }
        if (end) {
            onEnd();
        } else {
            response.processed(flow, id, out);
        }
    }

    private void pass(ByteBuf in, int index, int length) {
        ResponseListener current = listener;
        if (current != null) {
            current.onRead(in.retainedSlice(index, length), streams.piece().whole(length));
        }
    }

    private void onEnd() {
        if (response.isShort()) {
            fail(Http2Wire.PROTOCOL_ERROR, "upstream-content-length");
            return;
        }
        ResponseListener current = listener;
        if (content.isEnded()) {
            close();
        } else {
            reset(Http2Wire.CANCEL); // the rest of the request is not needed (RFC 9113 section 8.1)
        }
        if (current != null) {
            current.onEnd();
        }
        streams.giveBack(head);
    }

    private void touch() {
        if (!touched) {
            touched = true;
            streams.touched(this);
        }
    }

    /** Called when all available input was processed. */
    void onReadComplete() {
        touched = false;
        if (listener != null) {
            listener.onReadComplete();
        }
    }

    /** Resets the stream because of an invalid response. */
    void fail(int code, String reason) {
        ResponseListener current = listener;
        reset(code);
        if (current != null) {
            current.onBroken(reason);
        }
    }

    @Override
    public void onWindowOverflow() {
        fail(Http2Wire.FLOW_CONTROL_ERROR, "upstream-http2-flow-control");
    }

    @Override
    public void onReset(int error) {
        if (error == Http2Wire.REFUSED_STREAM && !hasResponseBegun()) {
            unprocessed("upstream-refused-stream", true);
            return;
        }
        ResponseListener current = listener;
        close();
        if (current != null) {
            current.onBroken("upstream-stream-reset");
        }
    }

    /** Called when the upstream processed nothing of the request (RFC 9113 section 8.7). */
    void unprocessed(String code, boolean refused) {
        ResponseListener current = listener;
        close();
        if (current != null) {
            current.onUnprocessed(code, refused);
        }
    }

    /** Called when the connection failed. */
    void connectionFailed(String code) {
        ResponseListener current = detach();
        if (current != null) {
            current.onBroken(code);
        }
    }

    /** Called when the upstream closed the streams. */
    void connectionClosed() {
        connectionFailed(response.hasStarted() ? "upstream-closed-in-body" : "upstream-closed");
    }
}
