package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Lane;
import dev.stillgate.proxy.exchange.LiveExchange;
import dev.stillgate.proxy.exchange.MalformedRequest;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ChunkedBody;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.listen.AnswerHeadWriter.Persistence;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection from a caller: reads one request after the other, strictly, and writes their answers. A message
 * that is not beyond doubt is refused and the connection closed, since nobody can say where the next one begins.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter {
    private enum State {
        HEAD,
        BODY,
        /** The request is whole and its answer is under way; what arrives waits. */
        ANSWERING,
        /** The answer has changed the protocol: what arrives is no HTTP and passes. */
        TUNNEL,
        /** The answer said that the connection closes; what arrives is thrown away. */
        LINGERING
    }

    private final Lane lane;
    private final ListenTerms terms;
    private final Peer peer;
    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser;
    private final ChunkedBody chunks = new ChunkedBody();
    private final ChunkedBody.Sink content = this::onContent;
    private final Runnable unwatch;
    private final AnswerWriter out;
    private final PeerPace pace;
    private State state = State.HEAD;
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;
    private long thrownAway;
    private long since;
    private long lastUnsent;
    private boolean reading;
    private boolean first = true;
    private @Nullable ByteBuf waiting;
    private @Nullable LiveExchange exchange;

    Http1Connection(Lane lane, ListenTerms terms, Peer peer) {
        this.lane = lane;
        this.terms = terms;
        this.peer = peer;
        this.parser = Http1HeadParser.ofRequests(head, terms.maxHead(), terms.maxTarget());
        this.out = new AnswerWriter(this);
        this.pace = new PeerPace(terms);
        this.since = lane.ticker().nanos();
        this.unwatch = lane.watch(this::onTick);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        out.open(ctx);
    }

    Http1Head head() {
        return head;
    }

    /** Returns whether the request's last byte has been taken. */
    boolean requestIsWhole() {
        return state == State.ANSWERING;
    }

    Lane lane() {
        return lane;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (waiting != null) {
            in = join(waiting, in);
            waiting = null;
        }
        take(in);
    }

    private ByteBuf join(ByteBuf first, ByteBuf second) {
        ByteBuf both = out.alloc().directBuffer(first.readableBytes() + second.readableBytes());
        both.writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        return both;
    }

    /** Takes bytes and their ownership. */
    private void take(ByteBuf in) {
        reading = true;
        boolean kept = false;
        try {
            while (in.isReadable() && state != State.ANSWERING) {
                switch (state) {
                    case HEAD -> readHead(in);
                    case BODY -> readBody(in);
                    case TUNNEL -> {
                        int start = in.readerIndex();
                        in.readerIndex(in.writerIndex());
                        onContent(in, start, in.writerIndex() - start);
                    }
                    default -> {
                        thrownAway += in.readableBytes();
                        in.skipBytes(in.readableBytes());
                        if (thrownAway > terms.maxThrownAway()) {
                            out.close();
                        }
                    }
                }
            }
            if (in.isReadable()) {
                kept = true;
                hold(in);
            }
        } catch (BadMessage e) {
            refuse(e);
        } finally {
            reading = false;
            if (!kept) {
                in.release();
            }
        }
    }

    /** Keeps what arrived before its time: the next request of a peer that does not wait for answers. */
    private void hold(ByteBuf in) {
        waiting = in;
        if (in.readableBytes() > terms.maxHead()) {
            out.setReading(false);
        }
    }

    private void readHead(ByteBuf in) throws BadMessage {
        if (!parser.started()) {
            since = lane.ticker().nanos();
        }
        if (!parser.feed(in)) {
            return;
        }
        framing = BodyFraming.ofRequest(head);
        peer.speaks(head.minorVersion() == 1 ? "1.1" : "1.0");
        remaining = framing.length();
        chunks.reset();
        boolean empty = framing.kind() == BodyFraming.Kind.NONE
                || (framing.kind() == BodyFraming.Kind.LENGTH && remaining == 0);
        state = empty ? State.ANSWERING : State.BODY;
        since = lane.ticker().nanos();
        pace.bodyBegins(since);
        out.begin(head);
        LiveExchange started = new LiveExchange(lane, out, peer, head);
        exchange = started;
        boolean sampled = lane.isSampled();
        started.start(framing);
        if (sampled) {
            lane.meters().headOverhead(lane.ticker().nanos() - since);
        }
        if (empty && exchange == started) {
            started.onBodyEnd();
        }
    }

    private void readBody(ByteBuf in) throws BadMessage {
        since = lane.ticker().nanos();
        int start = in.readerIndex();
        int end;
        if (framing.kind() == BodyFraming.Kind.LENGTH) {
            end = start + (int) Math.min(remaining, in.readableBytes());
            remaining -= end - start;
            pace.bodyCame(end - start);
            in.readerIndex(end);
            boolean last = remaining == 0;
            if (last) {
                state = State.ANSWERING;
            }
            onContent(in, start, end - start);
            bodyEnd(last);
        } else {
            end = chunks.advance(in, start, in.writerIndex(), content);
            in.readerIndex(end);
            pace.bodyCame(end - start);
            if (chunks.done() && state == State.BODY) {
                state = State.ANSWERING;
                bodyEnd(true);
            }
        }
    }

    private void onContent(ByteBuf in, int index, int length) {
        if (exchange != null) {
            exchange.onBody(in, index, length);
        }
    }

    private void bodyEnd(boolean last) {
        if (last && exchange != null) {
            boolean sampled = lane.isSampled();
            long begun = sampled ? lane.ticker().nanos() : 0;
            exchange.onBodyEnd();
            if (sampled) {
                lane.meters().bodyOverhead(lane.ticker().nanos() - begun);
            }
        } else if (last && state == State.ANSWERING) {
            mayGoOn();
        }
    }

    /** Answers a message that is no request, as far as an answer can still be given, and closes. */
    private void refuse(BadMessage e) {
        if (state == State.LINGERING) {
            return; // the request has had its answer; this is the rest of its body
        }
        LiveExchange current = exchange;
        if (current != null) {
            state = State.LINGERING;
            current.onBadBody(e.kind(), e.code(), e.sentence());
            return;
        }
        out.beginUnknown();
        state = State.LINGERING;
        out.sendReply(MalformedRequest.refuse(lane, peer, head, parser.hasFirstLine(), e));
        linger();
    }

    /** The answer changes the protocol: what was sent ahead of it is of the new one. */
    void switched() {
        state = State.TUNNEL;
        out.setReading(true);
        if (waiting != null) {
            lane.loop().execute(this::passHeld); // when the answer's head has been written
        }
    }

    private void passHeld() {
        ByteBuf held = waiting;
        if (held != null && state == State.TUNNEL) {
            waiting = null;
            take(held);
        }
    }

    /** The exchange is over: goes on with the next request, or closes. */
    void exchangeEnded() {
        exchange = null;
        if (out.closes()) {
            linger();
        } else if (state == State.ANSWERING) {
            mayGoOn();
        } else if (state == State.BODY && !drainable()) {
            linger();
        } else {
            out.setReading(true); // the exchange may have paused it
        }
    }

    /**
     * Returns whether the rest of a refused request's body will come and is small enough to be read and thrown away. A
     * caller that waits for {@code 100 Continue} may leave it out and send its next request instead.
     */
    private boolean drainable() {
        return !head.has(KnownHeader.EXPECT)
                && framing.kind() == BodyFraming.Kind.LENGTH
                && remaining <= ListenTerms.MAX_DRAINED;
    }

    /** Returns whether the connection can carry another request after the answer that is being written. */
    boolean canPersist() {
        return state == State.ANSWERING || (state == State.BODY && drainable());
    }

    /** Goes on with the next request when the caller takes its answers: who only asks gets no more to be kept for it. */
    private void mayGoOn() {
        if (out.isWritable()) {
            nextRequest();
        }
    }

    private void nextRequest() {
        first = false;
        state = State.HEAD;
        parser.reset();
        since = lane.ticker().nanos();
        out.setReading(true);
        ByteBuf held = waiting;
        if (held != null && !reading) {
            waiting = null;
            take(held);
        }
    }

    /**
     * Closes so that the answer arrives: a close with unread input resets the connection and can destroy what the peer
     * has not read yet (RFC 9112 section 9.6).
     */
    private void linger() {
        boolean whole = state == State.ANSWERING;
        state = State.LINGERING;
        since = lane.ticker().nanos();
        ByteBuf held = waiting;
        waiting = null;
        if (held != null) {
            held.release();
        }
        out.setReading(true);
        out.finishAndClose(whole);
    }

    private void onTick(long now) {
        long passed = now - since;
        switch (state) {
            case HEAD -> headTick(passed);
            case BODY -> {
                if (!out.isReading()) {
                    since = now;
                    pace.bodyBegins(now);
                    if (out.isPeerGone()) { // nobody reads, so nobody else would notice
                        out.close();
                    }
                } else if (passed >= terms.bodyTimeout().toNanos()) {
                    bodyTimedOut("body-timeout");
                } else if (pace.isBodyTooSlow(now)) {
                    bodyTimedOut("body-too-slow");
                }
            }
            case LINGERING -> {
                if (out.unsent().bytes() > 0) {
                    lingerTick(now, passed);
                } else if (passed >= ListenTerms.LINGER_NANOS) {
                    out.close();
                }
            }
            case ANSWERING, TUNNEL -> {
                if (!out.isReading() && out.isPeerGone()) { // it sent too much ahead, and reading pauses
                    out.close();
                } else if (pace.isAnswerStuck(now, out.unsent().isStuck())) {
                    answerNotTaken();
                }
            }
        }
    }

    /** Gives a caller that still reads the answer its time; the time counts from the last byte that it took. */
    private void lingerTick(long now, long passed) {
        long unsent = out.unsent().bytes();
        if (unsent != lastUnsent) {
            lastUnsent = unsent;
            since = now;
        } else if (passed >= terms.keepAlive().toNanos()) {
            out.close();
        }
    }

    private void headTick(long passed) {
        if (!parser.started()) {
            Duration patience = first ? terms.headTimeout() : terms.keepAlive();
            if (passed >= patience.toNanos() || terms.draining().getAsBoolean()) {
                out.close();
            }
        } else if (passed >= terms.headTimeout().toNanos()) {
            refuse(new BadMessage(Verdict.Kind.REQUEST_TIMEOUT, "head-timeout", "The request did not arrive in time."));
        }
    }

    /** Gives up a peer that takes nothing: what waits for it in the kernel goes as well. */
    private void answerNotTaken() {
        out.unsent().drop();
        LiveExchange current = exchange;
        if (current != null) {
            current.onBadBody(Verdict.Kind.REQUEST_TIMEOUT, "slow-reader", "The answer was not taken in time.");
        }
        out.close();
    }

    private void bodyTimedOut(String code) {
        state = State.LINGERING;
        LiveExchange current = exchange;
        if (current == null) {
            out.close();
        } else {
            current.onBadBody(Verdict.Kind.REQUEST_TIMEOUT, code, "The request body did not arrive in time.");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable()) {
            return;
        }
        if (exchange != null) {
            exchange.onDownstreamWritable();
        } else if (state == State.ANSWERING) {
            nextRequest();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        unwatch.run();
        lane.meters().connectionClosed();
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        out.gone();
        LiveExchange current = exchange;
        if (current != null) {
            current.onDownstreamGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException || cause.getCause() instanceof IOException)) { // of TLS they come wrapped
            ConnectionLog.failed(peer, cause);
        }
        ctx.close();
    }

    /** Decides what the answer says of the connection. */
    Persistence persistence() {
        if (!head.keepsAlive() || !canPersist() || terms.draining().getAsBoolean()) {
            return Persistence.CLOSE;
        }
        return head.minorVersion() == 0 ? Persistence.KEEP_ALIVE : Persistence.SILENT;
    }
}
