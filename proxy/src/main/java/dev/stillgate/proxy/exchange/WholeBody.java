package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.coding.ContentCodings;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.exchange.body.BodyBuffer;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A body that is read whole before the upstream is called: decoded, parsed once and shown to the filters, and sent on as
 * exactly the bytes that were read, but for the usage that the engine may ask for in it. One that comes in a single piece, as prompts do, never leaves the lane's scratch
 * memory but for the copy that is sent.
 */
final class WholeBody implements RequestBody {
    private static final int SLICE = 64 * 1024;
    private static final int MAX_RATIO = 100;

    /** The most bytes that a body of any size may be decoded to by {@link #MAX_RATIO}; decoding and reading them takes some 20 ms. */
    private static final int MOST_BY_RATIO = 4 << 20;

    /** The ratio of a body that is decoded to more. */
    private static final int RATIO_OF_LARGE = 20;

    private final LiveExchange exchange;
    private final EventLoopContext lane;
    private final BodyBuffer buffer;
    private final long announced;
    private boolean done;
    private boolean sentOnce;
    private OutgoingBody rest = OutgoingBody.NOTHING;

    WholeBody(LiveExchange exchange, EventLoopContext lane, BodyFraming framing) {
        this.exchange = exchange;
        this.lane = lane;
        this.announced = framing.length();
        this.buffer = new BodyBuffer(
                lane.shared().budget(), exchange.address(), lane.shared().maxBody());
    }

    @Override
    public void piece(ByteBuf in, int index, int length) {
        if (done) {
            return;
        }
        if (length == announced && length <= EventLoopContext.SCRATCH && buffer.length() == 0) {
            if (!buffer.charge(length)) {
                noMemory();
                return;
            }
            in.getBytes(index, lane.scratch(), 0, length);
            read(lane.scratch(), length);
            return;
        }
        switch (buffer.add(in, index, length)) {
            case YES -> {}
            case TOO_LARGE -> refuse(Verdict.Kind.TOO_LARGE, "body-too-large", "The request body is too large.");
            case NO_MEMORY -> noMemory();
        }
    }

    @Override
    public void end() {
        if (!done) {
            read(buffer.bytes(), buffer.length());
        }
    }

    private void noMemory() {
        refuse(Verdict.Kind.OVERLOADED, "body-memory", "The gateway is full; try again soon.");
    }

    private void refuse(Verdict.Kind kind, String code, String message) {
        done = true;
        buffer.release();
        exchange.refuse(kind, code, message);
    }

    private void read(byte[] bytes, int length) {
        done = true;
        Http1Head head = exchange.head();
        BodyEdit edit;
        byte[] plain = bytes;
        int start = 0;
        int plainLength = length;
        boolean decoded = head.has(KnownHeader.CONTENT_ENCODING);
        try {
            if (decoded) {
                ContentCodings.Decoded content =
                        ContentCodings.decode(codings(head), bytes, 0, length, mostDecoded(length), MAX_RATIO);
                plain = content.bytes();
                start = content.off();
                plainLength = content.len();
                if (!buffer.charge(plainLength)) {
                    noMemory();
                    return;
                }
            }
            BodyView view = lane.reader()
                    .read(exchange.operation(), exchange.provider(), contentType(head), plain, start, plainLength);
            exchange.recordRequest(plain, start, plainLength);
            if (!exchange.onView(view)) {
                buffer.release();
                return;
            }
            edit = exchange.usageEdit(view);
        } catch (MalformedBody e) {
            refuse(e.kind(), e.code(), String.valueOf(e.getMessage()));
            return;
        }
        compose(new OutgoingBody(plain, start, plainLength, edit), decoded, plainLength <= SLICE);
    }

    /** Returns the most bytes to decode a body to: a few bytes must not make the event loop read for long. */
    private long mostDecoded(int length) {
        return Math.min(lane.shared().maxBody(), Math.max(MOST_BY_RATIO, (long) RATIO_OF_LARGE * length));
    }

    private static String codings(Http1Head head) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < head.size(); i++) {
            if (head.id(i) == KnownHeader.CONTENT_ENCODING) {
                all.append(all.isEmpty() ? "" : ", ").append(head.value(i));
            }
        }
        return all.toString();
    }

    private static @Nullable String contentType(Http1Head head) {
        int field = head.find(KnownHeader.CONTENT_TYPE);
        return field < 0 ? null : head.value(field);
    }

    /**
     * Writes the upstream's request into one buffer, or its head alone when the body is large.
     *
     * @param small whether the body, before it was changed, can lie in the lane's memory, which cannot be kept
     */
    private void compose(OutgoingBody content, boolean decoded, boolean small) {
        long length = content.left();
        ByteBuf request = exchange.requestHead(small ? (int) length : 0, true, decoded, length);
        if (small) {
            content.writeTo(request);
            buffer.dropBytes();
        } else {
            rest = content;
        }
        exchange.send(request, small);
    }

    @Override
    public void writable() {
        UpstreamStream upstream = exchange.connectedUpstream();
        if (upstream == null) {
            return;
        }
        while (rest.left() > 0 && upstream.isWritable()) {
            upstream.write(rest.next(SLICE));
            upstream.flush();
        }
        if (rest.left() == 0) {
            upstream.endRequest();
            if (sentOnce) {
                release();
            }
        }
    }

    /** Gives the memory back, at once or when the rest is written: an answer may take many minutes. */
    @Override
    public void noMoreRetries() {
        sentOnce = true;
        if (rest.left() == 0) {
            release();
        }
    }

    @Override
    public boolean isKept() {
        return rest.isKept();
    }

    @Override
    public void rewind() {
        rest.rewind();
    }

    @Override
    public void release() {
        done = true;
        rest = OutgoingBody.NOTHING;
        buffer.release();
    }
}
