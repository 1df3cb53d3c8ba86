package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.ConcurrencyLimit;
import dev.stillgate.proxy.relay.NoDescriptorsException;
import dev.stillgate.proxy.relay.NotHttp2Exception;
import dev.stillgate.proxy.relay.ResponseListener;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The upstream side of an exchange: waits for the concurrency limit and for a connection, sends the request, and
 * retries it on another endpoint if that is safe. It can be cancelled at any time. The exchange counts once for the
 * concurrency limit, however often the request is retried.
 *
 * <p>A request is retried (RFC 9110 section 9.2.2) in these cases only. Its connection could not be opened. Its reused
 * connection was already closed, so the kernel accepted no byte. Its method is safe, it has no body, and its reused
 * connection was closed before the first byte of a response. The upstream declares that it has not processed the
 * request (RFC 9113 sections 6.8 and 8.7).
 *
 * <p>Any other POST that the kernel has accepted is not retried, because the model may be working on it.
 */
final class UpstreamCall implements ResponseListener {
    private static final String CONNECT_TIMEOUT = "connect-timeout";
    private static final Done DONE = new Done();

    /** Where the call stands; {@code since} is the context's time in nanoseconds. */
    private sealed interface State {
        /** Returns the stream of the attempt, or null. */
        default @Nullable UpstreamStream stream() {
            return null;
        }
    }

    /** Not yet sent, or over. */
    private record Done() implements State {}

    /** Waits for a place within the concurrency limit. */
    private record Queued(ByteBuf request, ConcurrencyLimit.Turn turn, long since) implements State {}

    /** Waits for a connection; {@code stream} is null until it is assigned. */
    private record Connecting(ByteBuf request, @Nullable UpstreamStream stream, long since) implements State {}

    /**
     * Sends the request and awaits the response.
     *
     * @param kept the request, if it may have to be sent again, else null
     * @param from the index of the request in {@code kept}
     * @param written whether the first bytes have been written
     */
    private record Sending(UpstreamStream stream, @Nullable ByteBuf kept, int from, boolean written) implements State {}

    /**
     * Receives the response.
     *
     * @param failure whether the response counts as a failure of its endpoint
     * @param clientError whether the status is 4xx
     */
    private record Answering(UpstreamStream stream, boolean failure, boolean clientError) implements State {}

    private final EventLoopContext context;
    private final ExchangeFacts facts;
    private final LiveExchange exchange;
    private State state = DONE;
    private @Nullable UpstreamEndpoint endpoint;
    private @Nullable UpstreamEndpoint entered;
    private @Nullable RequestBody body;
    private List<UpstreamEndpoint> tried = List.of();
    private int attempts;
    private boolean placed;
    private boolean whole;
    private boolean paused;

    UpstreamCall(EventLoopContext context, ExchangeFacts facts, LiveExchange exchange) {
        this.context = context;
        this.facts = facts;
        this.exchange = exchange;
    }

    private UpstreamGroup group() {
        return facts.target().upstream();
    }

