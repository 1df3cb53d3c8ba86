package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.realtime.WebSocketWriter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Sends server-sent events as text messages of WebSocket, one for each event with data. The input may be cut at any
 * byte; a large event is sent in fragments, so that memory does not depend on its length. Not thread-safe.
 */
final class EventMessages {
    private static final int MOST_KEPT = 64 * 1024;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final EventLoopContext context;
    private final Downstream out;
    private @Nullable ByteBuf data;
    private int matched;
    private boolean atValue;
    private boolean inOther;
    private boolean begun;

    EventMessages(EventLoopContext context, Downstream out) {
        this.context = context;
        this.out = out;
    }

    /** Reads a piece; does not take ownership. */
    void add(ByteBuf in) {
        int end = in.writerIndex();
        for (int at = in.readerIndex(); at < end; ) {
            if (inOther || matched == DATA.length) {
                int line = in.indexOf(at, end, (byte) '\n');
                int to = line < 0 ? end : line;
                if (!inOther) {
                    boolean blank = atValue && at < to && in.getByte(at) == ' ';
                    keep(in, blank ? at + 1 : at, to);
                    atValue = false;
                }
                at = to;
                if (line >= 0) {
                    at++;
                    matched = 0;
                    inOther = false;
                }
                continue;
            }
            byte b = in.getByte(at);
            if (b == DATA[matched]) {
                matched++;
                at++;
                atValue = matched == DATA.length;
            } else if (matched == 0 && b == '\n') {
                at++;
                endEvent();
            } else {
                inOther = true;
            }
        }
    }

    private void keep(ByteBuf in, int from, int to) {
        ByteBuf into = data;
        if (into != null && into.readableBytes() + to - from > MOST_KEPT) {
            send(0, into);
            into = null;
        }
        if (into == null) {
            into = context.buffer(to - from + 256);
            data = into;
        }
        into.writeBytes(in, from, to - from);
    }

    private void endEvent() {
        ByteBuf rest = data;
        if (rest != null) {
            send(WebSocketWriter.FIN, rest);
            begun = false;
        }
    }

    private void send(int fin, ByteBuf payload) {
        data = null;
        ByteBuf header = context.buffer(WebSocketWriter.LONGEST_HEADER + payload.readableBytes());
        WebSocketWriter.header(header, fin | (begun ? 0 : WebSocketWriter.TEXT), payload.readableBytes());
        begun = true;
        out.sendBytes(header.writeBytes(payload));
        payload.release();
    }

    /** Forgets an event that has not ended. */
    void reset() {
        if (data != null) {
            data.release();
            data = null;
        }
        matched = 0;
        inOther = false;
        begun = false;
    }
}
