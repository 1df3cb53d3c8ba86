package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import io.netty.buffer.ByteBuf;

/** What an upstream connection tells of the one exchange it carries; all calls are on its event loop. */
public interface ResponseListener {
    /**
     * The stream is what the exchange waits for from now on, and goes over if it opens: it alone is cancelled. Another may
     * take its place until {@link #onConnected}.
     */
    void onOpening(UpstreamStream stream);

    /** The connection is open and takes the request. */
    void onConnected();

    /** The connection could not be opened; nothing was sent. */
    void onConnectFailed(Throwable cause);

    /**
     * Returns whether 101 is an answer to what was asked: then it is the final one, and all that follows until the end of the
     * connection is its content. Else it breaks the answer.
     */
    boolean takesSwitch(Http1Head head);

    /** The head of the final answer has come; it is valid until the answer ends. */
    void onHead(Http1Head head, BodyFraming framing);

    /** Bytes of the answer's content lie in {@code in}, which stays the caller's; the same bytes follow in {@link #onBytes}. */
    void onContent(ByteBuf in, int index, int length);

    /** Bytes of the answer as they came, transfer coding included; the listener owns them now. */
    void onBytes(ByteBuf bytes);

    /** All that had arrived has been handed over: time to flush. */
    void onReadComplete();

    /** The answer is whole, and the connection is no longer this exchange's. */
    void onEnd();

    /**
     * The answer broke off, or never came.
     *
     * @param code the reason code
     */
    void onBroken(String code);

    /**
     * The upstream has given the request up before it read anything of it.
     *
     * @param code the reason code
     * @param refused whether it was this request that it did not want, else the connection is over
     */
    void onUnread(String code, boolean refused);

    /** The connection takes more of the request again. */
    void onWritable();
}
