package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.realtime.WebSocketReader;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.relay.ResponseListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reader of what an upstream sends on a WebSocket connection of the Responses API: the messages up to the end of a
 * response become an event stream, an error before any other event becomes a response with its status. Holds no more
 * than one read, except for such an error. Not thread-safe.
 */
final class ResponsesEvents implements WebSocketReader.Sink {
    private static final int PIECE = 8 * 1024;

    /** The maximum length of an error that becomes a response of its own. */
    private static final int MOST_ERROR = 64 * 1024;

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private final EventLoopContext context;
    private final Pongs pongs;
    private final WebSocketReader frames = new WebSocketReader(this, WebSocketReader.Sender.SERVER);
    private final ContentPieces pieces = new ContentPieces();
    private final EventKind event = new EventKind();
    private final byte[] piece = new byte[PIECE];
    private @Nullable ResponseListener listener;

    /** The events that have not been passed on. */
    private @Nullable ByteBuf events;

    private boolean begun;
    private boolean inMessage;

    /** Whether the present message began outside of a response. */
    private boolean skipping;

    private boolean stopped;

    /** Answers a Ping frame. */
    @FunctionalInterface
    interface Pongs {
        void send(byte[] payload, int length);
    }

    ResponsesEvents(EventLoopContext context, Pongs pongs) {
        this.context = context;
        this.pongs = pongs;
    }

    /** Begins a response. */
    void begin(ResponseListener next) {
        listener = next;
        begun = false;
    }

    /** Returns the receiver of the present response; null if there is none. */
    @Nullable
    ResponseListener listener() {
        return listener;
    }

    /** Returns whether a head of the present response has been passed on. */
    boolean hasBegun() {
        return begun;
    }

    /** Notes that another head than that of an event stream was passed on. */
    void setBegun() {
        begun = true;
    }

    /** Ends the reading and releases all buffers. */
    void stop() {
        stopped = true;
        listener = null;
        if (events != null) {
            events.release();
            events = null;
        }
    }

    /**
     * Reads what one read has brought; does not take ownership.
     *
     * @return the reason code if the connection cannot be used any more, else null
     */
    @Nullable
    String read(ByteBuf bytes, ContentPieces content) {
        for (int i = 0; i < content.count(); i++) {
            int at = bytes.readerIndex() + content.offset(i);
            int end = at + content.length(i);
            while (at < end && !stopped) {
                int run = Math.min(PIECE, end - at);
                bytes.getBytes(at, piece, 0, run);
                at += run;
                for (int p = 0; p < run && !stopped; ) {
                    p = frames.read(piece, p, run);
                    passOn(frames.hasTextEnded());
                }
                if (!stopped && (frames.isClosed() || frames.isBroken())) {
                    return !frames.isClosed()
                            ? "upstream-websocket"
                            : begun ? "upstream-closed-in-body" : "upstream-closed";
                }
            }
        }
        return null;
    }

    /** Collects a piece of an event; a line end in it, which separates JSON tokens, becomes a space. */
    @Override
    public void text(byte[] buf, int from, int to) {
        skipping |= listener == null;
        if (skipping) {
            return;
        }
        ByteBuf into = events;
        if (into == null) {
            into = context.buffer(to - from + 64);
            events = into;
        }
        if (!inMessage) {
            inMessage = true;
            event.reset();
            into.writeBytes(DATA);
        }
        event.read(buf, from, to);
        for (int i = from; i < to; i++) {
            buf[i] = buf[i] == '\n' || buf[i] == '\r' ? (byte) ' ' : buf[i];
        }
        into.writeBytes(buf, from, to - from);
    }

    @Override
    public void control(int type, byte[] payload, int length) {
        if (type == WebSocketReader.PING) {
            pongs.send(payload, length);
        }
    }

    /** Passes on what has been collected, unless it may be an error that has not ended. */
    private void passOn(boolean ended) {
        if (ended && inMessage && events == null) { // the final fragment is empty
            events = context.buffer(2);
        }
        ByteBuf gathered = events;
        boolean error = event.is("error");
        if (gathered != null && listener != null && (begun || ended || isOrdinary(gathered, error))) {
            if (!begun && error && ended) {
                int status = event.status() >= 400 && event.status() < 600 ? event.status() : 500;
                gathered.skipBytes(DATA.length);
                deliver(status, "application/json", gathered);
            } else {
                gathered.writeBytes(ended ? new byte[] {'\n', '\n'} : new byte[0]);
                deliver(200, "text/event-stream", gathered);
            }
            if (ended && isLast(error)) {
                end();
            }
        }
        if (ended) {
            inMessage = false;
            skipping = false;
        }
    }

    private boolean isOrdinary(ByteBuf gathered, boolean error) {
        return gathered.readableBytes() > MOST_ERROR || (!error && event.type() != null);
    }

    private boolean isLast(boolean error) {
        return error
                || event.is("response.completed")
                || event.is("response.incomplete")
                || event.is("response.failed");
    }

    private void deliver(int status, String type, ByteBuf bytes) {
        ResponseListener to = listener;
        events = null;
        if (to != null && !begun) {
            begun = true;
            to.onHead(head(status, type), BodyFraming.UNTIL_CLOSE);
        }
        if (to != null && !stopped) { // else the response was refused
            to.onRead(bytes, pieces.whole(bytes.readableBytes()));
        } else {
            bytes.release();
        }
    }

    private void end() {
        ResponseListener to = listener;
        if (to != null) {
            inMessage = false; // the next response may begin at once
            listener = null;
            to.onEnd();
        }
    }

    private static Http1Head head(int status, String type) {
        Http1Head head = new Http1Head();
        byte[] text =
                ("HTTP/1.1 " + status + " \r\ncontent-type: " + type + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try {
            Http1HeadParser.ofResponses(head, text.length).feed(Unpooled.wrappedBuffer(text));
        } catch (BadMessage e) {
            throw new IllegalStateException(e);
        }
        return head;
    }
}
