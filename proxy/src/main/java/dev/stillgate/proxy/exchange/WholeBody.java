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
 * Request body that is read completely before the upstream is called: decoded, parsed once, shown to the filters and
 * forwarded. The bytes are forwarded unchanged, except for an edit that requests usage. A body that arrives in one
 * piece, as prompts do, is processed in the event loop's scratch memory and copied only once, into the upstream
 * request.
 */
final class WholeBody implements RequestBody {
    private static final int SLICE = 64 * 1024;
    private static final int MAX_RATIO = 100;

    /** The maximum decoded size up to which {@link #MAX_RATIO} applies. */
    private static final int MAX_AT_FULL_RATIO = 4 << 20;

    /**
     * The maximum compression ratio of bodies with a larger decoded size, whose decoding would block the event loop.
     */
    private static final int MAX_RATIO_OF_LARGE = 20;

    private final LiveExchange exchange;
    private final EventLoopContext context;
    private final BodyBuffer buffer;
    private final long announced;
    private boolean done;
    private boolean sentOnce;
    private OutgoingBody rest = OutgoingBody.EMPTY;

    WholeBody(LiveExchange exchange, EventLoopContext context, BodyFraming framing) {
        this.exchange = exchange;
        this.context = context;
        this.announced = framing.length();
        this.buffer = new BodyBuffer(
                context.shared().budget(), exchange.address(), context.shared().maxBody());
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
            in.getBytes(index, context.scratch(), 0, length);
            read(context.scratch(), length);
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
                        ContentCodings.decode(codings(head), bytes, 0, length, maxDecoded(length), MAX_RATIO);
                plain = content.bytes();
                start = content.off();
                plainLength = content.len();
                if (!buffer.charge(plainLength)) {
                    noMemory();
                    return;
                }
            }
            BodyView view = context.reader().read(exchange.operation(), contentType(head), plain, start, plainLength);
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

    /** Returns the maximum decoded size of a body, so that a small body cannot block the event loop for long. */
    private long maxDecoded(int length) {
        return Math.min(context.shared().maxBody(), Math.max(MAX_AT_FULL_RATIO, (long) MAX_RATIO_OF_LARGE * length));
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
     * Writes the upstream request into one buffer, or only its head if the body is large.
     *
     * @param small whether the body is copied into the request, because it may be in scratch memory
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

    /**
     * Releases the memory now or after the rest is written, and not only at the end of a response that may take
     * minutes.
     */
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
        rest = OutgoingBody.EMPTY;
        buffer.release();
    }
}
