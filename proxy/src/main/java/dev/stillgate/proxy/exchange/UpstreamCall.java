package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
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

    private final LiveExchange exchange;
    private List<UpstreamEndpoint> tried = List.of();
    private @Nullable ByteBuf request;
    private @Nullable ByteBuf kept;
    private int keptFrom;
    private @Nullable UpstreamStream connection;
    private @Nullable UpstreamEndpoint entered;
    private ConcurrencyLimit.@Nullable Turn turn;
    private long waitsSince;
    private long opensSince;
    private boolean placed;
    private int attempts;
    private boolean whole;
    private boolean writing;
    private boolean countedAsFailure;
    private boolean clientError;
    private boolean paused;

    UpstreamCall(LiveExchange exchange) {
        this.exchange = exchange;
    }

    private UpstreamGroup group() {
        return exchange.target().upstream();
    }

    /**
     * Sends a request as soon as the concurrency limit admits it and a connection is available.
     *
     * @param bytes the request from its head on; ownership is taken
     * @param all whether {@code bytes} is the complete request
     */
    void send(ByteBuf bytes, boolean all) {
        request = bytes;
        whole = all;
        group().countRequest();
        ConcurrencyLimit limit = group().limit();
        placed = limit.tryEnter();
        if (placed) {
            connect(false);
            return;
        }
        waitsSince = exchange.context.now();
        turn = limit.await(exchange.context.loop(), this::onTurn);
        if (turn == null) {
            refuse(false);
        }
    }

    private void onTurn() {
        turn = null;
        placed = true;
        goTo(group().first(exchange.context.now())); // the endpoint chosen earlier may have failed since
        connect(false);
    }

    private void refuse(boolean late) {
        group().countRefused(late);
        exchange.refuseBusy(
                late ? "upstream-queue-timeout" : "upstream-queue-full", Duration.ofNanos(group().queueTimeoutNanos()));
    }

    /** Checks the timeouts of the queue and of opening a connection. */
    void onTick(long now) {
        if (turn != null) {
            if (now - waitsSince >= group().queueTimeoutNanos()) {
                refuse(true);
            }
        } else if (request != null && now - opensSince >= group().openingNanos()) {
            failed();
            exchange.failUpstream(Verdict.Kind.GATEWAY_TIMEOUT, CONNECT_TIMEOUT);
        }
    }

    private void leaveLimit() {
        ConcurrencyLimit.Turn waited = turn;
        turn = null;
        if (waited != null) {
            waited.abandon();
        }
        if (placed) {
            placed = false;
            group().limit().leave();
        }
    }

    private void connect(boolean anew) {
        attempts++;
        UpstreamEndpoint endpoint = exchange.endpoint();
        endpoint.entered();
        entered = endpoint;
        var pool = exchange.context.pool();
        if (anew) {
            pool.open(endpoint, group().connections(), this);
        } else {
            pool.acquire(endpoint, group().connections(), this);
        }
    }

    @Override
    public void onOpening(UpstreamStream stream) {
        connection = stream;
        opensSince = exchange.context.now();
    }

    @Override
    public void onConnected() {
        UpstreamStream open = connection;
        ByteBuf bytes = request;
        if (open == null || bytes == null) {
            return;
        }
        request = null;
        int attempt = attempts;
        if (open.isReused() || open.reportsUnprocessed()) {
            kept = bytes.retain();
            keptFrom = bytes.readerIndex();
        }
        writing = true;
        open.send(bytes, exchange.head.methodIs("HEAD"), whole);
        writing = false;
        if (connection == null || attempts > attempt) {
            return; // the connection was already closed; onBroken has handled it
        }
        if (!mayBeSentAgain(open)) {
            dropKept();
        }
        if (kept == null) {
            exchange.noMoreRetries();
        }
        if (attempts > 1 && whole) {
            open.endRequest();
        }
        exchange.onRequestBegun();
    }

    private boolean mayBeSentAgain(UpstreamStream open) {
        return open.reportsUnprocessed() ? whole || exchange.isBodyKept() : whole && isSafe();
    }

    /** Returns whether the method is safe (RFC 9110 section 9.2.1). */
    private boolean isSafe() {
        Http1Head head = exchange.head;
        return head.methodIs("GET") || head.methodIs("HEAD") || head.methodIs("OPTIONS");
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        connection = null;
        if (cause instanceof NoDescriptorsException) {
            leave(); // another endpoint would need a file descriptor too
            exchange.refuseFull("no-descriptors");
            return;
        }
        failed();
        if (!tryElsewhere()) {
            boolean late = cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException;
            exchange.failUpstream(
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
    private boolean tryElsewhere() {
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        tried.add(exchange.endpoint());
        UpstreamEndpoint next = group().choose(tried, exchange.context.now());
        if (next == null || request == null || !group().takeRetry(attempts, exchange.context.now())) {
            return false;
        }
        goTo(next);
        connect(false);
        return true;
    }

    private void goTo(UpstreamEndpoint next) {
        UpstreamEndpoint before = exchange.endpoint();
        ByteBuf bytes = request;
        exchange.chooseEndpoint(next);
        if (bytes != null && next != before) {
            request = ForwardedHead.withAuthority(bytes, exchange.head, before.toString(), next.toString());
        }
    }

    @Override
    public void onBroken(String code) {
        UpstreamStream broken = connection;
        ByteBuf again = kept;
        kept = null;
        if (again != null) {
            boolean unread = writing
                    ? again.readerIndex() == keptFrom
                    : broken != null && broken.isReused() && isSafe() && !broken.hasResponseBegun();
            if (unread && group().takeRetry(attempts, exchange.context.now())) {
                leave(); // not a failure: the server has closed an idle connection
                sendAgain(again);
                connect(true);
                return;
            }
            again.release();
        }
        if (clientError) {
            leave(); // otherwise clients could have an endpoint ejected by sending requests that it rejects
        } else {
            failed();
        }
        exchange.onBroken(code);
    }

    @Override
    public void onUnprocessed(String code, boolean refused) {
        ByteBuf again = kept;
        kept = null;
        connection = null;
        if (refused) {
            failed();
        } else {
            leave(); // graceful shutdown of the connection, for example after a maximum number of requests
        }
        if (again != null && group().takeRetry(attempts, exchange.context.now())) {
            exchange.rewindBody();
            sendAgain(again);
            UpstreamEndpoint other =
                    refused ? group().choose(List.of(exchange.endpoint()), exchange.context.now()) : null;
            if (other != null) {
                goTo(other);
            }
            connect(false);
            return;
        }
        if (again != null) {
            again.release();
        }
        exchange.onBroken(code);
    }

    private void sendAgain(ByteBuf again) {
        connection = null;
        request = again.readerIndex(keptFrom);
    }

    /** Leaves the endpoint and counts a failure of it. */
    private void failed() {
        UpstreamEndpoint at = entered;
        leave();
        if (at != null) {
            group().failed(at, exchange.context.now());
        }
    }

    /** Counts a failure of the endpoint if a timeout of its response has expired. */
    void late(String code) {
        if (code.equals("first-byte-timeout") || code.equals("idle-timeout")) {
            failed();
        }
    }

    @Override
    public boolean acceptsSwitch(Http1Head head) {
        return exchange.takesSwitch(head);
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        dropKept();
        exchange.noMoreRetries();
        UpstreamEndpoint at = entered;
        if (at != null) {
            countedAsFailure = group().responded(at, head, exchange.context.now());
            clientError = head.status() >= 400 && head.status() < 500;
        }
        exchange.onHead(head, framing);
    }

    @Override
    public void onContent(ByteBuf in, int index, int length) {
        exchange.onContent(in, index, length);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        exchange.onBytes(bytes);
    }

    @Override
    public void onReadComplete() {
        exchange.onReadComplete();
    }

    @Override
    public void onEnd() {
        connection = null;
        UpstreamEndpoint at = entered;
        leave();
        leaveLimit();
        if (at != null && !countedAsFailure) {
            group().succeeded(at);
        }
        exchange.onEnd();
    }

    @Override
    public void onWritable() {
        exchange.onWritable();
    }

    /** Returns the stream after the request head has been written to it, else null. */
    @Nullable
    UpstreamStream connected() {
        return request == null ? connection : null;
    }

    /** Returns whether the last chunk received of the response is complete. */
    boolean atChunkBoundary() {
        return connection != null && connection.atChunkBoundary();
    }

    boolean isPaused() {
        return paused;
    }

    /** Pauses or resumes reading of the response; returns whether the state has changed. */
    boolean pause(boolean wanted) {
        if (paused == wanted || (wanted && connection == null)) {
            return false;
        }
        paused = wanted;
        if (connection != null) {
            connection.setReading(!wanted);
        }
        return true;
    }

    /** Cancels the call and releases its resources. Idempotent. */
    void cancel() {
        UpstreamStream open = connection;
        connection = null;
        if (open != null) {
            open.cancel();
        }
        leave();
        leaveLimit();
        dropKept();
        if (request != null) {
            request.release();
            request = null;
        }
    }

    private void leave() {
        UpstreamEndpoint at = entered;
        entered = null;
        if (at != null) {
            at.left();
        }
    }

    private void dropKept() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}
