package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.UpstreamConnections;
import dev.stillgate.proxy.relay.UpstreamPool;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** The client's side of an exchange: an HTTP/1.1 connection or an HTTP/2 stream. */
public interface Downstream {
    /** Sends 100 (Continue) to a client that has sent {@code Expect: 100-continue}. */
    void sendContinue();

    /**
     * Sends the response head.
     *
     * @param from the upstream's response head
     * @param framing the framing of the body that follows
     * @param added the header fields to add
     * @return whether the body must be sent as the upstream's raw bytes including its transfer coding
     *     ({@link #sendBytes}), or as content without framing ({@link #sendContent})
     */
    boolean sendHead(Http1Head from, BodyFraming framing, List<Header> added);

    /** Sends raw bytes in the upstream's framing. Takes ownership. */
    void sendBytes(ByteBuf bytes);

    /** Sends content, which is framed for the client's connection. Takes ownership. */
    void sendContent(ByteBuf content);

    /** Sends a complete response of the gateway itself. */
    void sendReply(LocalReply reply);

    /** Ends a complete response. */
    void end();

    /**
     * Sends an event of the gateway's own between two events of the upstream's stream, if the framing allows more
     * content. The bytes sent so far must end with a complete chunk of the upstream's framing.
     */
    void sendEvent(byte[] event);

    /** Aborts the response such that the client detects that it is incomplete. */
    void abort();

    void flush();

    /** Returns whether the write buffer has capacity, so that the client keeps up. */
    boolean isWritable();

    /** Pauses or resumes reading of the request body. */
    void setReading(boolean wanted);

    /** Called at the end of the exchange, which makes no further calls. */
    void exchangeEnded();

    /** Returns what opens the upstream's side: the pool, unless the client's connection has one of its own there. */
    default UpstreamConnections connections(UpstreamPool pool) {
        return pool;
    }
}
