package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one connection. Small frames are joined in one buffer, and everything written in one event-loop
 * iteration is flushed once.
 */
public final class Http2Output {
    private static final int JOINED = 8 * 1024;
    private static final int COPIED = 2 * 1024;

    /**
     * More than a peer that reads can have pending: content up to the channel's high-water mark, and the response heads
     * of all open streams.
     */
    private static final int FULL = 256 * 1024;

    @SuppressWarnings("NullAway.Init") // set by open, before the first frame
    private ChannelHandlerContext ctx;

    @SuppressWarnings("NullAway.Init")
    private ChannelPromise voidPromise;

    @SuppressWarnings("NullAway.Init")
    private PendingWrites pendingWrites;

    private final Runnable flusher = this::flushNow;
    private @Nullable ByteBuf joined;
    private boolean reading;
    private boolean scheduled;
    private boolean tableSizeDue;
    private boolean channelClosed;

    /** Writes the fields of a field section. */
    @FunctionalInterface
    public interface Fields {
        void write(ByteBuf section);
    }

    public void open(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        this.voidPromise = ctx.channel().voidPromise();
        this.pendingWrites = new PendingWrites(ctx.channel());
    }

    /** Returns whether the channel's write buffer is below its high-water mark. */
    public boolean isWritable() {
        return ctx.channel().isWritable();
    }

    public PendingWrites pendingWrites() {
        return pendingWrites;
    }

    /** Returns whether so much is pending that the peer must be sending requests without reading responses. */
    public boolean isFull() {
        return !isWritable() && pendingWrites.bytes() > FULL;
    }

    /** Returns the buffer for small frames, with space for at least {@code bytes}. */
    public ByteBuf buffer(int bytes) {
        ByteBuf open = joined;
        if (open != null && open.writableBytes() >= bytes) {
            return open;
        }
        writeJoined();
        open = ctx.alloc().directBuffer(Math.max(JOINED, bytes));
        joined = open;
        return open;
    }

    private void writeJoined() {
        ByteBuf full = joined;
        joined = null;
        if (full != null) {
            ctx.write(full, voidPromise);
        }
    }

    /**
     * Notes that the peer reduced its HPACK table size, which the next field section must acknowledge (RFC 7541 section
     * 4.2).
     */
    public void acknowledgeTableSize() {
        tableSizeDue = true;
    }

    /**
     * Writes a field section.
     *
     * @param size its approximate size, in bytes
     * @param last whether it ends the stream
     */
    public void fields(int stream, int size, boolean last, Fields fields) {
        ByteBuf out = buffer(size + 2 * Http2Wire.FRAME_HEAD);
        int start = out.writerIndex();
        out.writeZero(Http2Wire.FRAME_HEAD);
        if (tableSizeDue) {
            tableSizeDue = false;
            HpackLiterals.tableSizeZero(out);
        }
        fields.write(out);
        frame(out, start, stream, last ? Http2Wire.END_STREAM : 0);
    }

    /**
     * Writes the frame header of the field section that starts at {@code start}, where space for it was left. A section
     * larger than a frame is split into CONTINUATION frames (RFC 9113 section 6.10).
     */
    private static void frame(ByteBuf out, int start, int stream, int flags) {
        int length = out.writerIndex() - start - Http2Wire.FRAME_HEAD;
        if (length <= Http2Wire.MAX_FRAME) {
            int end = out.writerIndex();
            out.writerIndex(start);
            Http2Wire.frame(out, length, Http2Wire.HEADERS, flags | Http2Wire.END_HEADERS, stream);
            out.writerIndex(end);
            return;
        }
        byte[] section = new byte[length];
        out.getBytes(start + Http2Wire.FRAME_HEAD, section);
        out.writerIndex(start);
        for (int at = 0; at < length; at += Http2Wire.MAX_FRAME) {
            int run = Math.min(length - at, Http2Wire.MAX_FRAME);
            int end = at + run == length ? Http2Wire.END_HEADERS : 0;
            if (at == 0) {
                Http2Wire.frame(out, run, Http2Wire.HEADERS, flags | end, stream);
            } else {
                Http2Wire.frame(out, run, Http2Wire.CONTINUATION, end, stream);
            }
            out.writeBytes(section, at, run);
        }
    }

    /**
     * Writes one DATA frame.
     *
     * @param pending the buffers from which content is taken, in order
     * @param length content length, in bytes
     */
    public void data(int stream, ArrayDeque<ByteBuf> pending, int length, boolean last) {
        int flags = last ? Http2Wire.END_STREAM : 0;
        ByteBuf out = buffer(Http2Wire.FRAME_HEAD + (length <= COPIED ? length : 0));
        Http2Wire.frame(out, length, Http2Wire.DATA, flags, stream);
        int left = length;
        while (left > 0) {
            ByteBuf first = pending.getFirst();
            int run = Math.min(left, first.readableBytes());
            left -= run;
            if (run == first.readableBytes()) {
                pending.removeFirst();
                content(first, run);
            } else {
                content(first.readRetainedSlice(run), run);
            }
        }
    }

    private void content(ByteBuf piece, int length) {
        if (length <= COPIED) {
            buffer(length).writeBytes(piece);
            piece.release();
        } else {
            writeJoined();
            ctx.write(piece, voidPromise);
        }
    }

    /** Defers flushing to the end of the current read. */
    public void beginRead() {
        reading = true;
    }

    public void endRead() {
        reading = false;
        if (joined != null || scheduled) {
            flushNow();
        }
    }

    /** Schedules a flush at the end of this event-loop iteration. */
    public void flushSoon() {
        if (!scheduled) {
            scheduled = true;
            if (!reading) {
                ctx.executor().execute(flusher);
            }
        }
    }

    private void flushNow() {
        if (channelClosed || reading) {
            return;
        }
        scheduled = false;
        writeJoined();
        ctx.flush();
    }

    /** Shuts down the output after all pending writes; input is still read and discarded. */
    public void finish() {
        if (!channelClosed) {
            writeJoined();
            LingeringClose.finish(ctx, false);
        }
    }

    /** Closes the connection after all pending writes, and after {@code time} even if the peer does not read. */
    public void finishWithin(Duration time) {
        if (!channelClosed) {
            writeJoined();
            LingeringClose.finishWithin(ctx, time);
        }
    }

    public void close() {
        ctx.close();
    }

    /** Releases unwritten buffers after the connection closed. */
    public void channelClosed() {
        channelClosed = true;
        ByteBuf left = joined;
        joined = null;
        if (left != null) {
            left.release();
        }
    }
}
