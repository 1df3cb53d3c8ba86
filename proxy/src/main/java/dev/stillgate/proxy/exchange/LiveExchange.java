package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.AnswerTap;
import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exchange from the request's head to its one {@link Outcome}. It belongs to one event loop; every way out, whichever
 * side gives up first, leads through {@link #finish}.
 *
 * <p>The order of an exchange is written here once: caller, filters, body, upstream, answer, outcome.
 */
public final class LiveExchange extends AnsweredExchange {
    private final ChainProgress progress = new ChainProgress();
    private final FilterChain chain;
    private final PhaseTimeouts clock;
    private final UpstreamCall upstream;
    private @Nullable RequestBody body;
    private @Nullable Upgrade upgrade;
    private long received;
    private boolean usageInjected;
    private boolean upstreamDone;
    private boolean finished;

    public LiveExchange(EventLoopContext lane, Downstream downstream, Peer peer, Http1Head head) {
        this(lane, downstream, peer, head, lane.pinPolicy());
    }

    private LiveExchange(
            EventLoopContext lane,
            Downstream downstream,
            Peer peer,
            Http1Head head,
            ActivePolicy.Pinned<ServingPolicy> pinned) {
        super(lane, downstream, peer, head, pinned);
        this.chain = pinned.policy().chain();
        progress.time(lane.isSampled());
        this.clock = new PhaseTimeouts(lane);
        this.upstream = new UpstreamCall(this);
    }

    /** Runs the exchange up to the request's body. */
    public void start(BodyFraming framing) {
        lane.meters().exchangeStarted();
        lane.deadlines().start(this);
        try {
            findTarget();
            findCaller();
            upgrade = Upgrade.asked(this, framing);
        } catch (BadMessage e) {
            refuse(e.kind(), e.code(), e.sentence());
            return;
        }
        Refusal refusal = chain.onRequest(this, progress);
        if (refusal != null) {
            refuse(refusal);
        } else if (framing.length() > lane.shared().maxBody()) {
            refuse(Verdict.Kind.TOO_LARGE, "body-too-large", "The request body is too large.");
        } else {
            expectBody(framing);
        }
    }

    private void expectBody(BodyFraming framing) {
        int expect = head.find(KnownHeader.EXPECT);
        if (expect >= 0 && !head.valueIs(expect, "100-continue")) {
            refuse(Verdict.Kind.MALFORMED, "expectation", "The only expectation understood is 100-continue.");
            return;
        }
        if (expect >= 0 && framing.kind() != BodyFraming.Kind.NONE && head.minorVersion() == 1) {
            downstream.sendContinue();
        }
        if (upgrade != null) {
            body = new StreamedBody(this, lane, downstream, BodyFraming.UNTIL_CLOSE, Long.MAX_VALUE);
            send(upgrade.ask(requestHead(Upgrade.ROOM, false, false, ForwardedHead.NO_BODY)), true);
        } else if (operation().readsBody()) {
            body = new WholeBody(this, lane, framing);
        } else {
            body = new StreamedBody(
                    this, lane, downstream, framing, lane.shared().maxBody());
            long length = framing.kind() == BodyFraming.Kind.CHUNKED
                    ? ForwardedHead.CHUNKED
                    : framing.kind() == BodyFraming.Kind.NONE ? ForwardedHead.NO_BODY : framing.length();
            boolean whole = length == ForwardedHead.NO_BODY;
            send(requestHead(0, operation() != Operation.OPAQUE, false, length), whole);
        }
    }

    /** Takes a piece of the request's content; {@code in} stays the caller's. */
    public void onBody(ByteBuf in, int index, int length) {
        received += length;
        clock.touch(); // the answer is due some time after the request's last byte, not its first
        if (body != null) {
            body.piece(in, index, length);
        }
    }

    /** The request is whole. */
    public void onBodyEnd() {
        if (body != null && upgrade == null) { // else it goes on after the answer's head
            body.end();
        }
    }

    /** The request broke a rule of its framing, or of time. */
    public void onBadBody(Verdict.Kind kind, String code, String message) {
        refuse(kind, code, message);
    }

    /** Shows the parsed body to the filters; returns whether the exchange goes on. */
    boolean onView(BodyView view) {
        if (view instanceof BodyView.Chat chat) {
            noteModel(chat.model(), chat.stream());
        }
        Refusal refusal = chain.onBody(this, progress, view);
        if (refusal != null) {
            refuse(refusal);
        }
        return refusal == null;
    }

    /** Keeps the body for the record, when there is one; the bytes stay the caller's. */
    void recordRequest(byte[] bytes, int from, int length) {
        if (recording != null && operation() != Operation.FILE_UPLOAD) {
            recording.request(bytes, from, length);
        }
    }

    /** Returns the change by which the prompt asks for usage; null when no filter needs it or the caller asks itself. */
    @Nullable
    BodyEdit usageEdit(BodyView view) {
        BodyEdit edit = chain.requiresUsage() ? lane.reader().usageEdit(view) : null;
        if (edit != null) {
            usageInjected = true;
            lane.meters().usageInjected();
        }
        return edit;
    }

    /** Returns a buffer that begins with the head of the upstream's request and has room for more. */
    ByteBuf requestHead(int room, boolean identity, boolean decoded, long bodyLength) {
        ByteBuf out = buffer(head.length() + 512 + room);
        ForwardedHead.write(
                out, head, endpoint(), peer.forwardedFor(), id, identity, decoded, droppedFields(), bodyLength);
        return out;
    }

    ByteBuf buffer(int capacity) {
        return lane.buffer(capacity);
    }

    /** Sends the request as soon as there is a connection for it; {@code whole} when no more of it follows. */
    void send(ByteBuf bytes, boolean whole) {
        clock.enter(Outcome.Phase.CONNECTING);
        upstream.send(bytes, whole);
    }

    /** Returns the upstream's connection when the request's head has been written to it, else null. */
    @Nullable
    UpstreamStream connectedUpstream() {
        return upstream.connected();
    }

    /** Returns whether all of the body that follows the head is there to be sent again. */
    boolean isBodyKept() {
        return body != null && body.isKept();
    }

    /** The request is sent again from its beginning. */
    void rewindBody() {
        if (body != null) {
            body.rewind();
        }
    }

    /** The request cannot be sent again from here on. */
    void noMoreRetries() {
        if (body != null) {
            body.noMoreRetries();
        }
    }

    /** The request's head, at least, has been written to the upstream. */
    void onRequestBegun() {
        clock.await(target().upstream().totalNanos());
        if (body != null) {
            body.writable();
        }
    }

    void onWritable() {
        if (!isAnswered()) {
            clock.touch();
        }
        if (body != null) {
            body.writable();
        }
    }

    boolean takesSwitch(Http1Head from) {
        return upgrade != null && upgrade.isGranted(from);
    }

    void onHead(Http1Head from, BodyFraming framing) {
        noteFirstByte();
        noteAnswered(from.status());
        AnswerHead view = new AnswerHead(from);
        AnswerTap tap = chain.onResponse(this, progress, view);
        if (isRefused()) {
            return;
        }
        clock.enter(Outcome.Phase.STREAMING);
        if (upgrade != null && from.status() == 101) {
            upgrade.begin();
        }
        beginAnswer(from, framing, view.added(), tap, chain.readsAnswer(), usageInjected, this::onStep);
    }

    /** Gives up when a filter of the response phase, or its tap, has failed and may not. */
    private boolean isRefused() {
        Refusal refusal = progress.refusal();
        if (refusal != null) {
            refuse(refusal);
        }
        return refusal != null;
    }

    void onBytes(ByteBuf bytes) {
        passBytes(bytes);
        if (isBehind() && upstream.pause(true)) {
            clock.touch();
        }
    }

    private void resumeUpstream() {
        if (!isBehind() && upstream.pause(false)) {
            clock.touch();
        }
    }

    void onReadComplete() {
        if (isAnswered() && !isRefused()) {
            clock.touch();
            downstream.flush();
        }
    }

    /** Time has let more of a paced answer through. */
    private void onStep() {
        downstream.flush();
        if (upstreamDone && isDrained()) {
            serve();
        } else if (!upstreamDone) {
            resumeUpstream();
        }
    }

    void onEnd() {
        endAnswer();
        upstreamDone = true;
        if (isRefused()) {
            return;
        }
        if (isDrained()) {
            serve();
        } else {
            downstream.flush(); // no read completes any more
        }
    }

    private void serve() {
        if (!finished) {
            downstream.end();
            finish(served());
        }
    }

    void onBroken(String code) {
        if (isAnswered()) {
            truncate(Verdict.Kind.BAD_GATEWAY, code);
        } else {
            failUpstream(Verdict.Kind.BAD_GATEWAY, code);
        }
    }

    /** The caller reads again. */
    public void onDownstreamWritable() {
        resumeUpstream();
    }

    /** The caller is gone: the upstream is cancelled at once, and what was delivered is still accounted for. */
    public void onDownstreamGone() {
        if (!finished) {
            finish(downstreamGone(clock.phase()));
        }
    }

    @Override
    void onTick(long now) {
        upstream.onTick(now);
        String over = clock.expired(now, target().upstream(), isDrained(), upstream.isPaused());
        if (over != null) {
            timeOut(over);
        }
    }

    private void timeOut(String code) {
        upstream.late(code);
        if (isAnswered()) {
            truncate(Verdict.Kind.GATEWAY_TIMEOUT, code);
        } else {
            failUpstream(Verdict.Kind.GATEWAY_TIMEOUT, code);
        }
    }

    /** Refuses in the gateway's own name. */
    void refuse(Verdict.Kind kind, String code, String message) {
        refuse(new Refusal("gateway", new Verdict.Reject(kind, code, message)));
    }

    /** Refuses because the gateway itself has run out of something. */
    void refuseFull(String code) {
        refuse(Verdict.Kind.OVERLOADED, code, "The gateway is full; try again soon.");
    }

    /** Refuses since the upstream has as much to do as it may be given; whoever comes back in a while may fare better. */
    void refuseBusy(String code, Duration wait) {
        String message = "The model is busy; try again soon.";
        refuse(new Refusal("gateway", new Verdict.Reject(Verdict.Kind.OVERLOADED, code, message, wait, List.of())));
    }

    private void refuse(Refusal refusal) {
        if (finished) {
            return;
        }
        Verdict.Reject verdict = refusal.verdict();
        if (isAnswered()) {
            truncate(verdict.kind(), verdict.code());
            return;
        }
        replyInstead(verdict);
        finish(rejected(refusal));
    }

    /** Answers in the upstream's place, which gave no answer. */
    void failUpstream(Verdict.Kind kind, String code) {
        if (!finished) {
            String message = kind == Verdict.Kind.GATEWAY_TIMEOUT
                    ? "The model did not answer in time."
                    : "The model could not be reached.";
            replyInstead(new Verdict.Reject(kind, code, message));
            finish(upstreamFailed(code));
        }
    }

    private void replyInstead(Verdict.Reject verdict) {
        upstream.cancel();
        reply(verdict);
    }

    /** Breaks off an answer that has begun. */
    private void truncate(Verdict.Kind kind, String code) {
        if (finished) {
            return;
        }
        cutAnswer(kind, upstream.atChunkBoundary());
        Outcome outcome = truncated(code);
        upstream.cancel();
        downstream.abort();
        finish(outcome);
    }

    private void finish(Outcome outcome) {
        if (finished) {
            return;
        }
        finished = true;
        lane.deadlines().end(this);
        if (upgrade != null) {
            upgrade.end(received, sent());
        }
        upstream.cancel();
        if (body != null) {
            body.release();
        }
        chain.onComplete(this, progress, outcome);
        closeAnswer(outcome, progress, received);
        unpin();
        downstream.exchangeEnded();
    }
}
