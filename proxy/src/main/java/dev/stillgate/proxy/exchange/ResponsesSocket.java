package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.realtime.CloseFrame;
import dev.stillgate.proxy.dialect.realtime.WebSocketReader;
import dev.stillgate.proxy.dialect.realtime.WebSocketWriter;
import dev.stillgate.proxy.exchange.body.BodyBuffer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.relay.UpstreamConnections;
import dev.stillgate.proxy.relay.UpstreamPool;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that carries OpenAI's Responses API over WebSocket (RFC 6455). Each {@code response.create}
 * becomes an ordinary exchange with the header fields of the handshake, one at a time, so that filters and limits see
 * what they see over HTTP; its event stream is sent as messages. A refusal is an error event, after which the connection
 * stays open. Some messages wait for the present response, then reading is paused. Not thread-safe: runs on one event
 * loop.
 */
public final class ResponsesSocket implements Downstream, WebSocketReader.Sink {
    static final int MOST_WAITING = 16;

    private static final long IDLE_NANOS = Duration.ofHours(1).toNanos();
    private static final int PIECE = 8 * 1024;
    private static final int MOST_ERROR = 64 * 1024;
    private static final byte[] STREAM = "{\"stream\":true,".getBytes(StandardCharsets.US_ASCII);

    private final EventLoopContext context;
    private final Peer peer;
    private final Downstream out;
    private final Connection connection;
    private final Http1Head head = new Http1Head();
    private final InetAddress address;
    private final ResponsesUpstream upstream;
    private final WebSocketReader frames = new WebSocketReader(this, WebSocketReader.Sender.CLIENT);
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private final EventKind kind = new EventKind();
    private final EventMessages events;
    private final EventLoopContext.Watch watch;
    private @Nullable BodyBuffer unfinished;
    private @Nullable LiveExchange exchange;
    private @Nullable Message served;

    /** The body of an error response of the upstream; null for other responses. */
    private @Nullable ByteBuf error;

    private List<Header> errorFields = List.of();
    private int status;

    /** The code of the Close frame after the present response; 0 for none. */
    private int closing;

    private long idleSince;
    private boolean starting;
    private boolean faulty;
    private boolean closed;

    /** The client's connection. */
    public interface Connection {
        /** Notes the exchange whose response is sent; null for none. */
        void serving(@Nullable LiveExchange current);

        /** Reads again after {@link ResponsesSocket#isStalled} was true. */
        void resume();

        /** Closes after all writes. */
        void close();

        /** Returns whether the listener is being closed. */
        boolean isDraining();
    }

    /** A client's message; one that cannot be served has the fault, and the code of the Close frame or 0. */
    private record Message(
            BodyBuffer body,
            @Nullable String streamId,
            boolean hasStream,
            @Nullable BadMessage fault,
            int close) {}

    /**
     * Creates the socket after the gateway has accepted the handshake.
     *
     * @param out the client's connection, which gets frames
     */
    public ResponsesSocket(
            EventLoopContext context, Peer peer, Http1Head handshake, Downstream out, Connection connection) {
        this.context = context;
        this.peer = peer;
        this.out = out;
        this.connection = connection;
        this.upstream = new ResponsesUpstream(context);
        this.events = new EventMessages(context, out);
        this.address = peer.forwardedFor().address(handshake);
        try {
            Http1HeadParser.ofOwnRequests(head).feed(Unpooled.wrappedBuffer(WebSocketHandshake.request(handshake)));
        } catch (BadMessage e) {
            throw new IllegalStateException(e); // its fields have been read before
        }
        this.idleSince = context.now();
        this.watch = context.watch(this::onTick);
        context.meters().upgradeBegun();
    }

    /** Reads frames until the end of the input or until it is stalled. */
    public void read(ByteBuf in) {
        byte[] piece = new byte[Math.min(PIECE, in.readableBytes())];
        while (in.isReadable() && !isStalled()) {
            int run = Math.min(in.readableBytes(), piece.length);
            in.getBytes(in.readerIndex(), piece, 0, run);
            in.skipBytes(frames.read(piece, 0, run));
            if (frames.isBroken() && !closed) {
                fault(Verdict.Kind.MALFORMED, "websocket-frame", "The frame is not valid.", CloseFrame.PROTOCOL);
            } else if (frames.hasTextEnded() && !faulty) {
                endMessage();
            }
        }
    }

    /** Returns whether no more input is read until a response has ended, or ever. */
    public boolean isStalled() {
        return closed || faulty || waiting.size() >= MOST_WAITING || (exchange == null && !out.isWritable());
    }

