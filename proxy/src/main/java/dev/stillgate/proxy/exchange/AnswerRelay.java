package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes one answer on: as the bytes that came or as content, at once or paced, and metered on the way. Says when the
 * upstream must wait.
 */
final class AnswerRelay {
    private final Downstream downstream;
    private final @Nullable AnswerMeter meter;
    private final @Nullable Pacer pacer;
    private final boolean raw;
    private long contentBytes;

    /**
     * Begins the answer with the upstream's head.
     *
     * @param meter null when the answer carries no usage
     * @param drained runs whenever a paced answer has caught up
     */
    AnswerRelay(
            Lane lane,
            Downstream downstream,
            Http1Head head,
            BodyFraming framing,
            List<Header> added,
            @Nullable AnswerMeter meter,
            ResponseTap tap,
            Runnable drained) {
        this.downstream = downstream;
        this.meter = meter;
        this.raw = downstream.sendHead(head, framing, added);
        this.pacer = tap instanceof ResponseTap.Pace pace
                ? new Pacer(lane.loop(), lane.ticker(), pace.bytesPerSecond(), this::pass, drained)
                : null;
    }

    /** Takes content, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        contentBytes += length;
        if (meter != null) {
            meter.content(in, index, length);
        }
        if (!raw) {
            forward(in.retainedSlice(index, length));
        }
    }

    /** Takes the same bytes as they came, and their ownership. */
    void bytes(ByteBuf bytes) {
        if (raw) {
            forward(bytes);
        } else {
            bytes.release();
        }
    }

    private void forward(ByteBuf bytes) {
        if (pacer != null) {
            pacer.offer(bytes);
        } else {
            pass(bytes);
        }
    }

    private void pass(ByteBuf bytes) {
        if (raw) {
            downstream.sendBytes(bytes);
        } else {
            downstream.sendContent(bytes);
        }
    }

    /** Returns whether the caller, or the pace, is behind. */
    boolean isBehind() {
        return !downstream.isWritable() || (pacer != null && pacer.full());
    }

    /** Returns whether all that was taken has been passed on. */
    boolean isDrained() {
        return pacer == null || pacer.isEmpty();
    }

    /**
     * Returns the number of events passed on when another one could follow now, else -1.
     *
     * @param atChunkBoundary whether the upstream's chunks are whole so far
     */
    long eventsIfBetween(boolean atChunkBoundary) {
        boolean whole = !raw || atChunkBoundary;
        return meter != null && meter.betweenEvents() && whole && pacer == null && downstream.isWritable()
                ? meter.eventCount()
                : -1;
    }

    long contentBytes() {
        return contentBytes;
    }

    Usage usage() {
        return meter == null ? Usage.NONE : meter.usage();
    }

    /** Returns the id that the answer names, or null. */
    @Nullable
    String answerId() {
        return meter == null ? null : meter.answerId();
    }

    @Nullable
    String model() {
        return meter == null ? null : meter.model();
    }

    /** Lets go of what is held; nothing may be asked afterwards. */
    void release(Lane lane) {
        if (pacer != null) {
            pacer.close();
        }
        if (meter != null) {
            meter.release(lane);
        }
    }
}
