package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to an upstream: carries one exchange at a time and is idle in its {@link UpstreamPool} in
 * between. Verifies that each response is complete (RFC 9112 section 8). Unsolicited bytes close the connection.
 */
final class Http1UpstreamConnection extends ChannelInboundHandlerAdapter
        implements UpstreamStream, UpstreamConnector.Opening {
    private enum State {
        CONNECTING,
        IDLE,
        HEAD,
        BODY,
        CLOSED
    }

    private final UpstreamPool pool;
    private final UpstreamEndpoint endpoint;
    private final Http1ResponseReader response = new Http1ResponseReader();
    private final ContentPieces content = new ContentPieces();
    private @Nullable Channel channel;
    private @Nullable ResponseListener listener;
    private State state = State.CONNECTING;
    private boolean toHead;
    private boolean requestEnded;
    private boolean reused;
    private boolean secured;
    private boolean closeNotified;
    private boolean reading = true;
    private long idleSince;
    private @Nullable ByteBuf sending;
    private int sendingFrom;
    private boolean writesFail;
    private long writesFailSince;

    Http1UpstreamConnection(UpstreamPool pool, UpstreamEndpoint endpoint, ResponseListener first) {
        this.pool = pool;
        this.endpoint = endpoint;
        this.listener = first;
    }

    UpstreamEndpoint endpoint() {
        return endpoint;
    }

    long idleSince() {
        return idleSince;
    }

    /** Returns whether the connection is open and idle. */
    boolean isUsable() {
        return state == State.IDLE && channel != null && channel.isActive();
    }

    @Override
    public void opening(Channel opened) {
        channel = opened;
        if (state == State.CLOSED) {
            close();
        }
    }

    @Override
    public void opened(@Nullable SslHandler tls) {
        secured = tls != null;
        ResponseListener waiting = listener;
        if (waiting == null || state != State.CONNECTING) {
            close();
            return;
        }
        start(waiting);
        waiting.onConnected();
    }

    @Override
    public void openFailed(Throwable cause) {
        ResponseListener waiting = listener;
        listener = null;
        state = State.CLOSED;
        if (waiting != null) {
            waiting.onConnectFailed(cause);
        }
    }

    void start(ResponseListener next) {
        listener = next;
        state = State.HEAD;
        requestEnded = false;
        response.reset();
    }

    void reuse(ResponseListener next) {
        reused = true;
        start(next);
        next.onOpening(this);
        next.onConnected();
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean hasResponseBegun() {
        return state == State.BODY || response.hasBegun() || response.hasInterim();
    }

    @Override
    public boolean reportsUnprocessed() {
        return false;
    }

    @Override
    public void send(ByteBuf request, boolean head, boolean whole) {
        toHead = head;
        sending = request;
        sendingFrom = request.readerIndex();
        write(request);
        flush();
        sending = null;
    }

    @Override
    public void write(ByteBuf bytes) {
        if (writesFail) {
            bytes.release();
            return;
        }
        Channel open = open();
        open.write(bytes, open.voidPromise());
    }

    @Override
    public void writeChunk(ByteBuf content) {
        write(ascii(Integer.toHexString(content.readableBytes()) + "\r\n"));
        write(content);
        write(ascii("\r\n"));
    }

    @Override
    public void endChunks() {
        write(ascii("0\r\n\r\n"));
        endRequest();
    }

    private ByteBuf ascii(String text) {
        return open().alloc().directBuffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Marks the request as complete, without which the connection is not reused. */
    @Override
    public void endRequest() {
        requestEnded = true;
    }

    @Override
    public boolean atChunkBoundary() {
        return response.atChunkBoundary();
    }

    @Override
    public void flush() {
        open().flush();
    }

    @Override
    public boolean isWritable() {
        return channel != null && channel.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (reading != wanted) {
            reading = wanted;
            open().config().setAutoRead(wanted);
        }
    }

    @Override
    public void cancel() {
        listener = null;
        close();
    }

    private Channel open() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        return open;
    }

    void close() {
        state = State.CLOSED;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        boolean owned = true;
        try {
            while (in.isReadable()) {
                if (state == State.HEAD) {
                    readHead(in);
                } else if (state == State.BODY && listener != null) {
                    ResponseListener current = listener;
                    int end = readBody(in, current);
                    if (end == in.writerIndex()) {
                        owned = false;
                        current.onRead(in, content);
                        bodyRead(null);
                        return;
                    }
                    current.onRead(in.readRetainedSlice(end - in.readerIndex()), content);
                    bodyRead(in);
                } else {
                    if (state == State.IDLE) {
                        pool.unsolicited(this);
                        close();
                    }
                    return;
                }
            }
        } catch (BadMessage e) {
            response.abort();
            fail("upstream-" + e.code());
        } finally {
            if (owned) {
                in.release();
            }
        }
    }

    private void readHead(ByteBuf in) throws BadMessage {
        if (!response.readHead(in)) {
            return;
        }
        ResponseListener current = listener;
        if (response.switches() && (current == null || !current.acceptsSwitch(response.head()))) {
            fail("upstream-switched-protocols");
            return;
        }
        if (current == null) {
            close();
            return;
        }
        BodyFraming framing = response.startContent(toHead);
        state = State.BODY;
        current.onHead(response.head(), framing);
        if (response.isComplete() && state == State.BODY) {
            end(in);
        }
    }

    /**
     * Finds the content among the bytes in {@code in}; returns the index after the body's last byte.
     *
     * @throws BadMessage when the framing is invalid; what precedes it has been passed on
     */
    private int readBody(ByteBuf in, ResponseListener current) throws BadMessage {
        content.begin(in.readerIndex());
        try {
            return response.advance(in, content);
        } catch (BadMessage e) {
            if (content.count() > 0) {
                current.onRead(in.readRetainedSlice(content.end()), content);
            }
            throw e;
        }
    }

    private void bodyRead(@Nullable ByteBuf rest) {
        if (response.isComplete() && state == State.BODY) {
            end(rest);
        }
    }

    /**
     * Ends the exchange.
     *
     * @param rest unread bytes after the response, which are unsolicited; null if there are none
     */
    private void end(@Nullable ByteBuf rest) {
        ResponseListener current = listener;
        listener = null;
        boolean unsolicited = false;
        if (rest != null && rest.isReadable()) {
            unsolicited = true;
            pool.unsolicited(this);
            rest.skipBytes(rest.readableBytes());
        }
        boolean reusable = !unsolicited
                && requestEnded
                && !writesFail
                && response.head().keepsAlive()
                && !response.endsWithConnection();
        if (reusable) {
            setReading(true);
            state = State.IDLE;
            idleSince = pool.now();
            pool.release(this);
        } else {
            close();
        }
        if (current != null) {
            current.onEnd();
        }
    }

    private void fail(String code) {
        ResponseListener current = listener;
        listener = null;
        close();
        if (current != null) {
            current.onBroken(code);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (listener != null) {
            listener.onReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (listener != null && ctx.channel().isWritable()) {
            listener.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        State before = state;
        state = State.CLOSED;
        if (before == State.IDLE) {
            pool.remove(this);
        } else if (before == State.BODY && response.endsWithConnection() && (secured ? closeNotified : !writesFail)) {
            end(null); // after a reset, end of input does not prove a complete response
        } else if (before == State.HEAD) {
            fail(
                    response.hasBegun()
                            ? "upstream-closed-in-head"
                            : writesFail ? UpstreamFailure.RESET : "upstream-closed");
        } else if (before == State.BODY) {
            fail("upstream-closed-in-body");
        }
    }

    /**
     * Records close_notify. Over TLS a response that ends with the connection is complete only after close_notify (RFC
     * 9112 section 9.8), else anyone on the path could truncate it.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent closing) {
            closeNotified = closing.isSuccess();
            ctx.close();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) { // failed writes are not reported over TLS
            writeFailed();
        }
    }

    /**
     * Handles a failed write. The upstream may have responded before it closed, as servers do that reject a request by
     * its head, so input is read to its end. The exception is a reused connection that accepted nothing of the request:
     * its input cannot respond to this request, which is retried elsewhere.
     */
    private void writeFailed() {
        if (state == State.IDLE) {
            pool.remove(this);
            close();
        } else if (reused && !secured && sending != null && sending.readerIndex() == sendingFrom) {
            if (state == State.HEAD) {
                fail(UpstreamFailure.RESET);
            }
        } else if (!writesFail && (state == State.HEAD || state == State.BODY)) {
            writesFail = true;
            writesFailSince = pool.now();
            pool.awaitLastResponse(this);
        }
    }

    /** Returns whether the response awaited after a failed write has started or failed. Fails it if it is late. */
    boolean isLastResponseSettled(long now) {
        if (state == State.HEAD && now - writesFailSince >= UpstreamFailure.LAST_RESPONSE_NANOS) {
            fail(UpstreamFailure.RESET);
        }
        return state != State.HEAD;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (UpstreamFailure.isWriteFailure(cause)) {
            if (ctx.channel().isOpen()) { // else the connection closed first; channelInactive follows
                writeFailed();
            }
        } else if (state == State.IDLE) {
            pool.remove(this);
            close();
        } else if (state != State.CLOSED
                && state != State.CONNECTING) { // failures to connect are reported by the connector
            fail(UpstreamFailure.code(cause));
        }
    }
}
