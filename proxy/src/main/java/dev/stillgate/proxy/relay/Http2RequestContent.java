package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2SendQueue;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Wire;
import io.netty.buffer.ByteBuf;

/** What of a request's content waits for the upstream to take it on a stream of HTTP/2, and whether more will come. */
final class Http2RequestContent {
    private static final int HIGH_WATER = 64 * 1024;
    private static final int LOW_WATER = 32 * 1024;

    private final Http2SendQueue queue;
    private boolean whole;
    private boolean ended;
    private boolean behind;

    /**
     * No content yet.
     *
     * @param sendWindow how much may be sent at first, in bytes
     */
    Http2RequestContent(long sendWindow) {
        queue = new Http2SendQueue(sendWindow);
    }

    /** Notes whether all of the content is there, and whether the head has told that there is none. */
    void begin(boolean all, boolean none) {
        whole = all;
        ended = none;
    }

    /** Takes a piece and its ownership; returns whether there is enough for a frame. */
    boolean add(ByteBuf piece) {
        queue.add(piece);
        return queue.bytes() >= Http2Wire.MAX_FRAME;
    }

    /** No more comes; returns whether that is news. */
    boolean end() {
        boolean news = !whole;
        whole = true;
        return news;
    }

    /** Returns whether the upstream was sent the end of it. */
    boolean isEnded() {
        return ended;
    }

    /** Writes one frame of what the upstream takes now; returns whether there may be another. */
    boolean write(int id, Http2Output out, Http2SendWindow sending) {
        if (queue.bytes() == 0 || queue.write(id, out, sending, whole) <= 0) {
            return false;
        }
        ended = whole && queue.bytes() == 0;
        return true;
    }

    /** Waits for the connection's window, or says that the content has ended when no frame of it did. */
    void settle(int id, Http2Output out, Http2SendWindow sending, Http2SendWindow.Sender sender) {
        if (queue.bytes() > 0) {
            if (queue.isOpen()) {
                sending.await(sender);
            }
        } else if (whole && !ended) {
            ended = true;
            queue.writeEnd(id, out);
        }
    }

    /** Returns whether whoever was told to wait may go on, which is said once. */
    boolean hasCaughtUp() {
        boolean now = behind && queue.bytes() <= LOW_WATER;
        behind &= !now;
        return now;
    }

    /** Returns whether more may be given; else {@link #hasCaughtUp} will say when. */
    boolean isWritable() {
        behind = queue.bytes() >= HIGH_WATER || (queue.bytes() > 0 && behind);
        return !behind;
    }

    /** The upstream takes so much more; returns false when that is more than there is. */
    boolean enlarge(long increment) {
        return queue.enlarge(increment);
    }

    void release() {
        queue.release();
    }
}
