package dev.stillgate.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * Carries one exchange to an upstream: an HTTP/1.1 connection for the duration of the exchange, or one HTTP/2 stream.
 * Results go to its {@link ResponseListener}. Confined to one event loop.
 */
public interface UpstreamStream {
    /**
     * Sends and flushes the start of a request: its head in HTTP/1.1 syntax, then content. Takes ownership.
     *
     * @param toHead whether the method is HEAD, whose response has no content (RFC 9112 section 6.3)
     * @param whole whether the request is complete
     */
    void send(ByteBuf request, boolean toHead, boolean whole);

    /** Writes content of a request with Content-Length. Takes ownership. */
    void write(ByteBuf content);

    /** Writes content of a request without Content-Length, as one chunk in HTTP/1.1. Takes ownership. */
    void writeChunk(ByteBuf content);

    /** Ends the content of a request without Content-Length. */
    void endChunks();

    /** Marks the request as complete. */
    void endRequest();

    void flush();

    /** Returns whether the write buffer is below its high-water mark. */
    boolean isWritable();

    /** Pauses or resumes reading the response, which applies back-pressure to the upstream. */
    void setReading(boolean wanted);

    /** Returns whether the bytes passed on so far end with a complete chunk. */
    boolean atChunkBoundary();

    /** Returns whether the connection was open before this exchange, so that the upstream may be closing it already. */
    boolean isReused();

    /** Returns whether any part of the response has arrived, interim responses included. */
    boolean hasResponseBegun();

    /**
     * Returns whether the protocol reports requests that the upstream did not process ({@link
     * ResponseListener#onUnprocessed}).
     */
    boolean reportsUnprocessed();

    /** Aborts the exchange. The upstream notices, and the listener is not called again. */
    void cancel();
}
