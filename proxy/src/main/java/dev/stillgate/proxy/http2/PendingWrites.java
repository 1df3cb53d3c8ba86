package dev.stillgate.proxy.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/** What was written to a caller and the kernel has not taken yet. */
public final class PendingWrites {
    private final Channel channel;
    private @Nullable Object first;
    private long progress;

    public PendingWrites(Channel channel) {
        this.channel = channel;
    }

    public long bytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Returns whether bytes wait of which the kernel has taken none since this was asked the last time. */
    @SuppressWarnings("ReferenceEquality") // whether it is the same place in the queue
    public boolean isStuck() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        Object firstNow = buffer == null ? null : buffer.current();
        long progressNow = buffer == null || firstNow == null ? 0 : buffer.currentProgress();
        boolean stuck = firstNow != null && firstNow == first && progressNow == progress;
        first = firstNow;
        progress = progressNow;
        return stuck;
    }

    /** Sees to it that a close resets the connection, so that the kernel keeps nothing for a peer that takes nothing. */
    public void drop() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
}
