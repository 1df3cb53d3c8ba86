package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes one answer on: as the bytes that came or as content, at once or paced, and metered on the way; without the usage
 * that only the gateway has asked for. Says when the upstream must wait.
 */
final class AnswerRelay {
    private final Downstream downstream;
    private final @Nullable AnswerMeter meter;
    private final @Nullable Pacer pacer;
    private final @Nullable UsageStage usageStage;
    private final boolean raw;
    private long contentBytes;

    /**
     * Begins the answer with the upstream's head.
     *
     * @param meter null when the answer carries no usage
     * @param usageInjected whether the usage of a stream was asked for by the gateway alone
     * @param stepped runs whenever time has let more of a paced answer through
     */
    AnswerRelay(
            Lane lane,
            Downstream downstream,
            Http1Head head,
            BodyFraming framing,
            List<Header> added,
            @Nullable AnswerMeter meter,
            boolean usageInjected,
            ResponseTap tap,
            Runnable stepped) {
        this.downstream = downstream;
        this.meter = meter;
        boolean filtered = usageInjected && meter != null && meter.readsEvents();
        this.usageStage = filtered ? new UsageStage(lane, this::forwardContent) : null;
        // what is filtered is of another length than the upstream says, and framed anew
        this.raw = downstream.sendHead(head, filtered ? BodyFraming.UNTIL_CLOSE : framing, added);
        this.pacer = tap instanceof ResponseTap.Pace pace
                ? new Pacer(lane.loop(), lane.ticker(), lane.pacedMemory(), pace.bytesPerSecond(), this::pass, stepped)
                : null;
    }

    /** Takes content, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        if (meter != null) {
            meter.content(in, index, length);
        }
        if (usageStage != null) {
            usageStage.content(in, index, length);
        } else if (raw) {
            contentBytes += length;
        } else {
            forwardContent(in.retainedSlice(index, length));
        }
    }

    private void forwardContent(ByteBuf content) {
        contentBytes += content.readableBytes();
        forward(content);
    }

    /** The upstream's answer has ended, or broken off: nothing waits any longer for more of it. */
    void end() {
        if (usageStage != null) {
            usageStage.end();
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
        boolean whole = raw ? atChunkBoundary : usageStage == null || usageStage.isEmpty();
        return meter != null && meter.betweenEvents() && whole && pacer == null && downstream.isWritable()
                ? meter.eventCount()
                : -1;
    }

    /** Returns how much content was passed on, give or take its chunks' framing while a paced answer is under way. */
    long contentBytes() {
        return pacer == null ? contentBytes : Math.max(0, contentBytes - pacer.heldBytes());
    }

    Usage usage() {
        return meter == null ? Usage.NONE : meter.usage();
    }

    /** Returns what the answer is made of, as far as it is known. */
    AnswerFacts facts() {
        return meter == null ? AnswerFacts.NONE : meter.facts();
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
