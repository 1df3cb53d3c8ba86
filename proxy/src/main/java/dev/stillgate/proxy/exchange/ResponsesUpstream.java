package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.realtime.WebSocketReader;
import dev.stillgate.proxy.dialect.realtime.WebSocketWriter;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.ResponseListener;
import dev.stillgate.proxy.relay.UpstreamConnections;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.proxy.relay.UpstreamPool;
import dev.stillgate.proxy.relay.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket connection to an upstream that serves the Responses API, for one connection of a client. Each exchange on
 * it is an ordinary one: the body of its request becomes one message, and the events up to the end of the response
 * become an event stream. An error before any other event becomes a response with its status. The connection stays open
 * between exchanges, because the provider keeps the last response there; it is replaced if another endpoint is asked, or
 * after an exchange that was cut short. Not thread-safe: runs on one event loop.
 */
final class ResponsesUpstream implements UpstreamConnections, UpstreamStream, ResponseListener {
    private static final byte[] GOING_AWAY = {3, (byte) 0xe9};
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length: ";

    private final EventLoopContext context;
    private final UpstreamPool pool;
    private ResponsesEvents events;
    private @Nullable UpstreamStream wire;
    private @Nullable UpstreamEndpoint endpoint;
    private @Nullable String key;

    /** The content that came with the request's head, until the handshake has been answered. */
    private @Nullable ByteBuf pending;

    private long length;
    private long written;
    private int mask;
    private boolean headed;
    private boolean open;
    private boolean refused;
    private boolean reused;

    ResponsesUpstream(EventLoopContext context) {
        this.context = context;
        this.pool = context.pool();
        this.events = newEvents();
    }

    private ResponsesEvents newEvents() {
        return new ResponsesEvents(context, (payload, size) -> sendControl(WebSocketReader.PONG, payload, size));
    }

    @Override
    public void acquire(UpstreamEndpoint to, UpstreamConnections.Options options, ResponseListener next) {
        if (!open || events.listener() != null || !to.equals(endpoint)) {
            open(to, options, next);
            return;
        }
        events.begin(next);
        reused = true;
        setReading(true); // the response before may have ended while its client was behind
        next.onOpening(this);
        next.onConnected();
    }

    @Override
    public void open(UpstreamEndpoint to, UpstreamConnections.Options options, ResponseListener next) {
        close();
        endpoint = to;
        events.begin(next);
        reused = false;
        pool.open(to, options, this);
    }

    /** Closes the connection. */
    void close() {
        UpstreamStream before = wire;
        wire = null;
        events.stop();
        events = newEvents();
        if (before != null) {
            if (open && written == length) {
                sendControl(before, WebSocketReader.CLOSE, GOING_AWAY, 2);
            }
            before.cancel();
        }
        open = false;
        refused = false;
        length = 0;
        written = 0;
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }

    private void sendControl(int type, byte[] payload, int size) {
        UpstreamStream to = wire;
        if (to != null && to.isWritable() && written == length) { // else a message is being written
            sendControl(to, type, payload, size);
        }
    }

    private void sendControl(UpstreamStream to, int type, byte[] payload, int size) {
        ByteBuf frame = context.buffer(WebSocketWriter.LONGEST_HEADER + size);
        int hide = newMask();
        WebSocketWriter.header(frame, WebSocketWriter.FIN | type, size, hide);
        WebSocketWriter.masked(frame, Unpooled.wrappedBuffer(payload, 0, size), hide, 0);
        to.write(frame);
        to.flush();
    }

    private static int newMask() {
        return WebSocketHandshake.RANDOM.nextInt() | 1;
    }

    private void fail(String code) {
        ResponseListener failed = events.listener();
        close();
        if (failed != null) {
            failed.onBroken(code);
        }
    }

    // The stream of an exchange

