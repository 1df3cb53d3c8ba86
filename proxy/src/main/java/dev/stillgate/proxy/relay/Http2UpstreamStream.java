package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on an HTTP/2 connection to an upstream (RFC 9113 sections 5 and 8). Verifies that the response is
 * complete. Flow control confines a slow client's back-pressure to its own stream.
 */
final class Http2UpstreamStream implements UpstreamStream, Http2SendWindow.Sender {
    /** Maximum number of interim responses before the final one. */
    private static final int MAX_INTERIM = 32;

    private final Http2UpstreamStreams streams;
    private final Http2Output out;
    private final Http2RequestContent content;
    private final Http2ResponseContent answer = new Http2ResponseContent();
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
     * @param sendWindow initial send window, in bytes
     */
    Http2UpstreamStream(
            Http2UpstreamStreams streams, Http1Head head, ResponseListener listener, boolean reused, long sendWindow) {
        this.streams = streams;
        this.out = streams.out();
        this.head = head;
        this.listener = listener;
        this.reused = reused;
        this.content = new Http2RequestContent(sendWindow);
    }

    int id() {
        return id;
    }

    Http1Head head() {
        return head;
    }

    /** Called when the connection is open for this stream. */
    void begin() {
        if (listener != null) {
            listener.onConnected();
        }
    }

    /** Called when the connection could not be opened. */
    void openFailed(Throwable cause) {
        ResponseListener waiting = leave();
        if (waiting != null) {
            waiting.onConnectFailed(cause);
        }
    }

    /** Closes this stream without a frame and returns its listener, null if it was cancelled. */
    @Nullable
    ResponseListener leave() {
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
        boolean bare = whole && !request.isReadable();
        id = streams.register(this);
        out.fields(id, fields.size(), bare, fields);
        content.begin(whole, bare);
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
        if (content.end()) {
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
        Http2SendWindow sending = streams.sending();
        while (!closed && content.write(id, out, sending)) {} // a failing write may close the stream
        if (closed) {
            return;
        }
        content.settle(id, out, sending, this);
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
        if (answer.pause(!wanted) && !closed) {
            answer.resume(id, out);
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
    public boolean hasAnswerBegun() {
        return answer.hasBegun() || interim > 0;
    }

    @Override
    public boolean tellsWhatWasRead() {
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
            streams.gaveUp(this);
        } else {
            reset(Http2Wire.CANCEL);
        }
    }

    private void reset(int code) {
        Http2Wire.reset(out.buffer(13), id, code);
        out.flushSoon();
        streams.gaveUpOpen();
        over();
    }

    /** Closes and removes this stream. */
    private void over() {
        leave();
        streams.closed(this);
    }

    /** Processes a field section of the response: head or trailers. */
    void onFields(ByteBuf block, boolean end) throws Http2Fault {
        try {
            if (answer.hasBegun()) {
                streams.decodeTrailers(id, block);
                if (!end) {
                    broken(Http2Wire.PROTOCOL_ERROR, "upstream-trailers");
                    return;
                }
                onEnd();
            } else {
                streams.decode(this, block);
                onHead(end);
            }
        } catch (BadMessage e) {
            broken(Http2Wire.PROTOCOL_ERROR, "upstream-" + e.code());
        }
    }

    private void onHead(boolean end) throws BadMessage {
        if (head.status() < 200) {
            if (end || head.status() == 101 || ++interim > MAX_INTERIM) { // HTTP/2 has no 101 (RFC 9113 section 8.6)
                broken(Http2Wire.PROTOCOL_ERROR, "upstream-interim-answers");
            }
            return;
        }
        BodyFraming framing = answer.begin(head, toHead);
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

    /**
     * Processes response content.
     *
     * @param flow how much of the window it uses, padding included
     */
    void onData(ByteBuf in, int index, int length, int flow, boolean end) {
        if (!answer.consume(flow)) {
            broken(Http2Wire.FLOW_CONTROL_ERROR, "upstream-http2-flow-control");
            return;
        }
        String fault = answer.count(length);
        if (fault != null) {
            broken(Http2Wire.PROTOCOL_ERROR, fault);
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
            answer.passed(flow, id, out);
        }
    }

    private void pass(ByteBuf in, int index, int length) {
        ResponseListener current = listener;
        if (current != null) {
            current.onContent(in, index, length);
        }
        if (!closed && current != null) {
            current.onBytes(in.retainedSlice(index, length));
        }
    }

    private void onEnd() {
        if (answer.isShort()) {
            broken(Http2Wire.PROTOCOL_ERROR, "upstream-content-length");
            return;
        }
        ResponseListener current = listener;
        if (content.isEnded()) {
            over();
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
    void broken(int code, String reason) {
        ResponseListener current = listener;
        reset(code);
        if (current != null) {
            current.onBroken(reason);
        }
    }

    /** Called when the upstream reset the stream. */
    void onReset(int error) {
        if (error == Http2Wire.REFUSED_STREAM && !hasAnswerBegun()) {
            unread("upstream-refused-stream", true);
            return;
        }
        ResponseListener current = listener;
        over();
        if (current != null) {
            current.onBroken("upstream-stream-reset");
        }
    }

    /** Called when the upstream processed nothing of the request (RFC 9113 section 8.7). */
    void unread(String code, boolean refused) {
        ResponseListener current = listener;
        over();
        if (current != null) {
            current.onUnread(code, refused);
        }
    }

    /** Called when the connection failed. */
    void lost(String code) {
        ResponseListener current = leave();
        if (current != null) {
            current.onBroken(code);
        }
    }

    /** Called when the upstream closed the connection. */
    void connectionClosed() {
        lost(answer.hasBegun() ? "upstream-closed-in-body" : "upstream-closed");
    }
}
