package dev.stillgate.proxy.exchange;

import io.netty.buffer.ByteBuf;

/** Handler of an exchange's request body. */
interface RequestBody {
    /** Handles a piece; does not take ownership of {@code in}. */
    void piece(ByteBuf in, int index, int length);

    /** Handles the end of the body. */
    void end();

    /** Continues writing to the upstream, whose connection is writable. */
    void writable();

    /** Returns whether the body is kept in memory, so that it can be sent again. */
    default boolean isKept() {
        return false;
    }

    /** Restarts a {@linkplain #isKept kept} body at its first byte. */
    default void rewind() {}

    /** Called when the request will not be sent again, so that written content may be released. */
    default void noMoreRetries() {}

    /** Releases all memory. Idempotent. */
    void release();
}
