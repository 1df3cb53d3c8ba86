package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.exchange.answer.Pacer;
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
 * Passes one answer on: as the bytes that came or as content, at once or paced, metered and recorded as it is passed on;
 * its prose through the filters' taps, and without the usage that only the gateway has asked for. Says when the upstream
 * must wait.
 */
final class AnswerRelay {
    private final Downstream downstream;
    private final @Nullable AnswerMeter meter;
    private final @Nullable Recording recording;
    private final @Nullable Pacer pacer;
    private final @Nullable ProseStage prose;
    private final @Nullable UsageStage usageStage;
    private final long pace;
    private final Runnable stepped;
    private final boolean raw;
    private boolean ended;
    private long contentBytes;

    /**
     * Begins the answer with the upstream's head.
     *
     * @param meter null when the answer carries no usage
     * @param recording takes what is passed on; null for nobody
     * @param usageInjected whether the usage of a stream was asked for by the gateway alone
     * @param tapping how its prose is tapped, null when it is not
     * @param pace how fast it is passed on, null for as fast as it comes
     * @param stepped runs whenever time has let more of a paced answer through, or the end of a tapped one
     */
    AnswerRelay(
            EventLoopContext lane,
            Downstream downstream,
            Http1Head head,
            BodyFraming framing,
            List<Header> added,
            @Nullable AnswerMeter meter,
            @Nullable Recording recording,
            boolean usageInjected,
            @Nullable Tapping tapping,
            ResponseTap.@Nullable Pace pace,
            Runnable stepped) {
        this.downstream = downstream;
        this.meter = meter;
        this.recording = recording;
        this.pace = pace == null ? 0 : pace.bytesPerSecond();
        this.stepped = stepped;
        boolean hasBody = framing.kind() != BodyFraming.Kind.NONE; // one without must not get a chunk that ends it
        boolean filtered = usageInjected && hasBody && meter != null && meter.readsEvents();
        this.usageStage = filtered ? new UsageStage(lane, this::forwardContent) : null;
        this.prose = tapping != null && meter != null
                ? new ProseStage(lane, tapping, meter, this::passOn, this::released)
                : null;
        boolean anew = filtered || (prose != null && prose.edits());
        // what is changed is of another length than the upstream says, and framed anew
        this.raw = downstream.sendHead(head, anew ? BodyFraming.UNTIL_CLOSE : framing, added);
        this.pacer = pace == null
                ? null
                : new Pacer(lane.loop(), lane.ticker(), lane.pacedMemory(), pace.bytesPerSecond(), this::pass, stepped);
    }

    /** Takes content, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        if (prose != null) {
            prose.content(in, index, length);
            if (prose.edits()) {
                return;
            }
        }
        if (meter != null) {
            meter.content(in, index, length);
        }
        if (recording != null) {
            recording.content(in, index, length);
        }
        if (usageStage != null) {
            usageStage.content(in, index, length);
        } else if (raw) {
            contentBytes += length;
        } else {
            forwardContent(in.retainedSlice(index, length));
        }
    }

    /** Passes on content that has come out of the taps, and was metered there. */
    private void passOn(ByteBuf content) {
        if (recording != null) {
            recording.content(content, content.readerIndex(), content.readableBytes());
        }
        if (usageStage != null) {
            usageStage.content(content, content.readerIndex(), content.readableBytes());
            content.release();
        } else {
            forwardContent(content);
        }
    }

    private void forwardContent(ByteBuf content) {
        contentBytes += content.readableBytes();
        forward(content);
    }

    /** The upstream's answer is whole: nothing waits any longer for more of it. */
    void end() {
        ended = true;
        if (prose != null) {
            prose.end();
        }
        endUsage();
    }

    private void endUsage() {
        if (usageStage != null && (prose == null || !prose.isHolding())) {
            usageStage.end();
        }
    }

    /** The end of a tapped answer has passed. */
    private void released() {
        if (ended) {
            endUsage();
        }
        stepped.run();
    }

    /** The answer breaks off: what is held passes, and nothing is waited for. */
    void cut() {
        if (prose != null) {
            prose.cut();
        }
        endUsage();
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
        return !downstream.isWritable() || (pacer != null && pacer.full()) || (prose != null && prose.isHolding());
    }

    /** Returns whether all that was taken has been passed on. */
    boolean isDrained() {
        return (pacer == null || pacer.isEmpty()) && (prose == null || !prose.isHolding());
    }

    /**
     * Returns the number of events passed on when another one could follow now, else -1.
     *
     * @param atChunkBoundary whether the upstream's chunks are whole so far
     */
    long eventsIfBetween(boolean atChunkBoundary) {
        boolean whole = raw
                ? atChunkBoundary
                : (usageStage == null || usageStage.isEmpty()) && (prose == null || prose.isEmpty());
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

    /** Returns whether the answer carries a filter's mark. */
    boolean isMarked() {
        return prose != null && prose.isMarked();
    }

    /** Returns the pace in bytes a second, 0 when it is passed on as fast as it comes. */
    long pace() {
        return pace;
    }

    /** Lets go of what is held; nothing may be asked afterwards. */
    void release(EventLoopContext lane) {
        if (prose != null) {
            prose.close();
        }
        if (pacer != null) {
            pacer.close();
        }
        if (meter != null) {
            meter.release(lane);
        }
    }
}
