package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;

/** Takes the frames of a connection, whose form has been checked; buffers stay the caller's. */
public interface Http2FrameSink {
    /**
     * A piece of a stream's content.
     *
     * @param flow how much of the windows it takes, padding included
     */
    void onData(int stream, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault;

    /** A whole field section, still compressed. */
    void onFields(int stream, ByteBuf block, boolean end) throws Http2Fault;

    void onReset(int stream, int error) throws Http2Fault;

    /** One setting of a SETTINGS frame. */
    void onSetting(int id, long value) throws Http2Fault;

    /** A SETTINGS frame has ended, and is to be acknowledged. */
    void onSettingsEnd() throws Http2Fault;

    void onPing(long opaque) throws Http2Fault;

    /**
     * The peer leaves.
     *
     * @param last the last stream that it may have dealt with
     */
    void onGoAway(int last, int error) throws Http2Fault;

    /** More may be sent; {@code stream} 0 is the connection. */
    void onWindowUpdate(int stream, int increment) throws Http2Fault;
}
