package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ForwardedTap;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.jwt.JwtFault;
import dev.stillgate.spi.Access;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The response of an exchange: the upstream's, forwarded by a {@link ResponseRelay}, or one of the gateway itself. It
 * builds the {@link Outcome}. Not thread-safe: runs on the exchange's event loop.
 */
final class Response implements KeepAlive.Out {
    private final EventLoopContext context;
    private final ExchangeFacts facts;
    private final Downstream downstream;
    private @Nullable ResponseRelay relay;
    private int status;
    private int replyBytes;
    private long firstByte = -1;

    Response(EventLoopContext context, ExchangeFacts facts, Downstream downstream) {
        this.context = context;
        this.facts = facts;
        this.downstream = downstream;
    }

    /** Returns whether a response head has been sent, so that no other response is possible. */
    boolean isBegun() {
        return status > 0;
    }

    /** Records the time of the first byte sent to the client. */
    void noteFirstByte() {
        firstByte = context.ticker().nanos() - facts.startNanos();
    }

    /**
     * Sends the head of the upstream's response and starts the relay of its body.
     *
     * @param more the header fields added by filters
     * @param released see {@link ResponseRelay#begin}
     */
    void begin(
            Http1Head from,
            BodyFraming framing,
            List<Header> more,
            ForwardedTap tap,
            @Nullable Recording recording,
            Runnable released) {
        ResponsePlan answer = answer(from, framing, more, tap);
        Access access = facts.filtered();
        if (access != null && answer.hasBody() && status >= 200 && status < 300) {
            RelayParts parts = new RelayParts(context, downstream, answer, null, null, null, released);
            relay = new ModelListRelay(parts, access, facts.address());
        } else {
            relay = ResponseRelay.begin(context, downstream, answer, recording, released);
        }
        facts.setRelay(relay);
    }

    /**
     * Sends the head of the upstream's response and starts the relay of a session.
     *
     * @param more the header fields added by filters
     * @param charge charges usage; returns whether the session may go on; if not, it must be {@linkplain #cut cut} after
     *     this read
     */
    void beginSession(Http1Head from, BodyFraming framing, List<Header> more, Predicate<Usage> charge) {
        ResponsePlan answer = answer(from, framing, more, ForwardedTap.NONE);
        RelayParts parts = new RelayParts(context, downstream, answer, null, null, null, () -> {});
        relay = new SessionRelay(parts, part -> {
            facts.noteUsed();
            return charge.test(part);
        });
        facts.setRelay(relay);
    }

    /** Charges what a session has used without a report. No effect on other responses. */
    void endSession() {
        if (relay instanceof SessionRelay session) {
            session.chargeRest();
        }
    }

    private ResponsePlan answer(Http1Head from, BodyFraming framing, List<Header> more, ForwardedTap tap) {
        status = from.status();
        List<Header> added = more;
        if (!from.has(KnownHeader.REQUEST_ID) && !from.has(KnownHeader.X_REQUEST_ID)) {
            added = new ArrayList<>(more);
            added.add(requestIdHeader());
        }
        return new ResponsePlan(
                facts.operation(),
                from,
                framing,
                added,
                tap,
                facts.policy().chain().readsResponse(),
                facts.isUsageInjected());
    }

    private Header requestIdHeader() {
        return new Header(Dialects.of(facts.provider()).requestIdField(), facts.requestId());
    }

    /**
     * Returns whether the response is a session that a Close frame has ended. No data follows one (RFC 6455 section
     * 5.5.1), so it is complete, whatever becomes of the connection.
     *
     * @param byClient whether the client has sent one
     */
    boolean isClosed(boolean byClient) {
        return relay instanceof SessionRelay session && (byClient || session.isClosed());
    }

    /**
     * Returns whether the response is a session without a Close frame, by which alone it ends in order (RFC 6455 section
     * 7.1.4).
     *
     * @param closedByClient whether the client has sent one
     */
    boolean isOpen(boolean closedByClient) {
        return relay instanceof SessionRelay session && !closedByClient && session.isOpen();
    }

    /** Returns whether the response is a session that can be closed, because the client has whole frames. */
    boolean isBetweenFrames() {
        return relay instanceof SessionRelay session && session.isWhole(true);
    }

    /** Forwards what one read of the upstream has brought; takes ownership of {@code bytes}. */
    void read(ByteBuf bytes, ContentPieces content) {
        if (relay == null) {
            bytes.release();
        } else {
            relay.read(bytes, content);
        }
    }

    /** Ends the relay after the upstream's last content; returns whether the response could be forwarded. */
    boolean end() {
        if (relay != null) {
            relay.end();
        }
        return !(relay instanceof ModelListRelay list) || list.isReadable();
    }

    /** Returns whether the upstream should pause. */
    boolean isBehind() {
        return relay != null && relay.isBehind();
    }

    /** Returns whether everything received has been forwarded. */
    boolean isDrained() {
        return relay == null || !relay.isHolding();
    }

