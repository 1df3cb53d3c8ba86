package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Holds requests that a client sent before the current response was complete (pipelining, RFC 9112 section 9.3.2). */
final class PipelinedInput {
    private @Nullable ByteBuf held;

    boolean isEmpty() {
        return held == null;
    }

    /** Stores a buffer and takes ownership. Nothing may be stored already. */
    void hold(ByteBuf in) {
        held = in;
    }

    /** Removes the stored buffer and passes its ownership; null if there is none. */
    @Nullable
    ByteBuf take() {
        ByteBuf taken = held;
        held = null;
        return taken;
    }

    /** Returns the stored bytes followed by {@code in}. Takes ownership of {@code in} and passes that of the result. */
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
