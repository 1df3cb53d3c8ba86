package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** Content of one stream that waits for the peer's flow-control windows, and the state of its end. */
public final class Http2SendQueue {
    private static final int HIGH_WATER = 64 * 1024;
    private static final int LOW_WATER = 32 * 1024;

    private final ArrayDeque<ByteBuf> pending = new ArrayDeque<>(4);
    private long window;
    private int bytes;
    private long written;
    private long lastWritten;
    private boolean complete;
    private boolean ended;
    private boolean overHighWater;

    /**
     * Creates an empty queue.
     *
     * @param window the stream's initial send window, in bytes; it can become negative (RFC 9113 section 6.9.2)
     */
    public Http2SendQueue(long window) {
        this.window = window;
    }

    /** Notes that the HEADERS frame ended the stream. */
    public void endedByHead() {
        complete = true;
        ended = true;
    }

    /** Appends a buffer and takes ownership of it; returns whether a full frame is queued. */
    public boolean add(ByteBuf piece) {
        bytes += piece.readableBytes();
        pending.add(piece);
        return bytes >= Http2Wire.MAX_FRAME;
    }

    /** Marks the content as complete; returns whether it was not before. */
    public boolean complete() {
        boolean news = !complete;
        complete = true;
        return news;
    }

    /** Returns whether END_STREAM was sent. */
    public boolean isEnded() {
        return ended;
    }

    /** Enlarges the send window; returns false on overflow (RFC 9113 section 6.9.1). */
    public boolean enlarge(long increment) {
        window += increment;
        return window <= Http2Wire.MAX_WINDOW;
    }

    /** Writes one DATA frame, as large as the windows allow; returns whether one was written. */
    public boolean write(int stream, Http2Output out, Http2SendWindow connection) {
        int allowed = (int) Math.max(0, Math.min(window, connection.credit()));
        int run = Math.min(Math.min(bytes, Http2Wire.MAX_FRAME), allowed);
        if (run <= 0) {
            return false;
        }
        ended = complete && run == bytes;
        out.data(stream, pending, run, ended);
        bytes -= run;
        written += run;
        window -= run;
        connection.sent(run);
        return true;
    }

    /** After the last {@link #write}: queues for the connection's window, or sends END_STREAM if no frame carried it. */
    public void await(int stream, Http2Output out, Http2SendWindow connection, Http2SendWindow.Sender sender) {
        if (bytes > 0) {
            if (window > 0) {
                connection.enqueue(sender);
            }
        } else if (complete && !ended) {
            ended = true;
            out.data(stream, pending, 0, true);
        }
    }

    /** Returns whether the queue is below its high-water mark; if not, {@link #hasCaughtUp} tells when it is again. */
    public boolean isWritable() {
        overHighWater = bytes >= HIGH_WATER || (bytes > 0 && overHighWater);
        return !overHighWater;
    }

    /** Returns once, after {@link #isWritable} was false, that the queue is below its low-water mark. */
    public boolean hasCaughtUp() {
        boolean now = overHighWater && bytes <= LOW_WATER;
        overHighWater &= !now;
        return now;
    }

    /** Returns whether bytes are queued and none was sent since the previous call. */
    public boolean isStuck() {
        boolean stuck = bytes > 0 && written == lastWritten;
        lastWritten = written;
        return stuck;
    }

    /** Discards what is queued. */
    public void release() {
        pending.forEach(ByteBuf::release);
        pending.clear();
        bytes = 0;
    }
}