    /** Chooses the endpoint of the first attempt, to which the request head is addressed. */
    UpstreamEndpoint choose() {
        UpstreamEndpoint first = group().first(context.now());
        endpoint = first;
        return first;
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
            state = new Queued(request, turn, context.now());
        }
    }

    private void onTurn() {
        if (state instanceof Queued queued) {
            placed = true;
            // the endpoint chosen earlier may have failed since
            connect(address(queued.request(), group().first(context.now())), false);
        }
    }

    private void refuse(boolean late) {
        group().countRefused(late);
        exchange.refuseBusy(
                late ? "upstream-queue-timeout" : "upstream-queue-full", Duration.ofNanos(group().queueTimeoutNanos()));
    }

    /** Checks the timeouts of the queue and of opening a connection; returns the nanoseconds until one expires. */
    long onTick(long now) {
        if (state instanceof Queued queued) {
            long left = group().queueTimeoutNanos() - (now - queued.since());
            if (left <= 0) {
                refuse(true);
            }
            return left;
        }
        if (state instanceof Connecting opening) {
            long left = group().openingNanos() - (now - opening.since());
            if (left <= 0) {
                failed();
                exchange.fail(Verdict.Kind.GATEWAY_TIMEOUT, CONNECT_TIMEOUT);
            }
            return left;
        }
        return Long.MAX_VALUE;
    }

    /** Starts an attempt; takes ownership of {@code request}. */
    private void connect(ByteBuf request, boolean anew) {
        UpstreamEndpoint to = endpoint == null ? choose() : endpoint;
        attempts++;
        to.entered();
        entered = to;
        state = new Connecting(request, null, context.now());
        if (attempts > 1) {
            context.deadlines().start(exchange);
        }
        if (anew) {
            context.pool().open(to, group().connections(), this);
        } else {
            context.pool().acquire(to, group().connections(), this);
        }
    }

    @Override
    public void onOpening(UpstreamStream stream) {
        if (state instanceof Connecting opening) {
            state = new Connecting(opening.request(), stream, context.now());
        }
    }

    @Override
    public void onConnected() {
        if (!(state instanceof Connecting opened) || opened.stream() == null) {
            return;
        }
        UpstreamStream stream = opened.stream();
        ByteBuf request = opened.request();
        boolean keeps = stream.isReused() || stream.reportsUnprocessed();
        int from = request.readerIndex();
        int attempt = attempts;
        state = new Sending(stream, keeps ? request.retain() : null, from, false);
        stream.send(request, facts.head().methodIs("HEAD"), whole);
        if (attempts > attempt || !(state instanceof Sending sending)) {
            return; // the connection was already closed; onBroken has handled it
        }
        ByteBuf kept = sending.kept();
        if (kept != null && !mayBeSentAgain(stream)) {
            kept.release();
            kept = null;
        }
        state = new Sending(stream, kept, from, true);
        if (kept == null) {
            noMoreRetries();
        }
        if (attempts > 1 && whole) {
            stream.endRequest();
        }
        exchange.onRequestBegun();
    }

    private boolean mayBeSentAgain(UpstreamStream stream) {
        return stream.reportsUnprocessed() ? whole || (body != null && body.isKept()) : whole && isSafe();
    }

    /** Returns whether the method is safe (RFC 9110 section 9.2.1). */
    private boolean isSafe() {
        Http1Head head = facts.head();
        return head.methodIs("GET") || head.methodIs("HEAD") || head.methodIs("OPTIONS");
    }

    private void noMoreRetries() {
        if (body != null) {
            body.noMoreRetries();
        }
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        if (!(state instanceof Connecting opening)) {
            return;
        }
        state = new Connecting(opening.request(), null, opening.since());
        if (cause instanceof NoDescriptorsException) {
            leave(); // another endpoint would need a file descriptor too
            exchange.refuseFull("no-descriptors");
            return;
        }
        failed();
        if (!tryElsewhere(opening.request())) {
            boolean late = cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException;
            exchange.fail(
                    late ? Verdict.Kind.GATEWAY_TIMEOUT : Verdict.Kind.BAD_GATEWAY,
                    late ? CONNECT_TIMEOUT : failure(cause));
        }
    }

    private static String failure(Throwable cause) {
        if (cause instanceof NotHttp2Exception) {
            return "upstream-not-http2";
        }
        return cause instanceof SSLException ? "upstream-tls" : "connect-failed";
    }

    /**
     * Connects to an endpoint that has not been tried; returns false if there is none or the retry budget is used up.
     */
    private boolean tryElsewhere(ByteBuf request) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        if (endpoint != null) {
            tried.add(endpoint);
        }
        UpstreamEndpoint next = group().choose(tried, context.now());
        if (next == null || !group().takeRetry(attempts, context.now())) {
            return false;
        }
        connect(address(request, next), false);
        return true;
    }

    /** Addresses the request to another endpoint; takes ownership and returns it. */
    private ByteBuf address(ByteBuf request, UpstreamEndpoint next) {
        UpstreamEndpoint before = endpoint;
        endpoint = next;
        return before == null || next == before || facts.keepsHost()
                ? request
                : ForwardedHead.withAuthority(request, facts.head(), before.toString(), next.toString());
    }

    @Override
    public void onBroken(String code) {
        if (state instanceof Sending sending && sending.kept() != null) {
            ByteBuf again = sending.kept();
            boolean unread = sending.written()
                    ? sending.stream().isReused()
                            && isSafe()
                            && !sending.stream().hasResponseBegun()
                    : again.readerIndex() == sending.from();
            state = new Sending(sending.stream(), null, sending.from(), sending.written());
            if (unread && group().takeRetry(attempts, context.now())) {
                leave(); // not a failure: the server has closed an idle connection
                connect(again.readerIndex(sending.from()), true);
                return;
            }
            again.release();
        }
        if (state instanceof Answering answering && answering.clientError()) {
            leave(); // otherwise clients could have an endpoint ejected by sending requests that it rejects
        } else {
            failed();
        }
        exchange.fail(Verdict.Kind.BAD_GATEWAY, code);
    }

    @Override
    public void onUnprocessed(String code, boolean refused) {
        ByteBuf again = state instanceof Sending sending ? sending.kept() : null;
        int from = state instanceof Sending sending ? sending.from() : 0;
        state = DONE;
        if (refused) {
            failed();
        } else {
            leave(); // graceful shutdown of the connection, for example after a maximum number of requests
        }
        if (again != null && group().takeRetry(attempts, context.now())) {
            if (body != null) {
                body.rewind();
            }
            UpstreamEndpoint other =
                    refused && endpoint != null ? group().choose(List.of(endpoint), context.now()) : null;
            ByteBuf request = again.readerIndex(from);
            connect(other == null ? request : address(request, other), false);
            return;
        }
        if (again != null) {
            again.release();
        }
        exchange.fail(Verdict.Kind.BAD_GATEWAY, code);
    }

    @Override
    public boolean acceptsSwitch(Http1Head head) {
        return exchange.takesSwitch(head);
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        if (!(state instanceof Sending sending)) {
            return;
        }
        if (sending.kept() != null) {
            sending.kept().release();
        }
        noMoreRetries();
        UpstreamEndpoint at = entered;
        boolean failure = at != null && group().responded(at, head, context.now());
        boolean clientError = head.status() >= 400 && head.status() < 500;
        state = new Answering(sending.stream(), failure, clientError);
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
        boolean succeeded = !(state instanceof Answering answering && answering.failure());
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
        return state instanceof Connecting ? null : state.stream();
    }

    /** Returns whether the last chunk received of the response is complete. */
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

    /** Cancels the call and releases its resources. Idempotent. */
    void cancel() {
        State before = state;
        state = DONE;
        UpstreamStream stream = before.stream();
        if (stream != null) {
            stream.cancel();
        }
        switch (before) {
            case Queued queued -> {
                queued.turn().abandon();
                queued.request().release();
            }
            case Connecting opening -> opening.request().release();
            case Sending sending when sending.kept() != null -> sending.kept().release();
            default -> {}
        }
        leave();
        leaveLimit();
    }

    /** Leaves the endpoint and counts a failure of it. */
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
