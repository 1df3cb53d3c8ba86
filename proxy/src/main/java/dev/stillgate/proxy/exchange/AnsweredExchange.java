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
 * What an exchange has answered its caller so far: the upstream's answer as it is passed on, or the gateway's own in its
 * place, and the outcome that makes. When and why which is given is {@link LiveExchange}'s.
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
            EventLoopContext lane,
            Downstream downstream,
            Peer peer,
            Http1Head head,
            ActivePolicy.Pinned<ServingPolicy> pinned) {
        super(lane, peer, head, pinned);
        this.downstream = downstream;
        this.recording = Recording.of(lane.recorder());
    }

    /** Notes that the answer's first byte is due to the caller now. */
    void noteFirstByte() {
        firstByte = lane.ticker().nanos() - startNanos();
    }

    /** Returns whether an answer has begun, so that no other can be given. */
    boolean isAnswered() {
        return answered;
    }

    /**
     * Begins to pass on the upstream's answer.
     *
     * @param more fields that filters add to its head
     * @param readsAnswer whether a filter wants to know what it is made of
     * @param usageInjected whether the usage of a stream was asked for by the gateway alone
     * @param stepped runs whenever time has let more of it through, when it is paced
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
        AnswerMeter meter = AnswerMeter.of(lane, operation(), from, readsAnswer);
        Tapping tapping = Tapping.of(lane, tap, operation(), from, framing, meter);
        answer = new AnswerRelay(
                lane, downstream, from, framing, added, meter, recording, usageInjected, tapping, tap.pace(), stepped);
    }

    /** Takes a piece of the answer's content; {@code in} stays the caller's. */
    void onContent(ByteBuf in, int index, int length) {
        if (answer != null) {
            answer.content(in, index, length);
        }
    }

    /** Takes the answer's bytes as they came, and their ownership. */
    void passBytes(ByteBuf bytes) {
        if (answer == null) {
            bytes.release();
        } else {
            answer.bytes(bytes);
        }
    }

    /** The upstream's answer is whole. */
    void endAnswer() {
        if (answer != null) {
            answer.end();
        }
    }

    /** Returns whether the caller, or the pace, is behind. */
    boolean isBehind() {
        return answer != null && answer.isBehind();
    }

    /** Returns whether all that came of the answer has been passed on. */
    boolean isDrained() {
        return answer == null || answer.isDrained();
    }

    /** Answers in the gateway's own name. */
    void reply(Verdict.Reject verdict) {
        LocalReply reply = replyTo(verdict);
        status = reply.status();
        sent = reply.body().length;
        noteFirstByte();
        answered = true;
        downstream.sendReply(reply);
    }

    /**
     * Passes on what is held of an answer that breaks off; a stream of events that stands between two is told why.
     *
     * @param atChunkBoundary whether the upstream's chunks are whole so far
     */
    void cutAnswer(Verdict.Kind kind, boolean atChunkBoundary) {
        if (answer != null) {
            answer.cut();
        }
        long events = answer == null ? -1 : answer.eventsIfBetween(atChunkBoundary);
        if (events >= 0) {
            downstream.sendLastWords(ErrorBodies.sseError(
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

    private Usage usage() {
        return answer == null ? Usage.NONE : answer.usage();
    }

    /** Returns how much content the caller was sent. */
    long sent() {
        return answer == null ? sent : answer.contentBytes();
    }

    /** Counts, logs and records the outcome, and lets go of the answer. */
    void closeAnswer(Outcome outcome, ChainProgress progress, long received) {
        AnswerRelay relay = answer;
        answer = null;
        record(outcome, progress, received, relay);
        if (recording != null) {
            boolean served = outcome instanceof Outcome.Served;
            recording.end(this, served, outcome.status(), lane.ticker().millis());
        }
        if (relay != null) {
            relay.release(lane);
        }
    }
}
