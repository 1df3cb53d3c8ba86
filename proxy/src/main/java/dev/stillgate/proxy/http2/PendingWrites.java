package dev.stillgate.proxy.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes that were written to a channel and that the kernel has not accepted yet. */
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

    /** Returns whether bytes are pending and the kernel accepted none since the previous call. */
    @SuppressWarnings("ReferenceEquality") // identity tells whether it is the same queue entry
    public boolean isStuck() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        Object firstNow = buffer == null ? null : buffer.current();
        long progressNow = buffer == null || firstNow == null ? 0 : buffer.currentProgress();
        boolean stuck = firstNow != null && firstNow == first && progressNow == progress;
        first = firstNow;
        progress = progressNow;
        return stuck;
    }

    /** Makes closing reset the connection, so that the kernel discards data that the peer does not read. */
    public void drop() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
}
