package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Downstream;
import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.LiveExchange;
import dev.stillgate.proxy.exchange.LocalReply;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2SendQueue;
import dev.stillgate.proxy.http2.Http2SendWindow;
import dev.stillgate.proxy.http2.Http2Session;
import dev.stillgate.proxy.http2.Http2Wire;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 stream of a client: a request and its response (RFC 9113 sections 5 and 8). Response content beyond the
 * flow-control windows is queued here, which applies back-pressure to the upstream.
 */
final class Http2Stream implements Downstream, Http2Session.Stream {
    private static final int NO_CODE = -1;

    private final Http2Connection connection;
    private final Http2Output out;
    private final int id;
    private final Http1Head head;
    private final ClientPace pace;
    private final Http2Upload upload;
    private final Http2SendQueue queue;
    private @Nullable LiveExchange exchange;
    private int resetCode = NO_CODE;
    private boolean responseComplete;
    private boolean closed;
    private boolean toHead;
    private boolean withLength;

    Http2Stream(Http2Connection connection, int id, long sendWindow) {
        this.connection = connection;
        this.out = connection.session().out();
        this.id = id;
        this.head = connection.context().requestHead();
        this.queue = new Http2SendQueue(sendWindow);
        this.pace = new ClientPace(connection.options());
        this.upload = new Http2Upload(pace);
    }

    @Override
    public int id() {
        return id;
    }

    Http1Head head() {
        return head;
    }

