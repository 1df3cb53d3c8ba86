package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** Content of one stream that waits for the peer's flow-control windows. */
public final class Http2SendQueue {
    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>(4);
    private long window;
    private int bytes;
    private long written;
    private long lastWritten;

    /**
     * Creates an empty queue.
     *
     * @param window the stream's initial send window, in bytes; it can become negative (RFC 9113 section 6.9.2)
     */
    public Http2SendQueue(long window) {
        this.window = window;
    }

    public int bytes() {
        return bytes;
    }

    /** Appends a buffer and takes ownership of it. */
    public void add(ByteBuf piece) {
        bytes += piece.readableBytes();
        pending.add(piece);
    }

    /** Enlarges the send window; returns false on overflow (RFC 9113 section 6.9.1). */
    public boolean enlarge(long increment) {
        window += increment;
        return window <= Http2Wire.MAX_WINDOW;
    }

    /** Returns whether the stream's own window allows sending. */
    public boolean hasWindow() {
        return window > 0;
    }

    /**
     * Writes one DATA frame, as large as the windows allow.
     *
     * @param ending whether the last byte ends the stream
     * @return its content in bytes; 0 when the queue or a window is empty
     */
    public int write(int stream, Http2Output out, Http2SendWindow connection, boolean ending) {
        int allowed = (int) Math.max(0, Math.min(window, connection.credit()));
        int run = Math.min(Math.min(bytes, Http2Wire.MAX_FRAME), allowed);
        if (run > 0) {
            out.data(stream, pending, run, ending && run == bytes);
            bytes -= run;
            written += run;
            window -= run;
            connection.sent(run);
        }
        return run;
    }

    /** Returns whether bytes are queued and none was sent since the previous call. */
    public boolean isStuck() {
        boolean stuck = bytes > 0 && written == lastWritten;
        lastWritten = written;
        return stuck;
    }

    /** Ends a stream that has nothing left to send, with an empty DATA frame. */
    public void writeEnd(int stream, Http2Output out) {
        out.data(stream, pending, 0, true);
    }

    public void release() {
        pending.forEach(ByteBuf::release);
        pending.clear();
        bytes = 0;
    }
}