    /** Goes on after the client has read. */
    public void onWritable() {
        if (exchange != null) {
            exchange.onDownstreamWritable();
        }
        goOn();
    }

    private void goOn() {
        next();
        if (!isStalled()) {
            connection.resume();
        }
    }

    @Override
    public void text(byte[] buf, int from, int to) {
        if (faulty) {
            return;
        }
        BodyBuffer into = unfinished;
        if (into == null) {
            into = new BodyBuffer(
                    context.shared().budget(), address, context.shared().maxBody());
            unfinished = into;
        }
        switch (into.add(Unpooled.wrappedBuffer(buf, from, to - from), 0, to - from)) {
            case YES -> {}
            case TOO_LARGE ->
                fault(Verdict.Kind.TOO_LARGE, "body-too-large", "The message is too large.", CloseFrame.TOO_LARGE);
            case NO_MEMORY ->
                fault(
                        Verdict.Kind.OVERLOADED,
                        "body-memory",
                        "The gateway is full; try again soon.",
                        CloseFrame.TRY_LATER);
        }
    }

    @Override
    public void control(int type, byte[] payload, int length) {
        if (closed) {
            return;
        }
        if (type == WebSocketReader.PING && out.isWritable()) {
            ByteBuf pong = context.buffer(WebSocketWriter.LONGEST_HEADER + length);
            WebSocketWriter.header(pong, WebSocketWriter.FIN | WebSocketReader.PONG, length);
            out.sendBytes(pong.writeBytes(payload, 0, length));
            out.flush();
        } else if (type == WebSocketReader.CLOSE) {
            int code = length >= 2 ? (payload[0] & 0xff) << 8 | (payload[1] & 0xff) : 1000;
            close(length == 1 ? CloseFrame.PROTOCOL : code, "");
        }
    }

    /** Ends the reading of messages with one that is refused. */
    private void fault(Verdict.Kind why, String code, String sentence, int close) {
        BodyBuffer body = unfinished;
        unfinished = null;
        faulty = true;
        if (body != null) {
            body.release();
        }
        waiting.add(new Message(emptyBody(), null, true, new BadMessage(why, code, sentence), close));
        next();
    }

    private BodyBuffer emptyBody() {
        return new BodyBuffer(context.shared().budget(), address, 0);
    }

    private void endMessage() {
        BodyBuffer body = unfinished == null ? emptyBody() : unfinished;
        unfinished = null;
        ByteBuf text = Unpooled.wrappedBuffer(body.bytes(), 0, body.length());
        if (!ByteBufUtil.isText(text, StandardCharsets.UTF_8)) {
            body.release();
            fault(Verdict.Kind.MALFORMED, "json-invalid-utf8", "The message is not UTF-8.", CloseFrame.NOT_UTF8);
            return;
        }
        kind.reset();
        kind.read(body.bytes(), 0, body.length());
        BadMessage fault = kind.is("response.create")
                ? null
                : new BadMessage(
                        Verdict.Kind.MALFORMED, "websocket-event", "The only event served here is response.create.");
        waiting.add(new Message(body, kind.streamId(), kind.hasStream(), fault, 0));
        next();
    }

    private void next() {
        if (starting) {
            return;
        }
        starting = true;
        while (exchange == null && !closed && !waiting.isEmpty() && out.isWritable()) {
            start(waiting.remove());
        }
        starting = false;
    }

    private void start(Message message) {
        served = message;
        closing = message.close();
        ByteBuf content = content(message);
        LiveExchange started = new LiveExchange(context, this, peer, head);
        exchange = started;
        connection.serving(started);
        started.start(new BodyFraming(BodyFraming.Kind.LENGTH, content.readableBytes()));
        if (exchange == started && message.fault() != null) {
            started.refuse(message.fault());
        }
        if (exchange == started) {
            started.onBody(content, 0, content.readableBytes());
        }
        message.body().release();
        if (exchange == started) {
            started.onBodyEnd();
        }
    }

    /** Returns the message as a body over HTTP, where events are asked for. */
    private static ByteBuf content(Message message) {
        byte[] bytes = message.body().bytes();
        int length = message.body().length();
        int start = 0;
        while (start < length && bytes[start] != '{') {
            start++;
        }
        return message.hasStream() || start == length
                ? Unpooled.wrappedBuffer(bytes, 0, length)
                : Unpooled.wrappedBuffer(
                        Unpooled.wrappedBuffer(STREAM), Unpooled.wrappedBuffer(bytes, start + 1, length - start - 1));
    }