    @Override
    public void send(ByteBuf request, boolean toHead, boolean whole) {
        int headEnd = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(HEAD_END), request) + HEAD_END.length;
        String head = request.readCharSequence(headEnd - request.readerIndex(), StandardCharsets.ISO_8859_1)
                .toString();
        int at = head.toLowerCase(Locale.ROOT).lastIndexOf(LENGTH) + LENGTH.length();
        length = Long.parseLong(head, at, head.indexOf('\r', at), 10);
        written = 0;
        headed = false;
        mask = newMask();
        ByteBuf content = request.readRetainedSlice(request.readableBytes());
        request.release();
        UpstreamStream to = wire;
        if (open) {
            write(content);
            flush();
        } else if (to != null) {
            pending = content;
            key = WebSocketHandshake.newKey();
            to.send(Unpooled.wrappedBuffer(WebSocketHandshake.ask(head, key)), false, true);
        } else {
            content.release();
        }
    }

    @Override
    public void write(ByteBuf content) {
        UpstreamStream to = wire;
        if (to != null) {
            ByteBuf frame = context.buffer(WebSocketWriter.LONGEST_HEADER + content.readableBytes());
            if (!headed) {
                headed = true;
                WebSocketWriter.header(frame, WebSocketWriter.FIN | WebSocketWriter.TEXT, length, mask);
            }
            WebSocketWriter.masked(frame, content, mask, written);
            written += content.readableBytes();
            to.write(frame);
        }
        content.release();
    }

    @Override
    public void writeChunk(ByteBuf content) {
        write(content);
    }

    @Override
    public void endChunks() {}

    @Override
    public void endRequest() {}

    @Override
    public void flush() {
        if (wire != null) {
            wire.flush();
        }
    }

    @Override
    public boolean isWritable() {
        return open && wire != null && wire.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (wire != null) {
            wire.setReading(wanted);
        }
    }

    @Override
    public boolean atChunkBoundary() {
        return true;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean hasResponseBegun() {
        return events.hasBegun();
    }

    @Override
    public boolean reportsUnprocessed() {
        return false;
    }

    @Override
    public void cancel() {
        close();
    }

    // The connection

    @Override
    public void onOpening(UpstreamStream stream) {
        wire = stream;
        ResponseListener waiting = events.listener();
        if (waiting != null) {
            waiting.onOpening(this);
        }
    }

    @Override
    public void onConnected() {
        ResponseListener waiting = events.listener();
        if (waiting != null) {
            waiting.onConnected();
        }
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        ResponseListener failed = events.listener();
        wire = null;
        close();
        if (failed != null) {
            failed.onConnectFailed(cause);
        }
    }

    @Override
    public boolean acceptsSwitch(Http1Head head) {
        return WebSocketHandshake.isAccepted(head, key);
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        ResponseListener current = events.listener();
        ByteBuf content = pending;
        pending = null;
        if (head.status() != 101) {
            if (content != null) {
                content.release();
            }
            if (head.status() < 300) {
                fail("upstream-not-websocket");
            } else if (current != null) {
                refused = true;
                events.setBegun();
                current.onHead(head, framing);
            }
            return;
        }
        open = true;
        if (content != null) {
            write(content);
            flush();
        }
        if (current != null) {
            current.onWritable();
        }
    }

    @Override
    public void onRead(ByteBuf bytes, ContentPieces content) {
        ResponseListener current = events.listener();
        if (refused && current != null) {
            current.onRead(bytes, content);
            return;
        }
        try {
            String code = events.read(bytes, content);
            if (code != null) {
                fail(code);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void onReadComplete() {
        ResponseListener current = events.listener();
        if (current != null) {
            current.onReadComplete();
        }
    }

    @Override
    public void onEnd() {
        ResponseListener current = events.listener();
        if (refused && current != null) {
            wire = null;
            close();
            current.onEnd();
        } else {
            onBroken(events.hasBegun() ? "upstream-closed-in-body" : "upstream-closed");
        }
    }

    @Override
    public void onBroken(String code) {
        wire = null;
        fail(code);
    }

    @Override
    public void onUnprocessed(String code, boolean wasRefused) {
        onBroken(code);
    }

    @Override
    public void onWritable() {
        ResponseListener current = events.listener();
        if (current != null && open) {
            current.onWritable();
        }
    }
}
