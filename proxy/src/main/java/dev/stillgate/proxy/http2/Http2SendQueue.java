package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** What of one answer waits for the peer's windows. */
public final class Http2SendQueue {
    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>(4);
    private long window;
    private int bytes;
    private long written;
    private long lastWritten;

    /**
     * A queue.
     *
     * @param window how much the stream may send at first, in bytes; it can become negative
     */
    public Http2SendQueue(long window) {
        this.window = window;
    }

    public int bytes() {
        return bytes;
    }

    /** Adds a piece, and its ownership. */
    public void add(ByteBuf piece) {
        bytes += piece.readableBytes();
        pending.add(piece);
    }

    /** The peer takes so much more; returns false when that is more than there is. */
    public boolean enlarge(long increment) {
        window += increment;
        return window <= Http2Wire.MAX_WINDOW;
    }

    /** Returns whether the stream may send more, whatever its connection may. */
    public boolean isOpen() {
        return window > 0;
    }

    /**
     * Writes one frame, as large as the windows let it be.
     *
     * @param ending whether the last byte ends the stream
     * @return its content in bytes; 0 when there is nothing to write, or no room
     */
    public int write(int stream, Http2Output out, Http2SendWindow connection, boolean ending) {
        int room = (int) Math.max(0, Math.min(window, connection.credit()));
        int run = Math.min(Math.min(bytes, Http2Wire.MAX_FRAME), room);
        if (run > 0) {
            out.data(stream, pending, run, ending && run == bytes);
            bytes -= run;
            written += run;
            window -= run;
            connection.sent(run);
        }
        return run;
    }

    /** Returns whether bytes wait of which none was let through since this was asked the last time. */
    public boolean isStuck() {
        boolean stuck = bytes > 0 && written == lastWritten;
        lastWritten = written;
        return stuck;
    }

    /** Ends a stream that has nothing to send any more. */
    public void writeEnd(int stream, Http2Output out) {
        out.data(stream, pending, 0, true);
    }

    public void release() {
        pending.forEach(ByteBuf::release);
        pending.clear();
        bytes = 0;
    }
}
