package dev.stillgate.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * What carries one exchange to an upstream and back: a connection of HTTP/1.1 for as long as it does, or a stream of HTTP/2.
 * Its {@link ResponseListener} is told what comes of it; all calls are on its event loop.
 */
public interface UpstreamStream {
    /**
     * Sends a request that begins with its head, as the gateway writes it in HTTP/1.1, and flushes it; takes ownership.
     *
     * @param toHead whether the method is HEAD, whose answer has no content whatever its head says
     * @param whole whether no more of the request follows
     */
    void send(ByteBuf request, boolean toHead, boolean whole);

    /** Writes a piece of content whose length the head has said; takes ownership. */
    void write(ByteBuf content);

    /** Writes a piece of content of which the head has not said how long it is; takes ownership. */
    void writeChunk(ByteBuf content);

    /** Says that content of which the head has not said how long it is has ended. */
    void endChunks();

    /** Says that the request is whole. */
    void endRequest();

    void flush();

    /** Returns whether more of the request may be written without piling up. */
    boolean isWritable();

    /** Stops or goes on reading the answer: a slow reader downstream slows the upstream. */
    void setReading(boolean wanted);

    /** Returns whether all that was handed over ends with a whole chunk. */
    boolean atChunkBoundary();

    /** Returns whether its connection was open before: the upstream may be closing it at this moment. */
    boolean isReused();

    /** Returns whether anything of an answer has come. */
    boolean hasAnswerBegun();

    /** Returns whether the upstream says of a request that it gives up when nothing of it was read ({@link ResponseListener#onUnread}). */
    boolean tellsWhatWasRead();

    /** Ends the exchange at once: the upstream sees that, and the listener hears no more. */
    void cancel();
}
