package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Usage;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forwards one response from the upstream to the client. It meters and records the content, sends prose through the
 * filters' taps, and removes the usage event that only the gateway requested. It also reports backpressure ({@link #isBehind}).
 *
 * <p>A response that no stage changes is forwarded as raw bytes, including its transfer coding; otherwise its content
 * is framed again.
 */
final class AnswerRelay {
    private final Downstream downstream;
    private final @Nullable AnswerMeter meter;
    private final @Nullable Recording recording;
    private final @Nullable ProseStage prose;
    private final @Nullable UsageStage usageStage;
    private final Runnable stepped;
    private final boolean raw;
    private boolean ended;
    private long contentBytes;

    /**
     * Sends the response head and creates the stages for the content.
     *
     * @param meter reads the usage; null if the response carries none
     * @param recording receives the forwarded content; null for none
     * @param usageInjected whether only the gateway requested the usage of an event stream
     * @param tapping the taps of the response's prose; null for none
     * @param stepped runs after a held response end is released
     */
    AnswerRelay(
            EventLoopContext context,
            Downstream downstream,
            Http1Head head,
            BodyFraming framing,
            List<Header> added,
            @Nullable AnswerMeter meter,
            @Nullable Recording recording,
            boolean usageInjected,
            @Nullable Tapping tapping,
            Runnable stepped) {
        this.downstream = downstream;
        this.meter = meter;
        this.recording = recording;
        this.stepped = stepped;
        boolean hasBody = framing.kind() != BodyFraming.Kind.NONE; // without a body, no final chunk may be sent
        boolean filtered = usageInjected && hasBody && meter != null && meter.readsEvents();
        this.usageStage = filtered ? new UsageStage(context, this::forwardContent) : null;
        this.prose = tapping != null && meter != null
                ? new ProseStage(context, tapping, meter, this::passOn, this::released)
                : null;
        boolean edited = filtered || (prose != null && prose.edits());
        // edited content differs from the upstream's content-length, so it is framed again
        this.raw = downstream.sendHead(head, edited ? BodyFraming.UNTIL_CLOSE : framing, added);
    }

    /** Forwards content; does not take ownership of {@code in}. */
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

    /** Forwards content from the taps, where it has already been metered. */
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

    /** Ends the stages after the upstream's last content. */
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

    /** Called after the held end of a tapped response has been forwarded. */
    private void released() {
        if (ended) {
            endUsage();
        }
        stepped.run();
    }

    /** Forwards all held content of an incomplete response without waiting for a release. */
    void cut() {
        if (prose != null) {
            prose.cut();
        }
        endUsage();
    }

    /** Forwards raw bytes if the response is unchanged, else drops them. Takes ownership. */
    void bytes(ByteBuf bytes) {
        if (raw) {
            forward(bytes);
        } else {
            bytes.release();
        }
    }

    private void forward(ByteBuf bytes) {
        if (raw) {
            downstream.sendBytes(bytes);
        } else {
            downstream.sendContent(bytes);
        }
    }

    /** Returns whether the upstream should pause, because the client is behind, or a tap holds the end. */
    boolean isBehind() {
        return !downstream.isWritable() || (prose != null && prose.isHolding());
    }

    /** Returns whether everything received has been forwarded. */
    boolean isDrained() {
        return prose == null || !prose.isHolding();
    }

    /**
     * Returns the number of events forwarded if the client is exactly between two events, else -1.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     */
    long eventsIfBetween(boolean atChunkBoundary) {
        boolean whole = raw
                ? atChunkBoundary
                : (usageStage == null || usageStage.isEmpty()) && (prose == null || prose.isEmpty());
        return meter != null && meter.betweenEvents() && whole && downstream.isWritable() ? meter.eventCount() : -1;
    }

    /** Returns the number of content bytes forwarded. */
    long contentBytes() {
        return contentBytes;
    }

    Usage usage() {
        return meter == null ? Usage.NONE : meter.usage();
    }

    /** Returns the content parts of the response read so far. */
    AnswerFacts facts() {
        return meter == null ? AnswerFacts.NONE : meter.facts();
    }

    /** Returns the id in the response body, or null. */
    @Nullable
    String answerId() {
        return meter == null ? null : meter.answerId();
    }

    @Nullable
    String model() {
        return meter == null ? null : meter.model();
    }

    /** Returns whether the forwarded text contains a filter's mark. */
    boolean isMarked() {
        return prose != null && prose.isMarked();
    }

    /** Releases all buffers; no other method may be called afterwards. */
    void release(EventLoopContext context) {
        if (prose != null) {
            prose.close();
        }
        if (meter != null) {
            meter.release(context);
        }
    }
}
