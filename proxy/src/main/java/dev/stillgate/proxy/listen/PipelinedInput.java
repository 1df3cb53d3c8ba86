package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** What has arrived before its time: the next requests of a peer that does not wait for answers. */
final class PipelinedInput {
    private @Nullable ByteBuf held;

    boolean isEmpty() {
        return held == null;
    }

    /** Keeps bytes, and takes their ownership; there must be none. */
    void hold(ByteBuf in) {
        held = in;
    }

    /** Returns what is held, whose ownership passes, and holds nothing any longer; null when there is nothing. */
    @Nullable
    ByteBuf take() {
        ByteBuf taken = held;
        held = null;
        return taken;
    }

    /** Returns what is held followed by what arrives now; the ownership of both passes. */
    ByteBuf takeWith(ByteBuf in, ByteBufAllocator alloc) {
        ByteBuf first = take();
        if (first == null) {
            return in;
        }
        ByteBuf both = alloc.directBuffer(first.readableBytes() + in.readableBytes());
        both.writeBytes(first).writeBytes(in);
        first.release();
        in.release();
        return both;
    }

    void release() {
        ByteBuf taken = take();
        if (taken != null) {
            taken.release();
        }
    }
}
