package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** An exchange's request body on its way to the upstream. Not thread-safe: runs on the exchange's event loop. */
abstract sealed class RequestBody permits WholeBody, StreamedBody {
    /**
     * Adds a piece; does not take ownership of {@code in}.
     *
     * @return whether the exchange can go on now: with a complete prompt, or with pieces to {@link #pass}
     * @throws BadMessage if the body exceeds its limit or the memory budget
     */
    abstract boolean add(ByteBuf in, int index, int length) throws BadMessage;

    /** Adds the end of the body; returns whether the exchange can go on now. */
    abstract boolean end();

    /**
     * Writes what the upstream accepts now.
     *
     * @param upstream the stream to which the request head was written; null if there is none yet
     */
    abstract void pass(@Nullable UpstreamStream upstream);

    /** Returns whether the body is kept in memory, so that it can be sent again. */
    boolean isKept() {
        return false;
    }

    /** Restarts a {@linkplain #isKept kept} body at its first byte. */
    void rewind() {}

    /** Called when the request will not be sent again, so that written content may be released. */
    void noMoreRetries() {}

    /** Releases all memory. Idempotent. */
    abstract void release();

    static BadMessage tooLarge() {
        return new BadMessage(Verdict.Kind.TOO_LARGE, "body-too-large", "The request body is too large.");
    }
}
