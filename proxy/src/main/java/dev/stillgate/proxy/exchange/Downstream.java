package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** The caller's side of an exchange: one HTTP/1.1 connection, or one stream of a later version. */
public interface Downstream {
    /** Tells the caller to go on sending the body it announced with {@code Expect: 100-continue}. */
    void sendContinue();

    /**
     * Begins the answer with the upstream's head.
     *
     * @param added fields to add
     * @return whether the answer's bytes are taken as they came from the upstream, transfer coding included ({@link
     *     #sendBytes}); else its content alone ({@link #sendContent})
     */
    boolean sendHead(Http1Head from, BodyFraming framing, List<Header> added);

    /** Passes on bytes in the framing in which the upstream sent them; takes ownership. */
    void sendBytes(ByteBuf bytes);

    /** Passes on content, which is framed as the connection needs; takes ownership. */
    void sendContent(ByteBuf content);

    /** Answers with the gateway's own words. */
    void sendReply(LocalReply reply);

    /** Ends an answer that is whole. */
    void end();

    /**
     * Tells the reader of an event stream why it breaks off, where the framing allows another piece; {@link #abort}
     * follows. What was passed on so far must end with a whole piece of the upstream's framing.
     */
    void sendLastWords(byte[] event);

    /** Breaks the answer off so that the caller cannot take it for a whole one. */
    void abort();

    void flush();

    /** Returns whether the caller keeps up with reading. */
    boolean isWritable();

    /** Stops or goes on reading the request's body. */
    void setReading(boolean wanted);

    /** The exchange is over and will not call again. */
    void exchangeEnded();
}
