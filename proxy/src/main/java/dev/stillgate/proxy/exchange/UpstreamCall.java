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
 * The upstream's side of an exchange: a request that waits for its turn and for a connection, is tried elsewhere while nothing
 * of it can have been read, and can be given up at any time. It has one place at the upstream from its turn to the end of the
 * answer, however often it is tried.
 *
 * <p>What may be sent again (RFC 9110 section 9.2.2): a request whose connection could not be opened; one of which the kernel
 * took no byte, its kept connection being closed already; and one of a safe method without a body whose kept connection
 * closed without a byte of an answer. A POST that the kernel took is never sent again: the model may be at work on it; unless
 * the upstream itself says that it has read nothing of it (RFC 9113 sections 6.8 and 8.7).
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
    private boolean blamed;
    private boolean clientError;
    private boolean paused;

    UpstreamCall(LiveExchange exchange) {
        this.exchange = exchange;
    }

    private UpstreamGroup group() {
        return exchange.target().upstream();
    }

    /**
     * Sends a request, which begins with its head, as soon as it is its turn and there is a connection.
     *
     * @param bytes its ownership passes here
     * @param all whether no more of the request follows
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
        waitsSince = exchange.lane.now();
        turn = limit.await(exchange.lane.loop(), this::onTurn);
        if (turn == null) {
            refuse(false);
        }
    }

    private void onTurn() {
        turn = null;
        placed = true;
        goTo(group().first(exchange.lane.now())); // the one that was chosen may have failed meanwhile
        connect(false);
    }

    private void refuse(boolean late) {
        group().countRefused(late);
        exchange.refuseBusy(
                late ? "upstream-queue-timeout" : "upstream-queue-full", Duration.ofNanos(group().queueTimeoutNanos()));
    }

    /** Checks the time limits of waiting for a turn and for a connection. */
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

    private void givePlaceBack() {
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
        var pool = exchange.lane.pool();
        if (anew) {
            pool.open(endpoint, group().connections(), this);
        } else {
            pool.acquire(endpoint, group().connections(), this);
        }
    }

    @Override
    public void onOpening(UpstreamStream stream) {
        connection = stream;
        opensSince = exchange.lane.now();
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
            return; // it was closed already, and that has been seen to
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

    /** Returns whether the method is one that changes nothing (RFC 9110 section 9.2.1). */
    private boolean isSafe() {
        Http1Head head = exchange.head;
        return head.methodIs("GET") || head.methodIs("HEAD") || head.methodIs("OPTIONS");
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        connection = null;
        if (cause instanceof NoDescriptorsException) {
            leave(); // another endpoint would need a descriptor as well
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

    /** Tries an endpoint that was not tried, if there is one and the budget has room; returns whether it does. */
    private boolean tryElsewhere() {
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        tried.add(exchange.endpoint());
        UpstreamEndpoint next = group().choose(tried, exchange.lane.now());
        if (next == null || request == null || !group().takeRetry(attempts, exchange.lane.now())) {
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
            if (unread && group().takeRetry(attempts, exchange.lane.now())) {
                leave(); // no failure of the server: it has closed a connection that nothing was asked on
                sendAgain(again);
                connect(true);
                return;
            }
            again.release();
        }
        if (clientError) {
            leave(); // callers must not be able to make an endpoint fail with requests that it refuses
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
            leave(); // it goes, as servers do after so many requests
        }
        if (again != null && group().takeRetry(attempts, exchange.lane.now())) {
            exchange.rewindBody();
            sendAgain(again);
            UpstreamEndpoint other = refused ? group().choose(List.of(exchange.endpoint()), exchange.lane.now()) : null;
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

    /** The upstream has failed at this. */
    private void failed() {
        UpstreamEndpoint at = entered;
        leave();
        if (at != null) {
            group().failed(at, exchange.lane.now());
        }
    }

    /** The upstream is too late with its answer, or the rest of it. */
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
            blamed = group().responded(at, head, exchange.lane.now());
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
        givePlaceBack();
        if (at != null && !blamed) {
            group().succeeded(at);
        }
        exchange.onEnd();
    }

    @Override
    public void onWritable() {
        exchange.onWritable();
    }

    /** Returns the connection when the request's head has been written to it, else null. */
    @Nullable
    UpstreamStream connected() {
        return request == null ? connection : null;
    }

    /** Returns whether the chunks of the answer are whole so far. */
    boolean atChunkBoundary() {
        return connection != null && connection.atChunkBoundary();
    }

    boolean isPaused() {
        return paused;
    }

    /** Stops or goes on reading the answer; returns whether that changes anything. */
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

    /** Gives up whatever is under way. */
    void cancel() {
        UpstreamStream open = connection;
        connection = null;
        if (open != null) {
            open.cancel();
        }
        leave();
        givePlaceBack();
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
