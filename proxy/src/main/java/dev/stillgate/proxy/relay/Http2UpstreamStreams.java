package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http2ResponseHeadReader;
import dev.stillgate.proxy.http2.Http2ClosedStreams;
import dev.stillgate.proxy.http2.Http2Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** State that the streams of one HTTP/2 connection to an upstream share. */
final class Http2UpstreamStreams {
    private static final int MAX_SPARE_HEADS = 16;

    private final Http2Session<Http2UpstreamStream> session;
    private final Http2ResponseHeadReader headReader;
    private final Http2RequestHead requestHead;
    private final Consumer<Http2UpstreamStream> waitingCancelled;
    private final ArrayDeque<Http1Head> spareHeads = new ArrayDeque<>();
    private final Http2ClosedStreams reset = new Http2ClosedStreams();
    private final List<Http2UpstreamStream> touched = new ArrayList<>();
    private final ContentPieces piece = new ContentPieces();

    /**
     * Creates the state of a connection without streams.
     *
     * @param headReader the reader of the session's field sections
     * @param waitingCancelled receives streams that were cancelled before they were open
     */
    Http2UpstreamStreams(
            Http2Session<Http2UpstreamStream> session,
            Http2ResponseHeadReader headReader,
            boolean secure,
            Consumer<Http2UpstreamStream> waitingCancelled) {
        this.session = session;
        this.headReader = headReader;
        this.requestHead = new Http2RequestHead(secure);
        this.waitingCancelled = waitingCancelled;
    }

    Http2Session<Http2UpstreamStream> session() {
        return session;
    }

    Http2ResponseHeadReader headReader() {
        return headReader;
    }

    Http2RequestHead requestHead() {
        return requestHead;
    }

    /** Returns the streams that the gateway has reset. */
    Http2ClosedStreams reset() {
        return reset;
    }

    /** Describes the read that is being passed on. */
    ContentPieces piece() {
        return piece;
    }

    /** Creates a stream that is not open yet. */
    Http2UpstreamStream create(ResponseListener listener, boolean reused) {
        Http1Head spare = spareHeads.pollFirst();
        return new Http2UpstreamStream(this, spare == null ? new Http1Head() : spare, listener, reused);
    }

    void giveBack(Http1Head head) {
        if (spareHeads.size() < MAX_SPARE_HEADS) {
            spareHeads.addFirst(head);
        }
    }

    /** Called when an exchange was cancelled before its stream was open. */
    void waitingCancelled(Http2UpstreamStream stream) {
        waitingCancelled.accept(stream);
    }

    /** Notes that a stream waits for the end of the read. */
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
}
