package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2SendQueue;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;

/** Request content that waits for the send windows of an HTTP/2 stream, and the state of its end. */
final class Http2RequestContent {
    private static final int HIGH_WATER = 64 * 1024;
    private static final int LOW_WATER = 32 * 1024;

    private final Http2SendQueue queue;
    private boolean whole;
    private boolean ended;
    private boolean overHighWater;

    /**
     * Creates an empty queue.
     *
     * @param sendWindow the stream's initial send window, in bytes
     */
    Http2RequestContent(long sendWindow) {
        queue = new Http2SendQueue(sendWindow);
    }

    /**
     * Starts with the head.
     *
     * @param all whether the content is complete already
     * @param none whether the head ended the stream
     */
    void start(boolean all, boolean none) {
        whole = all;
        ended = none;
    }

    /** Queues content and takes ownership; returns whether a full frame is queued. */
    boolean add(ByteBuf piece) {
        queue.add(piece);
        return queue.bytes() >= Http2Wire.MAX_FRAME;
    }

    /** Marks the content as complete; returns whether it was not before. */
    boolean end() {
        boolean news = !whole;
        whole = true;
        return news;
    }

    /** Returns whether END_STREAM was sent. */
    boolean isEnded() {
        return ended;
    }

    /** Writes one frame if the windows allow; returns whether another may follow. */
    boolean write(int id, Http2Output out, Http2SendWindow sending) {
        if (queue.bytes() == 0 || queue.write(id, out, sending, whole) <= 0) {
            return false;
        }
        ended = whole && queue.bytes() == 0;
        return true;
    }

    /** Queues for the connection's window, or sends END_STREAM if no frame carried it. */
    void await(int id, Http2Output out, Http2SendWindow sending, Http2SendWindow.Sender sender) {
        if (queue.bytes() > 0) {
            if (queue.hasWindow()) {
                sending.enqueue(sender);
            }
        } else if (whole && !ended) {
            ended = true;
            queue.writeEnd(id, out);
        }
    }

    /** Returns once, after {@link #isWritable} was false, that the queue is below its low-water mark. */
    boolean hasCaughtUp() {
        boolean now = overHighWater && queue.bytes() <= LOW_WATER;
        overHighWater &= !now;
        return now;
    }

    /** Returns whether the queue is below its high-water mark; if not, {@link #hasCaughtUp} tells when it is again. */
    boolean isWritable() {
        overHighWater = queue.bytes() >= HIGH_WATER || (queue.bytes() > 0 && overHighWater);
        return !overHighWater;
    }

    /** Enlarges the send window; returns false on overflow. */
    boolean enlarge(long increment) {
        return queue.enlarge(increment);
    }

    void release() {
        queue.release();
    }
}