    @Override
    public void exchangeEnded() {
        exchange = null;
        served = null;
        error = release(error);
        events.reset();
        idleSince = context.now();
        connection.serving(null);
        if (closing > 0) {
            close(closing, "");
        }
        goOn();
    }

    private static @Nullable ByteBuf release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
        return null;
    }

    private long onTick(long now) {
        boolean idle = exchange == null && unfinished == null && waiting.isEmpty();
        if (idle && !closed && (connection.isDraining() || now - idleSince >= IDLE_NANOS)) {
            close(CloseFrame.GOING_AWAY, "");
        }
        return Long.MAX_VALUE;
    }

    /** Ends the present response, sends a Close frame and closes. */
    private void close(int code, String reason) {
        if (closed) {
            return;
        }
        release();
        out.sendBytes(Unpooled.wrappedBuffer(CloseFrame.of(code, reason)));
        out.flush();
        connection.close();
    }

    /** Releases everything after the connection has closed, or before it closes. Idempotent. */
    public void release() {
        if (closed) {
            return;
        }
        closed = true;
        watch.stop();
        LiveExchange current = exchange;
        if (current != null) {
            current.onDownstreamGone();
        }
        upstream.close();
        waiting.forEach(message -> message.body().release());
        waiting.clear();
        if (unfinished != null) {
            unfinished.release();
        }
        context.meters().upgradeEnded(0, 0);
    }

    // The client's side of an exchange

    @Override
    public UpstreamConnections connections(UpstreamPool pool) {
        return upstream;
    }

    @Override
    public void sendContinue() {}

    @Override
    public boolean sendHead(Http1Head from, BodyFraming framing, List<Header> added) {
        status = from.status();
        if (status >= 300) {
            error = context.buffer(256);
            String wait = from.first("retry-after");
            errorFields = wait == null ? List.of() : List.of(new Header("retry-after", wait));
        }
        return false;
    }

    @Override
    public void sendBytes(ByteBuf bytes) {
        sendContent(bytes);
    }

    @Override
    public void sendContent(ByteBuf content) {
        if (closed) {
            content.release();
            return;
        }
        if (error == null) {
            events.add(content);
        } else if (error.readableBytes() + content.readableBytes() <= MOST_ERROR) {
            error.writeBytes(content);
        }
        content.release();
    }

    @Override
    public void sendEvent(byte[] event) {
        sendContent(Unpooled.wrappedBuffer(event));
    }

    @Override
    public void sendReply(LocalReply reply) {
        sendError(reply.status(), reply.headers(), reply.body());
        out.flush();
    }

    @Override
    public void end() {
        ByteBuf body = error;
        if (body != null) {
            sendError(status, errorFields, ByteBufUtil.getBytes(body));
        }
        out.flush();
    }

    /** Sends an error event: that of the upstream as it is, or one with what a response over HTTP would say. */
    private void sendError(int code, List<Header> fields, byte[] body) {
        if (closed) {
            return;
        }
        kind.reset();
        kind.read(body, 0, body.length);
        byte[] text = kind.is("error") ? body : errorEvent(code, fields, body);
        ByteBuf frame = context.buffer(WebSocketWriter.LONGEST_HEADER + text.length);
        WebSocketWriter.header(frame, WebSocketWriter.FIN | WebSocketWriter.TEXT, text.length);
        out.sendBytes(frame.writeBytes(text));
    }

    private byte[] errorEvent(int code, List<Header> fields, byte[] body) {
        String json = new String(body, StandardCharsets.UTF_8).strip();
        if (!json.startsWith("{") || !json.contains("\"error\":")) {
            json = new String(
                    ErrorBodies.body(
                            Provider.OPENAI, Verdict.Kind.BAD_GATEWAY, "The model's answer cannot be read.", ""),
                    StandardCharsets.UTF_8);
        }
        StringBuilder event = new StringBuilder(json.length() + 128);
        event.append("{\"type\":\"error\",\"status\":").append(code).append(',');
        String streamId = served == null ? null : served.streamId();
        if (streamId != null) {
            event.append("\"stream_id\":");
            ApiError.quote(event, streamId);
            event.append(',');
        }
        event.append("\"headers\":{");
        String comma = "";
        for (Header field : fields) {
            event.append(comma);
            ApiError.quote(event, field.name());
            event.append(':');
            ApiError.quote(event, field.value());
            comma = ",";
        }
        return event.append("},").append(json, 1, json.length()).toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void abort() {
        closing = CloseFrame.ERROR; // as soon as the exchange has ended
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public boolean isWritable() {
        return out.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {} // one message is one request, which has been read
}
