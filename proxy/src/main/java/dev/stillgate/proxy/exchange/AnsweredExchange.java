package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.AnswerTap;
import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The response half of an exchange. It forwards the upstream's response through an {@link AnswerRelay} or sends a local
 * reply, and builds the {@link Outcome}. The request half is {@link ExchangeFacts};
 * the control flow is in {@link LiveExchange}.
 */
abstract class AnsweredExchange extends ExchangeFacts {
    final Downstream downstream;
    final @Nullable Recording recording;
    private @Nullable AnswerRelay answer;
    private int status;
    private long sent;
    private long firstByte = -1;
    private boolean answered;

    AnsweredExchange(
            EventLoopContext context,
            Downstream downstream,
            Peer peer,
            Http1Head head,
            ActivePolicy.Pinned<ServingPolicy> pinned) {
        super(context, peer, head, pinned);
        this.downstream = downstream;
        this.recording = Recording.of(context.recorder());
    }

    /** Records the time of the first byte sent to the client. */
    void noteFirstByte() {
        firstByte = context.ticker().nanos() - startNanos();
    }

    /** Returns whether a response head has been sent, so that no other response is possible. */
    boolean isAnswered() {
        return answered;
    }

    /**
     * Sends the head of the upstream's response and starts the relay of its body.
     *
     * @param more the header fields added by filters
     * @param readsAnswer whether a filter needs the content parts of the response
     * @param usageInjected whether only the gateway requested the usage of an event stream
     * @param stepped runs after the relay has forwarded bytes on its own, see {@link AnswerRelay}
     */
    void beginAnswer(
            Http1Head from,
            BodyFraming framing,
            List<Header> more,
            AnswerTap tap,
            boolean readsAnswer,
            boolean usageInjected,
            Runnable stepped) {
        if (recording != null && operation().carriesAnswers()) {
            recording.head(from);
        }
        status = from.status();
        answered = true;
        List<Header> added = more;
        if (!from.has(KnownHeader.REQUEST_ID) && !from.has(KnownHeader.X_REQUEST_ID)) {
            added = new ArrayList<>(more);
            added.add(requestIdHeader());
        }
        AnswerMeter meter = AnswerMeter.of(context, operation(), from, readsAnswer);
        Tapping tapping = Tapping.of(context, tap, operation(), from, framing, meter);
        answer = new AnswerRelay(
                context, downstream, from, framing, added, meter, recording, usageInjected, tapping, stepped);
    }

    /** Forwards a piece of the response's content; does not take ownership of {@code in}. */
    void onContent(ByteBuf in, int index, int length) {
        if (answer != null) {
            answer.content(in, index, length);
        }
    }

    /** Forwards raw bytes of the response. Takes ownership. */
    void passBytes(ByteBuf bytes) {
        if (answer == null) {
            bytes.release();
        } else {
            answer.bytes(bytes);
        }
    }

    /** Ends the relay after the upstream's last content. */
    void endAnswer() {
        if (answer != null) {
            answer.end();
        }
    }

    /** Returns whether the upstream should pause. */
    boolean isBehind() {
        return answer != null && answer.isBehind();
    }

    /** Returns whether everything received of the response has been forwarded. */
    boolean isDrained() {
        return answer == null || answer.isDrained();
    }

    /** Returns whether content of the response has been forwarded. */
    boolean hasForwarded() {
        return answer != null && answer.contentBytes() > 0;
    }

    /** Sends a local reply instead of a response of the upstream. */
    void reply(Verdict.Reject verdict) {
        LocalReply reply = replyTo(verdict);
        status = reply.status();
        sent = reply.body().length;
        noteFirstByte();
        answered = true;
        downstream.sendReply(reply);
    }

    /**
     * Forwards the held content of an incomplete response. If it is an event stream between two events, sends an error
     * event.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     */
    void cutAnswer(Verdict.Kind kind, boolean atChunkBoundary) {
        if (answer != null) {
            answer.cut();
        }
        long events = answer == null ? -1 : answer.eventsIfBetween(atChunkBoundary);
        if (events >= 0) {
            downstream.sendErrorEvent(ErrorBodies.sseError(
                    provider(), operation(), kind, "The answer was cut short.", requestId(), events));
        }
    }

    Outcome served() {
        return new Outcome.Served(status, usage(), sent(), firstByte);
    }

    Outcome rejected(Refusal refusal) {
        String code = refusal.verdict().code();
        return new Outcome.Rejected(status, Usage.NONE, sent, firstByte, refusal.filter(), code);
    }

    Outcome upstreamFailed(String code) {
        return new Outcome.UpstreamFailed(status, Usage.NONE, sent, firstByte, code);
    }

    Outcome truncated(String code) {
        return new Outcome.Truncated(status, usage(), sent(), firstByte, code);
    }

    Outcome downstreamGone(Outcome.Phase phase) {
        return new Outcome.DownstreamGone(status, usage(), sent(), firstByte, phase);
    }

    @Override
    public @Nullable String answerId() {
        return answer == null ? null : answer.answerId();
    }

    @Override
    public AnswerFacts answer() {
        return answer == null ? AnswerFacts.NONE : answer.facts();
    }

    @Override
    public boolean isMarked() {
        return answer != null && answer.isMarked();
    }

    private Usage usage() {
        return answer == null ? Usage.NONE : answer.usage();
    }

    /** Returns the number of content bytes sent to the client. */
    long sent() {
        return answer == null ? sent : answer.contentBytes();
    }

    /** Counts, logs and records the outcome, and releases the relay. */
    void closeAnswer(Outcome outcome, ChainProgress progress, long received) {
        AnswerRelay relay = answer;
        answer = null;
        record(outcome, progress, received, relay);
        if (recording != null) {
            boolean served = outcome instanceof Outcome.Served;
            recording.end(this, served, outcome.status(), context.ticker().millis());
        }
        if (relay != null) {
            relay.release(context);
        }
    }
}