    Http2Upload upload() {
        return upload;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Starts the exchange of a request whose head was read.
     *
     * @throws BadMessage when the head is not a valid request
     */
    void start(boolean ended) throws BadMessage {
        BodyFraming framing = upload.start(head, ended);
        toHead = head.methodIs("HEAD");
        EventLoopContext context = connection.context();
        boolean sampled = context.isSampled();
        long start = sampled ? context.ticker().nanos() : 0;
        LiveExchange started = new LiveExchange(context, this, connection.peer(), head);
        exchange = started;
        started.start(framing);
        if (sampled) {
            context.meters().headOverhead(context.ticker().nanos() - start);
        }
        if (exchange == null) { // the exchange has already ended
            return;
        }
        if (ended) {
            started.onBodyEnd();
        } else if (started.readsBody() && upload.isLarge()) {
            connection.inflow().enlarge(this); // such a body is charged to the memory budget
        }
    }

    /** Responds to an invalid request; resets the stream afterwards if it was malformed (RFC 9113 section 8.1.1). */
    void refuse(LocalReply reply, boolean ended, boolean malformed) {
        if (ended) {
            upload.end();
        }
        toHead = head.methodIs("HEAD");
        resetCode = malformed ? Http2Wire.PROTOCOL_ERROR : NO_CODE;
        sendReply(reply);
    }

    @Override
    public void onData(ByteBuf in, int index, int length, int flow, boolean end) throws Http2Fault {
        if (!upload.window().consume(flow)) {
            throw Http2Fault.flowControl();
        }
        if (upload.isComplete()) {
            throw Http2Connection.streamClosed();
        }
        onContent(in, index, length, end);
        connection.inflow().processed(this, flow);
    }

    /** Processes the trailers, which end the request. */
    @Override
    public void onFields(ByteBuf block, boolean end) throws Http2Fault {
        if (upload.isComplete()) {
            throw Http2Connection.streamClosed();
        }
        try {
            connection.session().decodeTrailers(id, block);
            if (!end) {
                throw new BadMessage(
                        Verdict.Kind.MALFORMED, "trailers", "A second header section does not end the request.");
            }
        } catch (BadMessage e) {
            connection.session().abuseBudget().charge(Http2Connection.REFUSAL_COST);
            malformed(e);
            return;
        }
        onContent(block, 0, 0, true);
    }

    private void onContent(ByteBuf in, int index, int length, boolean end) throws Http2Fault {
        if (!upload.receive(length, end)) {
            malformed(Http2Upload.lengthMismatch());
            return;
        }
        LiveExchange current = exchange;
        if (current != null && length > 0) {
            current.onBody(in, index, length);
        }
        if (end) {
            requestEnded();
        }
    }

    private void requestEnded() {
        LiveExchange current = exchange;
        if (current != null) {
            EventLoopContext context = connection.context();
            boolean sampled = context.isSampled();
            long start = sampled ? context.ticker().nanos() : 0;
            current.onBodyEnd();
            if (sampled) {
                context.meters().bodyOverhead(context.ticker().nanos() - start);
            }
        }
    }

    /** Ends the exchange of a request that proved malformed, and resets the stream (RFC 9113 section 8.1.1). */
    void malformed(BadMessage bad) throws Http2Fault {
        LiveExchange current = exchange;
        if (current != null) {
            resetCode = Http2Wire.PROTOCOL_ERROR;
            current.refuse(bad);
            connection.session().abuseBudget().streamAborted();
        } else if (!closed) {
            resetForFault(Http2Wire.PROTOCOL_ERROR);
        }
    }

    @Override
    public boolean enlarge(long increment) {
        return queue.enlarge(increment);
    }

    /** Writes as much as the client's windows allow. */
    @Override
    public void drain() {
        Http2SendWindow sending = connection.session().sendWindow();
        while (!closed && queue.write(id, out, sending)) { // a failing write may close the stream
            if (queue.isEnded()) {
                responseEnded();
            }
        }
        if (closed) {
            return;
        }
        queue.await(id, out, sending, this);
        if (queue.isEnded()) {
            responseEnded();
        }
        LiveExchange current = exchange;
        if (queue.hasCaughtUp() && current != null) {
            current.onDownstreamWritable();
        }
    }

    /** Called after the response's last byte: the rest of the request is not needed (RFC 9113 section 8.1). */
    private void responseEnded() {
        boolean cut = resetCode != NO_CODE || !upload.isComplete();
        if (cut) {
            Http2Wire.reset(out.buffer(13), id, resetCode == NO_CODE ? Http2Wire.NO_ERROR : resetCode);
        }
        if (responseComplete) {
            connection.session().abuseBudget().streamCompleted();
        }
        remove(cut);
    }

    private void remove(boolean late) {
        close();
        connection.streamClosed(this, late);
    }

    private void close() {
        boolean before = closed;
        closed = true;
        queue.release();
        if (!before && exchange == null) {
            connection.context().giveBack(head);
        }
    }

    /** Resets the stream and discards the rest of the response. */
    private void reset(int code) {
        Http2Wire.reset(out.buffer(13), id, code);
        out.flushSoon();
        remove(true);
    }

    @Override
    public void onReset(int error) throws Http2Fault {
        connection.streamClosed(this, false);
        clientGone();
        connection.session().abuseBudget().streamAborted();
    }

    @Override
    public void onWindowOverflow() throws Http2Fault {
        resetForFault(Http2Wire.FLOW_CONTROL_ERROR);
    }

    /** Resets the stream because of the client's behaviour. */
    void resetForFault(int code) throws Http2Fault {
        reset(code);
        clientGone();
        connection.session().abuseBudget().streamAborted();
    }

    /** Called when the client reset the stream, or the connection closed. */
    void clientGone() {
        close();
        LiveExchange current = exchange;
        if (current != null) {
            current.onDownstreamGone();
        }
    }

    /** Checks the timeouts. */
    void onTick(long now) throws Http2Fault {
        if (pace.isResponseStuck(now, queue.isStuck())) {
            responseNotRead();
            return;
        }
        LiveExchange current = exchange;
        String expired = upload.expiredTimeout(
                now, connection.options(), connection.inflow().isHeldBack());
        if (current != null && expired != null) {
            current.refuse(Verdict.Kind.REQUEST_TIMEOUT, expired, "The request body did not arrive in time.");
            connection.session().abuseBudget().streamAborted();
        }
    }

    /** Resets a stream whose client does not read; cancels its upstream request. */
    private void responseNotRead() throws Http2Fault {
        LiveExchange current = exchange;
        if (current == null) {
            resetForFault(Http2Wire.CANCEL);
            return;
        }
        resetCode = Http2Wire.CANCEL;
        current.refuse(Verdict.Kind.REQUEST_TIMEOUT, "slow-reader", "The response was not read in time.");
        connection.session().abuseBudget().streamAborted();
    }

    @Override
    public void sendContinue() {
        out.fields(id, 16, false, section -> Http2ResponseHeadWriter.status(section, 100));
        out.flushSoon();
    }

    @Override
    public boolean sendHead(Http1Head from, BodyFraming framing, List<Header> added) {
        withLength = framing.length() >= 0;
        out.fields(
                id,
                from.length() + 256 + 64 * added.size(),
                false,
                section -> Http2ResponseHeadWriter.write(section, from, framing, added));
        return false;
    }

    @Override
    public void sendBytes(ByteBuf bytes) {
        bytes.release();
        throw new IllegalStateException("HTTP/2 cannot carry HTTP/1.1 framing");
    }

    @Override
    public void sendContent(ByteBuf content) {
        if (closed || !content.isReadable()) {
            content.release();
            return;
        }
        if (queue.add(content)) {
            drain();
        }
    }

    @Override
    public void sendReply(LocalReply reply) {
        long millis = connection.context().ticker().millis();
        out.fields(
                id,
                256 + 96 * reply.headers().size(),
                false,
                section -> Http2ResponseHeadWriter.write(
                        section, reply.status(), reply.headers(), reply.body().length, millis));
        if (!toHead) {
            sendContent(Unpooled.wrappedBuffer(reply.body()));
        }
        queue.complete();
        drain();
        out.flushSoon();
    }

    @Override
    public void end() {
        queue.complete();
        responseComplete = true;
        drain();
        out.flushSoon();
    }

    @Override
    public void sendEvent(byte[] event) {
        if (!withLength) {
            sendContent(Unpooled.wrappedBuffer(event));
        }
    }

    @Override
    public void abort() {
        if (!closed) {
            drain();
            reset(resetCode == NO_CODE ? Http2Wire.INTERNAL_ERROR : resetCode);
        }
    }

    @Override
    public void flush() {
        drain();
        out.flushSoon();
    }

    @Override
    public boolean isWritable() {
        return queue.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (upload.pause(!wanted) && wanted && !closed) {
            connection.inflow().resumed(this);
        }
    }

    @Override
    public void exchangeEnded() {
        exchange = null;
        if (closed) {
            connection.context().giveBack(head);
        }
    }
}