    /** Sends a response of the gateway itself. */
    private void reply(Verdict.Reject verdict) {
        List<Header> headers = new ArrayList<>(verdict.headers().size() + 4);
        headers.add(requestIdHeader());
        Duration wait = verdict.retryAfter();
        if (wait == null
                && (verdict.kind() == Verdict.Kind.OVERLOADED || verdict.kind() == Verdict.Kind.RATE_LIMITED)) {
            wait = Duration.ofSeconds(1);
        }
        long seconds = wait == null ? 0 : Math.max(1, wait.plusMillis(999).toSeconds());
        if (wait != null && ErrorBodies.namesRetry(facts.provider(), verdict.kind(), seconds)) {
            headers.add(new Header("retry-after", Long.toString(seconds)));
        }
        if (verdict.kind() == Verdict.Kind.UPGRADE_REQUIRED) { // names the protocol to use (RFC 9110 section 15.5.22)
            headers.add(new Header("connection", "upgrade"));
            headers.add(new Header("upgrade", "HTTP/1.1"));
        }
        if (verdict.kind() == Verdict.Kind.UNVERIFIED) {
            headers.add(ErrorBodies.UNVERIFIED_FIELD);
        }
        if (verdict.kind() == Verdict.Kind.UNAUTHENTICATED && facts.policy().jwt() != null) {
            headers.add(new Header("www-authenticate", JwtFault.challenge(verdict.code())));
        }
        Cloud cloud = facts.cloud();
        if (cloud != null) {
            Dialects.of(facts.provider()).cloudFields(cloud, verdict.kind(), facts.requestId(), headers);
        }
        headers.addAll(verdict.headers());
        byte[] body = ErrorBodies.body(
                facts.provider(), cloud, verdict.kind(), verdict.message(), facts.requestId(), seconds);
        status = ErrorBodies.status(verdict.kind());
        replyBytes = body.length;
        noteFirstByte();
        downstream.sendReply(new LocalReply(status, headers, body));
    }

    /**
     * Forwards the held content of an incomplete response. If it is an event stream between two events, sends an error
     * event; if it is a session between two frames, sends a Close frame.
     *
     * @param atChunkBoundary whether the last chunk received from the upstream is complete
     * @return whether the client knows by a Close frame that the session has ended
     */
    boolean cut(Verdict.Reject why, boolean atChunkBoundary) {
        ResponseRelay cut = relay;
        if (cut == null) {
            return false;
        }
        if (cut instanceof SessionRelay session) {
            return session.sendClose(why);
        }
        Verdict.Kind kind = why.kind();
        cut.cut();
        long events = cut.eventsIfBetween(atChunkBoundary);
        if (events >= 0) {
            String message = "The answer was cut short.";
            downstream.sendEvent(
                    cut.isFramed()
                            ? Dialects.of(facts.provider()).errorFrame(kind, message)
                            : ErrorBodies.sseError(
                                    facts.provider(), facts.operation(), kind, message, facts.requestId(), events));
        }
        return false;
    }

    /** Returns whether the response is an event stream between whose events the gateway can write. */
    boolean isEventStream() {
        return relay != null && relay.takesComments();
    }

    @Override
    public boolean comment(byte[] comment, boolean atChunkBoundary) {
        boolean fits = relay != null && relay.isBetweenEvents(atChunkBoundary);
        if (fits) {
            downstream.sendEvent(comment);
            downstream.flush();
        }
        return fits;
    }

    /** Returns the number of content bytes sent to the client. */
    long sent() {
        return relay == null ? replyBytes : relay.contentBytes();
    }

    private Usage usage() {
        return relay == null ? Usage.NONE : relay.usage();
    }

    /** Switches to WebSocket without an upstream. */
    Outcome switchProtocols(Header acceptance) {
        status = 101;
        noteFirstByte();
        downstream.sendReply(new LocalReply(status, List.of(acceptance, requestIdHeader()), new byte[0]));
        return served();
    }

    Outcome served() {
        return new Outcome.Served(status, usage(), sent(), firstByte);
    }

    /** Sends the response to a rejected request. */
    Outcome reject(Refusal refusal) {
        reply(refusal.verdict());
        String code = refusal.verdict().code();
        return new Outcome.Rejected(status, Usage.NONE, sent(), firstByte, refusal.filter(), code);
    }

    /** Sends the response to a request whose upstream has failed. */
    Outcome fail(Verdict.Kind kind, String code) {
        String message = kind == Verdict.Kind.GATEWAY_TIMEOUT
                ? "The model did not answer in time."
                : "The model could not be reached.";
        reply(new Verdict.Reject(kind, code, message));
        return new Outcome.UpstreamFailed(status, Usage.NONE, sent(), firstByte, code);
    }

    Outcome truncated(String code) {
        return new Outcome.Truncated(status, usage(), sent(), firstByte, code);
    }

    Outcome downstreamGone(Outcome.Phase phase) {
        return new Outcome.DownstreamGone(status, usage(), sent(), firstByte, phase);
    }

    /** Releases all buffers; the facts have no response afterwards. */
    void release() {
        ResponseRelay over = relay;
        relay = null;
        facts.setRelay(null);
        if (over != null) {
            over.release(context);
        }
    }
}
