package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.exchange.Attempts.Failure;
import dev.stillgate.proxy.exchange.Attempts.Next;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.ConcurrencyLimit;
import dev.stillgate.proxy.relay.ResponseListener;
import dev.stillgate.proxy.relay.UpstreamConnections;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.proxy.relay.UpstreamPool.NoDescriptorsException;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The upstream side of an exchange: waits for the concurrency limit, where retries do not count, and for a connection,
 * sends the request, and retries it on another endpoint if that is safe. It can be cancelled at any time.
 *
 * <p>{@link Attempts} has the cases in which a request is sent again. Any other POST that the kernel has accepted is not
 * retried: the model may be working on it. A prompt also goes to the {@linkplain Destination#fallback fallback}: without
 * an endpoint in service, for want of a retry, or on a status.
 */
final class UpstreamCall implements ResponseListener {
    private static final CallState DONE = new CallState.Done();

    private final EventLoopContext context;
    private final ExchangeFacts facts;
    private final LiveExchange exchange;
    private final UpstreamConnections connections;
    private CallState state = DONE;
    private @Nullable UpstreamEndpoint endpoint;
    private @Nullable UpstreamEndpoint entered;
    private @Nullable RequestBody body;
    private final Attempts attempts = new Attempts();
    private boolean placed;
    private boolean whole;
    private boolean paused;

    UpstreamCall(EventLoopContext context, ExchangeFacts facts, LiveExchange exchange, UpstreamConnections from) {
        this.context = context;
        this.facts = facts;
        this.exchange = exchange;
        this.connections = from;
    }

    private UpstreamGroup group() {
        return facts.target().upstream();
    }

    /** Chooses the endpoint of the first attempt, to which the request head is addressed. */
    UpstreamEndpoint choose() {
        UpstreamGroup substitute = facts.target().to().substitute(context.now());
        if (substitute != null) {
            facts.fallBack(substitute, "unavailable");
        }
        endpoint = group().first(context.now());
        return endpoint;
    }

    /**
     * Sends a request to the {@linkplain #choose chosen} endpoint as soon as the concurrency limit admits it and a
     * connection is available.
     *
     * @param request the request from its head on; ownership is taken
     * @param complete whether {@code request} is the complete request
     * @param rest the request's body
     */
    void send(ByteBuf request, boolean complete, RequestBody rest) {
        whole = complete;
        body = rest;
        enqueue(request);
    }

    private void enqueue(ByteBuf request) {
        group().countRequest();
        ConcurrencyLimit limit = group().limit();
        placed = limit.tryEnter();
        if (placed) {
            connect(request, false);
            return;
        }
        ConcurrencyLimit.Turn turn = limit.await(context.loop(), this::onTurn);
        if (turn == null) {
            request.release();
            refuse(false);
        } else {
            state = new CallState.Queued(request, turn, context.now());
        }
    }

    private void onTurn() {
        if (state instanceof CallState.Queued queued) {
            placed = true;
            connect(address(queued.request(), group().first(context.now())), false); // the earlier one may have failed
        }
    }

    /** Rejects with 503 because the upstream is at its concurrency limit. */
    private void refuse(boolean late) {
        group().countRefused(late);
        String code = late ? "upstream-queue-timeout" : "upstream-queue-full";
        Duration wait = Duration.ofNanos(group().queueTimeoutNanos());
        String message = "The model is busy; try again soon.";
        exchange.refuse(
                new Refusal("gateway", new Verdict.Reject(Verdict.Kind.OVERLOADED, code, message, wait, List.of())));
    }

    /** Checks the timeouts of the queue and of opening a connection; returns the nanoseconds until one expires. */
    long onTick(long now) {
        if (state instanceof CallState.Queued queued) {
            long left = group().queueTimeoutNanos() - (now - queued.since());
            if (left <= 0) {
                refuse(true);
            }
            return left;
        }
        if (state instanceof CallState.Connecting opening) {
            long left = group().openingNanos() - (now - opening.since());
            if (left <= 0) {
                failed();
                exchange.fail(ConnectFailure.LATE);
            }
            return left;
        }
        return Long.MAX_VALUE;
    }

    /** Starts an attempt; takes ownership of {@code request}. */
    private void connect(ByteBuf request, boolean anew) {
        UpstreamEndpoint to = endpoint == null ? choose() : endpoint;
        attempts.begin();
        to.entered();
        entered = to;
        state = new CallState.Connecting(request, null, context.now());
        if (attempts.total() > 1) {
            context.deadlines().start(exchange);
        }
        if (anew) {
            connections.open(to, group().connections(), this);
        } else {
            connections.acquire(to, group().connections(), this);
        }
    }

    @Override
    public void onOpening(UpstreamStream stream) {
        if (state instanceof CallState.Connecting opening) {
            state = new CallState.Connecting(opening.request(), stream, context.now());
        }
    }

    @Override
    public void onConnected() {
        if (!(state instanceof CallState.Connecting opened) || opened.stream() == null) {
            return;
        }
        UpstreamStream stream = opened.stream();
        ByteBuf request = opened.request();
        boolean keeps = stream.isReused() || stream.reportsUnprocessed() || keepsForFallback();
        int from = request.readerIndex();
        int attempt = attempts.total();
        state = new CallState.Sending(stream, keeps ? request.retain() : null, from, false);
        stream.send(request, facts.head().methodIs("HEAD"), whole);
        if (attempts.total() > attempt || !(state instanceof CallState.Sending sending)) {
            return; // the connection was already closed; onBroken has handled it
        }
        ByteBuf kept = sending.kept();
        if (kept != null && !mayBeSentAgain(stream)) {
            kept.release();
            kept = null;
        }
        state = new CallState.Sending(stream, kept, from, true);
        if (kept == null) {
            noMoreRetries();
        }
        if (attempts.total() > 1 && whole) {
            stream.endRequest();
        }
        exchange.onRequestBegun();
    }

    private boolean mayBeSentAgain(UpstreamStream stream) {
        return keepsForFallback()
                || (stream.reportsUnprocessed()
                        ? isComplete()
                        : whole && facts.head().hasSafeMethod());
    }

    /** Returns whether the request is kept until its response, on whose status a fallback may be asked. */
    private boolean keepsForFallback() {
        return facts.target().to().readsStatus() && isComplete();
    }

    private boolean isComplete() {
        return whole || (body != null && body.isKept());
    }

    private void rewind() {
        if (body != null) {
            body.rewind();
        }
    }

    private void noMoreRetries() {
        if (body != null) {
            body.noMoreRetries();
        }
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        if (!(state instanceof CallState.Connecting opening)) {
            return;
        }
        state = new CallState.Connecting(opening.request(), null, opening.since());
        if (cause instanceof NoDescriptorsException) {
            leave(); // another endpoint would need a file descriptor too
            exchange.refuse(Verdict.Kind.OVERLOADED, "no-descriptors", "The gateway is full; try again soon.");
            return;
        }
        failed();
        switch (after(Failure.CONNECT)) {
            case Next.Retry(UpstreamEndpoint at) -> connect(address(opening.request(), at), false);
            case Next.Fallback(UpstreamGroup to) ->
                fallBack(to, opening.request(), opening.request().readerIndex(), "connect");
            case Next.Fail() -> exchange.fail(ConnectFailure.of(cause));
        }
    }

    private Next after(Failure failure) {
        UpstreamEndpoint at = endpoint;
        return at == null
                ? new Next.Fail()
                : attempts.after(failure, at, facts.target().to(), context.now());
    }

    /**
     * Sends the request to the fallback and takes ownership. The first connection may still write {@code kept} and move
     * its reader index, so a slice is sent.
     *
     * @param from the index of the request in {@code kept}
     */
    private void fallBack(UpstreamGroup fallback, ByteBuf kept, int from, String reason) {
        UpstreamStream stream = state.stream();
        state = DONE;
        if (stream != null) {
            stream.cancel();
        }
        leave();
        leaveLimit();
        facts.fallBack(fallback, reason);
        attempts.reset();
        rewind();
        exchange.onFallback();
        ByteBuf request = kept.slice(from, kept.writerIndex() - from);
        enqueue(address(request, group().first(context.now())));
    }

    /** Addresses the request to another endpoint; takes ownership and returns it. */
    private ByteBuf address(ByteBuf request, UpstreamEndpoint next) {
        UpstreamEndpoint before = endpoint;
        endpoint = next;
        return before == null || next == before ? request : ForwardedHead.readdress(request, facts, before, next);
    }

    @Override
    public void onBroken(String code) {
        if (exchange.isClosed()) {
            onEnd(); // its Close frame proves that the session is complete
            return;
        }
        if (state instanceof CallState.Sending sending && sending.kept() != null) {
            ByteBuf again = sending.kept();
            boolean unread = sending.written()
                    ? sending.stream().isReused()
                            && facts.head().hasSafeMethod()
                            && !sending.stream().hasResponseBegun()
                    : again.readerIndex() == sending.from();
            state = new CallState.Sending(sending.stream(), null, sending.from(), sending.written());
            if (unread && after(Failure.CLOSED) instanceof Next.Retry) {
                leave(); // not a failure: the server has closed an idle connection
                connect(again.readerIndex(sending.from()), true);
                return;
            }
            again.release();
        }
        if (state instanceof CallState.Answering answering && answering.isClientError()) {
            leave(); // otherwise clients could have an endpoint ejected by sending requests that it rejects
        } else {
            failed();
        }
        exchange.fail(Verdict.Kind.BAD_GATEWAY, code);
    }

    @Override
    public void onUnprocessed(String code, boolean refused) {
        ByteBuf again = state instanceof CallState.Sending sending ? sending.kept() : null;
        int from = state instanceof CallState.Sending sending ? sending.from() : 0;
        state = DONE;
        if (refused) {
            failed();
        } else {
            leave(); // graceful shutdown of the connection, for example after a maximum number of requests
        }
        if (again != null) {
            switch (after(refused ? Failure.REFUSED : Failure.GOAWAY)) {
                case Next.Retry(UpstreamEndpoint at) -> {
                    rewind();
                    again.readerIndex(from);
                    connect(address(again, at), false);
                    return;
                }
                case Next.Fallback(UpstreamGroup to) -> {
                    fallBack(to, again, from, "unprocessed");
                    return;
                }
                case Next.Fail() -> again.release();
            }
        }
        exchange.fail(Verdict.Kind.BAD_GATEWAY, code);
    }

    @Override
    public boolean acceptsSwitch(Http1Head head) {
        return exchange.takesSwitch(head);
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        if (!(state instanceof CallState.Sending sending)) {
            return;
        }
        UpstreamEndpoint at = entered;
        boolean failure = at != null && group().responded(at, head, context.now());
        ByteBuf kept = sending.kept();
        if (kept != null) {
            if (facts.target().to().isDeclined(head.status())
                    && after(Failure.STATUS) instanceof Next.Fallback(UpstreamGroup to)) {
                fallBack(to, kept, sending.from(), "status");
                return;
            }
            kept.release();
        }
        noMoreRetries();
        state = new CallState.Answering(sending.stream(), failure, head.status());
        exchange.onHead(head, framing);
    }

    @Override
    public void onRead(ByteBuf bytes, ContentPieces content) {
        exchange.onRead(bytes, content);
    }

    @Override
    public void onReadComplete() {
        exchange.onReadComplete();
    }

    @Override
    public void onEnd() {
        if (exchange.isOpenSession()) {
            onBroken("upstream-closed-in-body");
            return;
        }
        boolean succeeded = !(state instanceof CallState.Answering answering && answering.failure());
        state = DONE;
        UpstreamEndpoint at = entered;
        leave();
        leaveLimit();
        if (at != null && succeeded) {
            group().succeeded(at);
        }
        exchange.onEnd();
    }

    @Override
    public void onWritable() {
        exchange.onUpstreamWritable();
    }

    /** Returns the stream after the request head has been written to it, else null. */
    @Nullable
    UpstreamStream connected() {
        return state instanceof CallState.Connecting ? null : state.stream();
    }

    boolean atChunkBoundary() {
        UpstreamStream stream = state.stream();
        return stream != null && stream.atChunkBoundary();
    }

    boolean isPaused() {
        return paused;
    }

    /** Pauses or resumes reading of the response; returns whether that has changed anything. */
    boolean pause(boolean wanted) {
        UpstreamStream stream = state.stream();
        if (paused == wanted || (wanted && stream == null)) {
            return false;
        }
        paused = wanted;
        if (stream != null) {
            stream.setReading(!wanted);
        }
        return true;
    }

    void cancel() {
        CallState before = state;
        state = DONE;
        UpstreamStream stream = before.stream();
        if (stream != null) {
            stream.cancel();
        }
        before.release();
        leave();
        leaveLimit();
    }

    void failed() {
        UpstreamEndpoint at = entered;
        leave();
        if (at != null) {
            group().failed(at, context.now());
        }
    }

    private void leave() {
        UpstreamEndpoint at = entered;
        entered = null;
        if (at != null) {
            at.left();
        }
    }

    private void leaveLimit() {
        if (placed) {
            placed = false;
            group().limit().leave();
        }
    }
}
