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
 * The control flow of one exchange from the request head to its {@link Outcome}: account, request filters, body,
 * upstream, response, completion. Every exchange ends in {@link #finish}, exactly once. Not thread-safe: runs on one
 * event loop.
 *
 * <p>The base class {@link ExchangeFacts} keeps the request side and {@link AnsweredExchange} the response side. The
 * upstream side is in {@link UpstreamCall}, the request body in {@link RequestBody}.
 */
public final class LiveExchange extends AnsweredExchange {
    private final ChainProgress progress = new ChainProgress();
    private final FilterChain chain;
    private final PhaseTimeouts timeouts;
    private final UpstreamCall upstream;
    private @Nullable RequestBody body;
    private @Nullable Upgrade upgrade;
    private long received;
    private boolean usageInjected;
    private boolean upstreamDone;
    private boolean finished;

    public LiveExchange(EventLoopContext context, Downstream downstream, Peer peer, Http1Head head) {
        this(context, downstream, peer, head, context.pinPolicy());
    }

    private LiveExchange(
            EventLoopContext context,
            Downstream downstream,
            Peer peer,
            Http1Head head,
            ActivePolicy.Pinned<ServingPolicy> pinned) {
        super(context, downstream, peer, head, pinned);
        this.chain = pinned.policy().chain();
        progress.time(context.isSampled());
        this.timeouts = new PhaseTimeouts(context);
        this.upstream = new UpstreamCall(this);
    }

    /** Runs the exchange up to the request body: routing, account and request filters. */
    public void start(BodyFraming framing) {
        context.meters().exchangeStarted();
        context.deadlines().start(this);
        try {
            findTarget();
            findAccount();
            upgrade = Upgrade.asked(this, framing);
        } catch (BadMessage e) {
            refuse(e.kind(), e.code(), e.sentence());
            return;
        }
        Refusal refusal = chain.onRequest(this, progress);
        if (refusal != null) {
            refuse(refusal);
        } else if (framing.length() > context.shared().maxBody()) {
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
            body = new StreamedBody(this, context, downstream, BodyFraming.UNTIL_CLOSE, Long.MAX_VALUE);
            send(upgrade.ask(requestHead(Upgrade.MAX_ADDED, false, false, ForwardedHead.NO_BODY)), true);
        } else if (operation().readsBody()) {
            body = new WholeBody(this, context, framing);
        } else {
            body = new StreamedBody(
                    this, context, downstream, framing, context.shared().maxBody());
            long length = framing.kind() == BodyFraming.Kind.CHUNKED
                    ? ForwardedHead.CHUNKED
                    : framing.kind() == BodyFraming.Kind.NONE ? ForwardedHead.NO_BODY : framing.length();
            boolean whole = length == ForwardedHead.NO_BODY;
            send(requestHead(0, operation() != Operation.OPAQUE, false, length), whole);
        }
    }

    /** Handles a piece of the request's content; does not take ownership of {@code in}. */
    public void onBody(ByteBuf in, int index, int length) {
        received += length;
        timeouts.touch(); // the first-byte timeout runs from the end of the request, not from its start
        if (body != null) {
            body.piece(in, index, length);
        }
    }

    /** Handles the end of the request. */
    public void onBodyEnd() {
        if (body != null && upgrade == null) { // upgraded connections carry data after the response head
            body.end();
        }
    }

    /** Rejects a request whose body has invalid framing or arrives too slowly. */
    public void onBadBody(Verdict.Kind kind, String code, String message) {
        refuse(kind, code, message);
    }

    /** Runs the body filters; returns whether the exchange continues. */
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

    /** Records the request body, if exchanges are recorded; copies {@code bytes}. */
    void recordRequest(byte[] bytes, int from, int length) {
        if (recording != null && operation() != Operation.FILE_UPLOAD) {
            recording.request(bytes, from, length);
        }
    }

    /**
     * Returns the edit that requests usage in the response; null if no filter needs usage or the client requests it.
     */
    @Nullable
    BodyEdit usageEdit(BodyView view) {
        BodyEdit edit = chain.requiresUsage() ? context.reader().usageEdit(view) : null;
        if (edit != null) {
            usageInjected = true;
            context.meters().usageInjected();
        }
        return edit;
    }

    /** Returns a buffer with the head of the upstream request and a capacity of {@code extra} more bytes. */
    ByteBuf requestHead(int extra, boolean identity, boolean decoded, long bodyLength) {
        ByteBuf out = buffer(head.length() + 512 + extra);
        ForwardedHead.write(
                out, head, endpoint(), peer.forwardedFor(), id, identity, decoded, droppedFields(), bodyLength);
        return out;
    }

    ByteBuf buffer(int capacity) {
        return context.buffer(capacity);
    }

    /**
     * Sends the request as soon as a connection is available.
     *
     * @param bytes the request from its head on
     * @param whole whether {@code bytes} is the complete request
     */
    void send(ByteBuf bytes, boolean whole) {
        timeouts.enter(Outcome.Phase.CONNECTING);
        upstream.send(bytes, whole);
    }

    /** Returns the upstream stream after the request head has been written to it, else null. */
    @Nullable
    UpstreamStream connectedUpstream() {
        return upstream.connected();
    }

    /** Returns whether the body is kept in memory, so that it can be sent again. */
    boolean isBodyKept() {
        return body != null && body.isKept();
    }

    /** Restarts the body for another attempt. */
    void rewindBody() {
        if (body != null) {
            body.rewind();
        }
    }

    /** Called when the request will not be sent again, so that the body may be released. */
    void noMoreRetries() {
        if (body != null) {
            body.noMoreRetries();
        }
    }

    /** Called after at least the request head has been written to the upstream. */
    void onRequestBegun() {
        timeouts.await(target().upstream().totalNanos());
        if (body != null) {
            body.writable();
        }
    }

    void onWritable() {
        if (!isAnswered()) {
            timeouts.touch();
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
        timeouts.enter(Outcome.Phase.STREAMING);
        if (upgrade != null && from.status() == 101) {
            upgrade.begin();
        }
        beginAnswer(from, framing, view.added(), tap, chain.readsAnswer(), usageInjected, this::onStep);
    }

    /** Rejects the exchange if a response filter or its tap with {@code onError: closed} has failed. */
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
            timeouts.touch();
        }
    }

    private void resumeUpstream() {
        if (!isBehind() && upstream.pause(false)) {
            timeouts.touch();
        }
    }

    void onReadComplete() {
        if (isAnswered() && !isRefused()) {
            timeouts.touch();
            downstream.flush();
        }
    }

    /** Called after the relay has forwarded the released end of a response. */
    private void onStep() {
        if (upstreamDone && isDrained()) {
            serve();
            return;
        }
        downstream.flush();
        if (!upstreamDone) {
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
        } else if (hasForwarded()) {
            downstream.flush(); // onReadComplete, which flushes otherwise, is not called again
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

    /** Called when the client's connection is writable again. */
    public void onDownstreamWritable() {
        resumeUpstream();
    }

    /** Called when the client has disconnected: cancels the upstream and completes with the usage so far. */
    public void onDownstreamGone() {
        if (!finished) {
            finish(downstreamGone(timeouts.phase()));
        }
    }

    @Override
    void onTick(long now) {
        upstream.onTick(now);
        String expired = timeouts.expired(now, target().upstream(), isDrained(), upstream.isPaused());
        if (expired != null) {
            timeOut(expired);
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

    /** Rejects the request for a reason of the gateway itself, not of a filter. */
    void refuse(Verdict.Kind kind, String code, String message) {
        refuse(new Refusal("gateway", new Verdict.Reject(kind, code, message)));
    }

    /** Rejects the request because the gateway has run out of a resource. */
    void refuseFull(String code) {
        refuse(Verdict.Kind.OVERLOADED, code, "The gateway is full; try again soon.");
    }

    /** Rejects with 503 because the upstream is at its concurrency limit; the client may retry after {@code wait}. */
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

    /** Sends an error response because the upstream has sent no response. */
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

    /** Aborts a response whose head has been sent. */
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
        context.deadlines().end(this);
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
