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
 * One exchange on an HTTP/2 connection to an upstream (RFC 9113 sections 5 and 8). Knows where the answer ends, so one cut
 * short is never taken for a whole one. What the caller does not take is not let come: a slow reader holds up its own stream
 * and no other.
 */
final class Http2UpstreamStream implements UpstreamStream, Http2SendWindow.Sender {
    /** The most interim answers before the answer. */
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
     * A stream that has not begun.
     *
     * @param reused whether the connection was open already
     * @param sendWindow how much it may send at first, in bytes
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

    /** Its connection takes it. */
    void begin() {
        if (listener != null) {
            listener.onConnected();
        }
    }

    /** Its connection could not be opened. */
    void openFailed(Throwable cause) {
        ResponseListener waiting = leave();
        if (waiting != null) {
            waiting.onConnectFailed(cause);
        }
    }

    /** Lets go of the listener, which goes on elsewhere, if there is one. */
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
            content.add(request.retainedSlice()); // whoever sends it again reads it anew
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
        return false; // there are none
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
        Http2Wire.reset(out.room(13), id, code);
        out.flushSoon();
        streams.gaveUpOpen();
        over();
    }

    /** Nothing more comes or goes on this stream. */
    private void over() {
        leave();
        streams.closed(this);
    }

    /** Takes a header section of the answer, which ends the stream or not. */
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
            if (end || head.status() == 101 || ++interim > MAX_INTERIM) { // 101 is of HTTP/1.1 (RFC 9113 section 8.6)
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
     * Takes a piece of the answer's content.
     *
     * @param flow how much of the window it takes
     */
    void onData(ByteBuf in, int index, int length, int flow, boolean end) {
        if (!answer.take(flow)) {
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
            reset(Http2Wire.CANCEL); // an answer needs no more of the request than it has seen (section 8.1)
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

    /** All that had come for it has been handed over. */
    void onReadComplete() {
        touched = false;
        if (listener != null) {
            listener.onReadComplete();
        }
    }

    /** Ends the stream for what the upstream did. */
    void broken(int code, String reason) {
        ResponseListener current = listener;
        reset(code);
        if (current != null) {
            current.onBroken(reason);
        }
    }

    /** The upstream has ended the stream. */
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

    /** The upstream has read nothing of the request. */
    void unread(String code, boolean refused) {
        ResponseListener current = listener;
        over();
        if (current != null) {
            current.onUnread(code, refused);
        }
    }

    /** The connection is lost. */
    void lost(String code) {
        ResponseListener current = leave();
        if (current != null) {
            current.onBroken(code);
        }
    }

    /** The upstream has closed the connection. */
    void connectionClosed() {
        lost(answer.hasBegun() ? "upstream-closed-in-body" : "upstream-closed");
    }
}
