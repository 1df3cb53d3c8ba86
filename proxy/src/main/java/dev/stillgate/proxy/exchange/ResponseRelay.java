package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.observe.AccessRecord.SessionFigures;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the body of one upstream response to the client; meters and records the forwarded content. One of three
 * paths is chosen when the head arrives: {@link Unchanged}, {@link WithoutUsage} or {@link Edited}. A session has its own,
 * {@link SessionRelay}, and so has a list of models that is filtered, {@link ModelListRelay}. Not thread-safe: runs on the exchange's event loop.
 */
abstract sealed class ResponseRelay implements FrameStage.Sink
        permits ResponseRelay.Unchanged,
                ResponseRelay.WithoutUsage,
                ResponseRelay.Edited,
                SessionRelay,
                ModelListRelay {
    private final Downstream downstream;
    private final @Nullable ResponseMeter meter;
    private final @Nullable Recording recording;
    private final @Nullable ProseStage observer;
    private final @Nullable FrameStage frames;
    private final boolean raw;
    private long contentBytes;

    /** Sends the response head. Content whose length will change is framed again. */
    ResponseRelay(RelayParts parts, boolean changesLength) {
        ResponsePlan answer = parts.answer();
        this.downstream = parts.downstream();
        this.meter = parts.meter();
        this.recording = parts.recording();
        this.observer = parts.isEdited() ? null : parts.prose(ByteBuf::release, parts.released());
        this.frames = parts.frames(this);
        this.raw = downstream.sendHead(
                answer.head(), changesLength ? BodyFraming.UNTIL_CLOSE : answer.framing(), answer.added());
    }

    /**
     * Sends the head of a response and chooses the path of its body.
     *
     * @param recording receives the forwarded content; null for none
     * @param released runs after the held end of an edited response has been forwarded
     */
    static ResponseRelay begin(
            EventLoopContext context,
            Downstream downstream,
            ResponsePlan answer,
            @Nullable Recording recording,
            Runnable released) {
        ResponseMeter meter = ResponseMeter.of(context, answer.operation(), answer.head(), answer.readsFacts());
        Tapping tapping = Tapping.of(context, answer, meter);
        RelayParts parts = new RelayParts(context, downstream, answer, meter, recording, tapping, released);
        if (parts.isEdited()) {
            return new Edited(parts);
        }
        return parts.takesUsageOut() ? new WithoutUsage(parts) : new Unchanged(parts);
    }

    /** Forwards what one read has brought; takes ownership of {@code bytes}. */
    abstract void read(ByteBuf bytes, ContentPieces content);

    /** Ends the stages after the upstream's last content. */
    void end() {
        if (frames != null) {
            frames.end();
        }
        lastContent();
    }

    /** Forwards all held content of an incomplete response without waiting for a release. */
    void cut() {
        if (observer != null) {
            observer.cut();
        }
    }

    /** Returns whether the end of the response is held. */
    boolean isHolding() {
        return false;
    }

    /** Returns whether the forwarded text contains a filter's mark. */
    boolean isMarked() {
        return false;
    }

    /**
     * Returns whether everything received was forwarded up to the end of a piece of the client's framing.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     */
    abstract boolean isWhole(boolean atChunkBoundary);

    /** Releases the stages' buffers. */
    void close() {
        if (observer != null) {
            observer.close();
        }
    }

    /** Reads what the upstream has sent; does not take ownership of {@code in}. */
    final void inspect(ByteBuf in, int index, int length) {
        if (frames == null) {
            content(in, index, length);
        } else {
            frames.content(in, index, length);
        }
    }

    /** Shows, meters and records content that is forwarded as it came. */
    @Override
    public void content(ByteBuf in, int index, int length) {
        if (observer != null) {
            observer.content(in, index, length);
        }
        if (meter != null) {
            meter.content(in, index, length);
        }
        record(in, index, length);
    }

    @Override
    public void lastContent() {
        if (observer != null) {
            observer.end();
        }
    }

    /** Records content; does not take ownership of {@code in}. */
    final void record(ByteBuf in, int index, int length) {
        if (recording != null) {
            recording.content(in, index, length);
        }
    }

    /** Forwards content; takes ownership. */
    final void forward(ByteBuf content) {
        contentBytes += content.readableBytes();
        downstream.sendContent(content);
    }

    /** Forwards edited content, in frames if the upstream's was; takes ownership. */
    final void forwardEdited(ByteBuf content) {
        if (frames == null) {
            forward(content);
        } else {
            frames.write(content, this::forward);
        }
    }

    /** Returns whether the upstream should pause, because the client is behind or the end of the response is held. */
    final boolean isBehind() {
        return !downstream.isWritable() || isHolding();
    }

    /**
     * Returns the number of events forwarded if the client is exactly between two events, else -1.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     */
    final long eventsIfBetween(boolean atChunkBoundary) {
        if (meter == null || !meter.betweenEvents()) {
            return -1;
        }
        return isWhole(atChunkBoundary) && downstream.isWritable() ? meter.eventCount() : -1;
    }

    /** Returns whether the response is an event stream without a content coding that the gateway reads. */
    final boolean takesComments() {
        return meter != null && meter.readsEvents() && frames == null;
    }

    /**
     * Returns whether the client is exactly between two events and keeps up; text may be held back.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     */
    final boolean isBetweenEvents(boolean atChunkBoundary) {
        return takesComments()
                && meter != null
                && meter.betweenEvents()
                && meter.finishReason() == null // clients take that of the last event
                && endsWithEvent(atChunkBoundary)
                && downstream.isWritable();
    }

    /** Returns whether what was metered was also forwarded, up to the end of a piece of the client's framing. */
    boolean endsWithEvent(boolean atChunkBoundary) {
        return isWhole(atChunkBoundary);
    }

    /** Returns the number of content bytes forwarded. */
    final long contentBytes() {
        return contentBytes;
    }

    /** Returns whether the response is an AWS event stream. */
    final boolean isFramed() {
        return frames != null;
    }

    Usage usage() {
        return meter == null ? Usage.NONE : meter.usage();
    }

    /** Returns the content parts of the response read so far. */
    final ResponseFacts facts() {
        return meter == null ? ResponseFacts.NONE : meter.facts();
    }

    /** Returns the id in the response body, or null. */
    final @Nullable String answerId() {
        return meter == null ? null : meter.answerId();
    }

    /** Returns what the response says of responses that are fetched later. */
    final DeferredResponse deferred() {
        return meter == null ? DeferredResponse.NONE : meter.deferred();
    }

    @Nullable
    String model() {
        return meter == null ? null : meter.model();
    }

    /** Returns why the response ended, as the provider says it, or null. */
    @Nullable
    String finishReason() {
        return meter == null ? null : meter.finishReason();
    }

    /** Returns the figures of a session; null for other responses. */
    @Nullable
    SessionFigures session() {
        return null;
    }

    /** Returns the provider's own judgement in the response read so far. */
    final ProviderVerdict verdict() {
        return meter == null ? ProviderVerdict.NONE : meter.verdict();
    }

    /** Releases all buffers; no other method may be called afterwards. */
    final void release(EventLoopContext context) {
        close();
        if (meter != null) {
            meter.noteUnreadable(frames != null && frames.hasErrors());
            meter.release(context);
        }
    }

    /** Forwards the upstream's bytes: with their transfer coding where the client's is the same, else their content. */
    static final class Unchanged extends ResponseRelay {
        Unchanged(RelayParts parts) {
            super(parts, false);
        }

        @Override
        void read(ByteBuf bytes, ContentPieces content) {
            boolean owned = true;
            try {
                int start = bytes.readerIndex();
                for (int i = 0; i < content.count(); i++) {
                    inspect(bytes, start + content.offset(i), content.length(i));
                }
                if (super.raw) {
                    super.contentBytes += content.total();
                    owned = false;
                    super.downstream.sendBytes(bytes);
                } else {
                    for (int i = 0; i < content.count(); i++) {
                        forward(bytes.retainedSlice(start + content.offset(i), content.length(i)));
                    }
                }
            } finally {
                if (owned) {
                    bytes.release();
                }
            }
        }

        @Override
        boolean isWhole(boolean atChunkBoundary) {
            return (!super.raw || atChunkBoundary) && (super.frames == null || super.frames.isEmpty());
        }
    }

    /** Takes out the usage event that only the gateway requested. */
    static final class WithoutUsage extends ResponseRelay {
        private final UsageStage gate;

        WithoutUsage(RelayParts parts) {
            super(parts, true);
            this.gate = new UsageStage(parts.context(), parts.answer().operation(), this::forward);
        }

        @Override
        void read(ByteBuf bytes, ContentPieces content) {
            try {
                int start = bytes.readerIndex();
                for (int i = 0; i < content.count(); i++) {
                    inspect(bytes, start + content.offset(i), content.length(i));
                    gate.content(bytes, start + content.offset(i), content.length(i));
                }
            } finally {
                bytes.release();
            }
        }

        @Override
        void end() {
            super.end();
            gate.end();
        }

        @Override
        void cut() {
            super.cut();
            gate.end();
        }

        @Override
        boolean isWhole(boolean atChunkBoundary) {
            return gate.isEmpty();
        }
    }

    /** Sends the prose through taps that may change it, and takes out the usage event if only the gateway requested it. */
    static final class Edited extends ResponseRelay {
        private final ProseStage prose;
        private final @Nullable UsageStage gate;
        private final Runnable released;
        private boolean ended;

        Edited(RelayParts parts) {
            super(parts, true);
            this.prose = Objects.requireNonNull(parts.prose(this::passOn, this::onRelease));
            this.gate = parts.takesUsageOut()
                    ? new UsageStage(parts.context(), parts.answer().operation(), this::forward)
                    : null;
            this.released = parts.released();
        }

        @Override
        void read(ByteBuf bytes, ContentPieces content) {
            try {
                int start = bytes.readerIndex();
                for (int i = 0; i < content.count(); i++) {
                    inspect(bytes, start + content.offset(i), content.length(i));
                }
            } finally {
                bytes.release();
            }
        }

        @Override
        public void content(ByteBuf in, int index, int length) {
            prose.content(in, index, length);
        }

        @Override
        public void lastContent() {
            prose.end();
        }

        /** Forwards content from the taps, where it has already been metered. */
        private void passOn(ByteBuf content) {
            int index = content.readerIndex();
            int length = content.readableBytes();
            record(content, index, length);
            if (gate == null) {
                forwardEdited(content);
            } else {
                gate.content(content, index, length);
                content.release();
            }
        }

        @Override
        void end() {
            ended = true;
            super.end();
            endGate();
        }

        private void endGate() {
            if (gate != null && !prose.isHolding()) {
                gate.end();
            }
        }

        /** Called after the held end has been forwarded. */
        private void onRelease() {
            if (ended) {
                endGate();
            }
            released.run();
        }

        @Override
        void cut() {
            prose.cut();
            endGate();
        }

        @Override
        boolean isHolding() {
            return prose.isHolding();
        }

        @Override
        boolean isMarked() {
            return prose.isMarked();
        }

        @Override
        boolean isWhole(boolean atChunkBoundary) {
            return (gate == null || gate.isEmpty())
                    && prose.isEmpty()
                    && (super.frames == null || super.frames.isWritten());
        }

        @Override
        boolean endsWithEvent(boolean atChunkBoundary) {
            return (gate == null || gate.isEmpty()) && !prose.isHolding();
        }

        @Override
        void close() {
            prose.close();
        }
    }
}
