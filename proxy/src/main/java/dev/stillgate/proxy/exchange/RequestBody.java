package dev.stillgate.proxy.exchange;

import io.netty.buffer.ByteBuf;

/** What an exchange does with the request's body as it arrives. */
interface RequestBody {
    /** Takes a piece; {@code in} stays the caller's. */
    void piece(ByteBuf in, int index, int length);

    /** The body is whole. */
    void end();

    /** The upstream's connection takes more. */
    void writable();

    /** Returns whether all of it is there to be sent again, after its head. */
    default boolean isKept() {
        return false;
    }

    /** Begins anew with what {@link #isKept}. */
    default void rewind() {}

    /** The request cannot be sent again, so that content which was handed over need not be held any longer. */
    default void noMoreRetries() {}

    /** Lets go of what is held; may be called twice. */
    void release();
}
