package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One exchange from the request head to its {@link Outcome}: account, request filters, body, upstream, response,
 * completion. The order of these steps is written here and nowhere else. Every exchange ends in {@link #finish}, exactly
 * once. Not thread-safe: runs on one event loop.
 *
 * <p>Its parts are {@link ExchangeFacts}, {@link RequestBody}, {@link UpstreamCall} and {@link Response}.
 */
public final class LiveExchange extends Deadlines.Watched {
    private final EventLoopContext context;
    private final Downstream downstream;
    private final ActivePolicy.Pinned<ServingPolicy> pinned;
    private final FilterChain chain;
    private final ExchangeFacts facts;
    private final ChainProgress progress = new ChainProgress();
    private final PhaseTimeouts timeouts;
    private final UpstreamCall upstream;
    private final Response response;
    private final @Nullable Recording recording;
    private @Nullable RequestBody body;
    private @Nullable Upgrade upgrade;
    private @Nullable KeepAlive keepAlive;
    private long received;
    private boolean upstreamDone;
    private boolean finished;

    public LiveExchange(EventLoopContext context, Downstream downstream, Peer peer, Http1Head head) {
        this.context = context;
        this.downstream = downstream;
        this.pinned = context.pinPolicy();
        this.chain = pinned.policy().chain();
        this.facts = new ExchangeFacts(context, peer, head, pinned.policy());
        progress.time(context.isSampled());
        this.timeouts = new PhaseTimeouts(context);
        this.upstream = new UpstreamCall(context, facts, this, downstream.connections(context.pool()));
        this.response = new Response(context, facts, downstream);
        this.recording = Recording.of(context.recorder());
    }

    /** Runs the exchange up to the request body: routing, account and request filters. */
    public void start(BodyFraming framing) {
        context.meters().exchangeStarted();
        context.deadlines().start(this);
        try {
            facts.findTarget();
            facts.findAccount();
            upgrade = Upgrade.asked(context, facts, framing);
        } catch (BadMessage e) {
            refuse(e);
            return;
        }
        Refusal refusal = chain.onRequest(facts, progress);
        if (refusal != null) {
            refuse(refusal);
        } else if (upgrade != null && upgrade.isResponses()) {
            finish(response.switchProtocols(upgrade.acceptance()));
        } else if (framing.length() > context.shared().maxBody()) {
            refuse(Verdict.Kind.TOO_LARGE, "body-too-large", "The request body is too large.");
        } else {
            expectBody(framing);
        }
    }

    private void expectBody(BodyFraming framing) {
        Http1Head head = facts.head();
        int expect = head.find(KnownHeader.EXPECT);
        if (expect >= 0 && !head.valueIs(expect, "100-continue")) {
            refuse(Verdict.Kind.EXPECTATION_FAILED, "expectation", "The only expectation understood is 100-continue.");
            return;
        }
        if (expect >= 0 && framing.kind() != BodyFraming.Kind.NONE && head.minorVersion() == 1) {
            downstream.sendContinue();
        }
        if (upgrade != null) {
            RequestBody data =
                    new StreamedBody(context, downstream, this::passBody, BodyFraming.UNTIL_CLOSE, Long.MAX_VALUE);
            send(upgrade.ask(requestHead(Upgrade.MAX_ADDED, false, false, ForwardedHead.NO_BODY)), true, data);
        } else if (facts.operation().readsBody()) {
            body = new WholeBody(context, facts.address(), framing);
        } else {
            long max = context.shared().maxBody();
            RequestBody streamed = new StreamedBody(context, downstream, this::passBody, framing, max);
            long length = ForwardedHead.bodyLength(framing);
            boolean whole = length == ForwardedHead.NO_BODY;
            send(requestHead(0, facts.readsResponse(), false, length), whole, streamed);
        }
    }

    /** Returns whether the body is read completely before it is forwarded. */
    public boolean readsBody() {
        return facts.operation().readsBody();
    }

    /** Handles a piece of the request's content; does not take ownership of {@code in}. */
    public void onBody(ByteBuf in, int index, int length) {
        received += length;
        timeouts.touch(); // the first-byte timeout runs from the end of the request, not from its start
        if (upgrade != null) {
            upgrade.read(in, index, length);
        }
        RequestBody current = body;
        if (current == null) {
            return;
        }
        try {
            if (current.add(in, index, length)) {
                proceed(current);
            }
        } catch (BadMessage e) {
            refuse(e);
        }
    }

    /** Handles the end of the request. */
    public void onBodyEnd() {
        RequestBody current = body;
        if (current != null && upgrade == null && current.end()) { // upgraded connections carry data after the head
            proceed(current);
        }
    }

    private void proceed(RequestBody current) {
        switch (current) {
            case WholeBody prompt -> readPrompt(prompt);
            case StreamedBody streamed -> streamed.pass(upstream.connected());
        }
    }

    private void passBody() {
        if (body != null) {
            body.pass(upstream.connected());
        }
    }

    /** Reads a complete prompt, runs the body filters and sends the request. */
    private void readPrompt(WholeBody prompt) {
        try {
            WholeBody.Content content = prompt.content(facts.head());
            BodyView view = content.view(context, facts);
            if (recording != null && facts.operation().kind() != Operation.Kind.UPLOAD) {
                recording.request(content.bytes(), content.start(), content.length());
            }
            facts.noteBody(view);
            Refusal refusal = chain.onBody(facts, progress, view);
            if (refusal == null) {
                sendPrompt(prompt, content, facts.usageEdit(view));
            } else {
                refuse(refusal);
            }
        } catch (MalformedBody e) {
            refuse(e.kind(), e.code(), String.valueOf(e.getMessage()));
        } catch (BadMessage e) {
            refuse(e);
        }
    }

    /** Sends a prompt: its head and all of it in one buffer, or the head only if it is large. */
    private void sendPrompt(WholeBody prompt, WholeBody.Content content, @Nullable BodyEdit edit) {
        OutgoingBody outgoing = new OutgoingBody(content.bytes(), content.start(), content.length(), edit);
        long length = outgoing.left();
        boolean small = content.isSmall();
        ByteBuf request = requestHead(small ? (int) length : 0, true, content.decoded(), length);
        if (small) {
            outgoing.writeTo(request);
            prompt.dropBytes();
        } else {
            prompt.keep(outgoing);
        }
        send(request, small, prompt);
    }

    /** Chooses the endpoint; returns a buffer with the request head and a capacity of {@code extra} more bytes. */
    private ByteBuf requestHead(int extra, boolean identity, boolean decoded, long bodyLength) {
        UpstreamEndpoint endpoint = upstream.choose();
        ByteBuf out = context.buffer(facts.head().length() + 512 + extra);
        ForwardedHead.write(out, facts, endpoint, identity, decoded, bodyLength);
        return out;
    }

    /**
     * Sends the request as soon as a connection is available.
     *
     * @param request the request from its head on
     * @param whole whether {@code request} is the complete request
     */
    private void send(ByteBuf request, boolean whole, RequestBody from) {
        body = from;
        enter(Outcome.Phase.CONNECTING);
        upstream.send(request, whole, from);
    }

    private void enter(Outcome.Phase phase) {
        timeouts.enter(phase);
        if (!finished) { // the phase's timeout may be shorter than the time to the next check
            context.deadlines().start(this);
        }
    }

    /** Called before the request is sent to another upstream. */
    void onFallback() {
        timeouts.stopTotal();
        enter(Outcome.Phase.CONNECTING);
    }

    /** Called after at least the request head has been written to the upstream. */
    void onRequestBegun() {
        timeouts.startTotal(facts.target().upstream().totalNanos());
        enter(Outcome.Phase.AWAITING_ANSWER);
        passBody();
    }

    void onUpstreamWritable() {
        if (!response.isBegun()) {
            timeouts.touch();
        }
        passBody();
    }

    boolean takesSwitch(Http1Head from) {
        return upgrade != null && upgrade.isGranted(from);
    }

    void onHead(Http1Head from, BodyFraming framing) {
        response.noteFirstByte();
        facts.noteAnswered(from.status());
        FilteredHead view = new FilteredHead(from);
        ForwardedTap tap = chain.onResponse(facts, progress, view);
        if (isRefused()) {
            return;
        }
        enter(Outcome.Phase.STREAMING);
        if (upgrade != null && from.status() == 101) {
            upgrade.begin(() -> refuse(Verdict.Kind.BLOCKED, "account-blocked", "This account is not served."));
        }
        if (recording != null && facts.operation().carriesResponses()) {
            recording.head(from);
        }
        if (upgrade != null && upgrade.isSession() && from.status() == 101) {
            response.beginSession(from, framing, view.added(), part -> chain.onUsage(facts, progress, part) == null);
        } else {
            response.begin(from, framing, view.added(), tap, recording, this::onReleased);
        }
        long silence = facts.target().rule().keepAliveNanos();
        keepAlive = KeepAlive.of(response, facts.provider(), silence, context.now());
    }

    /** Rejects the exchange if a filter has ended its session, or one with {@code onError: closed} or its tap has failed. */
    private boolean isRefused() {
        Refusal refusal = progress.refusal();
        if (refusal != null) {
            refuse(refusal);
        }
        return refusal != null;
    }

    /** Forwards what one read of the upstream has brought; takes ownership of {@code bytes}. */
    void onRead(ByteBuf bytes, ContentPieces content) {
        response.read(bytes, content);
        keepPace();
    }

    /** Lets the upstream send as fast as the client reads. */
    private void keepPace() {
        if (!finished && upstream.pause(response.isBehind())) {
            timeouts.touch();
        }
    }

    void onReadComplete() {
        if (response.isBegun() && !isRefused()) {
            timeouts.touch();
            downstream.flush();
        }
    }

    /** Called after the held end of the response has been forwarded. */
    private void onReleased() {
        timeouts.addHold(ProseStage.LONGEST);
        if (upstreamDone && response.isDrained()) {
            serve();
            return;
        }
        downstream.flush();
        if (!upstreamDone) {
            keepPace();
        }
    }

    /** Returns whether either side has ended the session by a Close frame, so that the connection may break. */
    boolean isClosed() {
        return response.isClosed(upgrade != null && upgrade.isClosed());
    }

    /** Returns whether the response is a session that the end of the connection would cut. */
    boolean isOpenSession() {
        return response.isOpen(upgrade != null && upgrade.isClosed());
    }

    void onEnd() {
        boolean readable = response.end();
        upstreamDone = true;
        if (!readable) {
            fail(Verdict.Kind.BAD_GATEWAY, "models-unreadable");
        } else if (isRefused()) {
            return;
        }
        if (response.isDrained()) {
            serve();
        } else if (response.sent() > 0) {
            downstream.flush(); // onReadComplete, which flushes otherwise, is not called again
        }
    }

    private void serve() {
        if (!finished) {
            downstream.end();
            finish(response.served());
        }
    }

    /** Ends the exchange because the upstream has failed: with an error response, or by cutting its response. */
    void fail(Verdict.Kind kind, String code) {
        if (finished) {
            return;
        }
        if (response.isBegun()) {
            truncate(new Verdict.Reject(kind, code, "The session was cut short."));
            return;
        }
        upstream.cancel();
        finish(response.fail(kind, code));
    }

    void fail(ConnectFailure failure) {
        fail(failure.kind(), failure.code());
    }

    /** Called when the client's connection is writable again. */
    public void onDownstreamWritable() {
        keepPace();
    }

    /** Called when the client has disconnected: cancels the upstream and completes with the usage so far. */
    public void onDownstreamGone() {
        if (!finished) {
            finish(response.downstreamGone(timeouts.phase()));
        }
    }

    @Override
    long onTick(long now) {
        if (context.endsSessions() && response.isBetweenFrames()) {
            refuse(Verdict.Kind.OVERLOADED, "draining", "The server restarts; please connect again.");
        }
        long left = upstream.onTick(now);
        PhaseTimeouts.Timeout expired =
                timeouts.expired(now, facts.target().upstream(), response.isDrained(), upstream.isPaused());
        if (expired != null) {
            if (expired.isOfEndpoint() && (upgrade == null || !response.isBegun())) { // upgraded ones may be silent
                upstream.failed();
            }
            fail(Verdict.Kind.GATEWAY_TIMEOUT, expired.code());
        } else if (keepAlive != null && !finished) {
            left = Math.min(left, keepAlive.onTick(now, timeouts.idleSince(), upstream.atChunkBoundary()));
        }
        return Math.min(left, timeouts.left(now, facts.target().upstream()));
    }

    /** Rejects the request for a reason of the gateway itself, not of a filter. No effect on an ended exchange. */
    public void refuse(Verdict.Kind kind, String code, String message) {
        refuse(new Refusal("gateway", new Verdict.Reject(kind, code, message)));
    }

    /** Rejects the request because it is malformed or too large. No effect on an ended exchange. */
    public void refuse(BadMessage fault) {
        refuse(fault.kind(), fault.code(), fault.sentence());
    }

    void refuse(Refusal refusal) {
        if (finished) {
            return;
        }
        if (response.isBegun()) {
            truncate(refusal.verdict());
            return;
        }
        upstream.cancel();
        finish(response.reject(refusal));
    }

    /** Aborts a response whose head has been sent. */
    private void truncate(Verdict.Reject why) {
        boolean closed = response.cut(why, upstream.atChunkBoundary());
        Outcome outcome = response.truncated(why.code());
        upstream.cancel();
        if (closed) {
            downstream.end();
        } else {
            downstream.abort();
        }
        finish(outcome);
    }

    private void finish(Outcome outcome) {
        if (finished) {
            return;
        }
        finished = true;
        context.deadlines().end(this);
        if (upgrade != null) {
            upgrade.end(received, response.sent());
            response.endSession();
        }
        upstream.cancel();
        if (body != null) {
            body.release();
        }
        chain.onComplete(facts, progress, outcome);
        ExchangeLog.record(context, facts, progress, outcome, received);
        if (recording != null) {
            boolean served = outcome instanceof Outcome.Served;
            recording.end(facts, served, outcome.status(), context.ticker().millis());
        }
        response.release();
        facts.uncount();
        pinned.release();
        downstream.exchangeEnded();
    }
}
