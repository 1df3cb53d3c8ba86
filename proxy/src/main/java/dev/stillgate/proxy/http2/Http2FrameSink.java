package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;

/** Receives the frames of a connection after their syntax was validated. The caller keeps ownership of all buffers. */
public interface Http2FrameSink {
    /**
     * Receives content of a stream.
     *
     * @param flow how much of the flow-control windows it uses, padding included (RFC 9113 section 6.9.1)
     */
    void onData(int stream, ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault;

    /** Receives a complete field section, still compressed. */
    void onFields(int stream, ByteBuf block, boolean end) throws Http2Fault;

    void onReset(int stream, int error) throws Http2Fault;

    /** Receives one setting of a SETTINGS frame. */
    void onSetting(int id, long value) throws Http2Fault;

    /** Called at the end of a SETTINGS frame, which must be acknowledged (RFC 9113 section 6.5.3). */
    void onSettingsEnd() throws Http2Fault;

    void onPing(long opaque) throws Http2Fault;

    /**
     * Called when the peer shuts the connection down.
     *
     * @param last the last stream that the peer may have processed
     */
    void onGoAway(int last, int error) throws Http2Fault;

    /** Called when the peer's flow-control window grew; {@code stream} 0 is the connection. */
    void onWindowUpdate(int stream, int increment) throws Http2Fault;
}
