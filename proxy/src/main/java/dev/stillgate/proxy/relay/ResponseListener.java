package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import io.netty.buffer.ByteBuf;

/** Receives the events of one exchange from an {@link UpstreamStream}, on its event loop. */
public interface ResponseListener {
    /**
     * Assigns the stream that carries the exchange once it is open, and that must be cancelled to give up. Another may
     * replace it until {@link #onConnected}.
     */
    void onOpening(UpstreamStream stream);

    /** Called when the stream is open and accepts the request. */
    void onConnected();

    /** Called when no connection could be opened; nothing was sent. */
    void onConnectFailed(Throwable cause);

    /**
     * Returns whether the request asked for the protocol switch of a 101 response. If so, 101 is the final response and
     * all further bytes are its content; if not, the response is invalid (RFC 9110 section 7.8).
     */
    boolean acceptsSwitch(Http1Head head);

    /** Called with the head of the final response, which is valid until the response ends. */
    void onHead(Http1Head head, BodyFraming framing);

    /**
     * Called with what one read has brought of the response's body.
     *
     * @param bytes the bytes as received, including the transfer coding; the listener takes ownership
     * @param content where the content lies in {@code bytes}; valid during the call only
     */
    void onRead(ByteBuf bytes, ContentPieces content);

    /** Called when all available input was passed on, which is the time to flush. */
    void onReadComplete();

    /** Called when the response is complete and the stream is released. */
    void onEnd();

    /**
     * Called when the response was cut short or never started.
     *
     * @param code the reason code
     */
    void onBroken(String code);

    /**
     * Called when the upstream did not process any of the request (RFC 9113 section 8.7).
     *
     * @param code the reason code
     * @param refused whether the upstream refused this request; false when the whole connection ends
     */
    void onUnprocessed(String code, boolean refused);

    /** Called when the write buffer is below its low-water mark again. */
    void onWritable();
}
