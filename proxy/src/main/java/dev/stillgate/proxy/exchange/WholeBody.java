package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.coding.ContentCodings;
import dev.stillgate.proxy.exchange.body.BodyBuffer;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Request body that is read completely before the upstream is called: decoded, parsed once, shown to the filters and
 * forwarded. The bytes are forwarded unchanged, except for an edit that requests usage. A body that arrives in one
 * piece, as prompts do, is processed in the event loop's scratch memory and copied only once, into the upstream
 * request.
 */
final class WholeBody extends RequestBody {
    private static final int SLICE = 64 * 1024;
    private static final int MAX_RATIO = 100;
    private static final byte[] NONE = {};

    /** The maximum decoded size up to which {@link #MAX_RATIO} applies. */
    private static final int MAX_AT_FULL_RATIO = 4 << 20;

    /**
     * The maximum compression ratio of bodies with a larger decoded size, whose decoding would block the event loop.
     */
    private static final int MAX_RATIO_OF_LARGE = 20;

    private final EventLoopContext context;
    private final BodyBuffer buffer;
    private final long announced;
    private byte[] bytes = NONE;
    private int length = -1;
    private boolean sentOnce;
    private OutgoingBody rest = OutgoingBody.EMPTY;

    /**
     * The decoded content of a body.
     *
     * @param bytes contains the content, and may be the event loop's scratch memory
     * @param decoded whether a content coding was removed
     */
    @SuppressWarnings("ArrayRecordComponent") // read at once and never compared
    record Content(byte[] bytes, int start, int length, boolean decoded) {
        /** Returns whether the content is copied into the request, as scratch memory must be. */
        boolean isSmall() {
            return length <= SLICE;
        }

        /**
         * Parses the content as what the model will read.
         *
         * @throws MalformedBody if it is not a valid body of its operation
         */
        BodyView view(EventLoopContext context, ExchangeFacts facts) throws MalformedBody {
            Http1Head head = facts.head();
            int type = head.find(KnownHeader.CONTENT_TYPE);
            return context.reader()
                    .read(
                            facts.operation(),
                            facts.cloudCall(decoded),
                            type < 0 ? null : head.value(type),
                            bytes,
                            start,
                            length);
        }
    }

    /**
     * Creates the body of a request.
     *
     * @param client the address that the memory is charged to
     */
    WholeBody(EventLoopContext context, InetAddress client, BodyFraming framing) {
        this.context = context;
        this.announced = framing.length();
        this.buffer = new BodyBuffer(
                context.shared().budget(), client, context.shared().maxBody());
    }

    @Override
    boolean add(ByteBuf in, int index, int count) throws BadMessage {
        if (isComplete()) {
            return false;
        }
        if (count == announced && count <= EventLoopContext.SCRATCH && buffer.length() == 0) {
            if (!buffer.charge(count)) {
                throw noMemory();
            }
            in.getBytes(index, context.scratch(), 0, count);
            bytes = context.scratch();
            length = count;
            return true;
        }
        switch (buffer.add(in, index, count)) {
            case YES -> {}
            case TOO_LARGE -> throw tooLarge();
            case NO_MEMORY -> throw noMemory();
        }
        return false;
    }

    @Override
    boolean end() {
        if (isComplete()) {
            return false;
        }
        bytes = buffer.bytes();
        length = buffer.length();
        return true;
    }

    private boolean isComplete() {
        return length >= 0;
    }

    private static BadMessage noMemory() {
        return new BadMessage(Verdict.Kind.OVERLOADED, "body-memory", "The gateway is full; try again soon.");
    }

    /**
     * Returns the content of the complete body without its content coding. It must be used before the next event.
     *
     * @throws MalformedBody if the coding is unknown, or the content is invalid or too large
     * @throws BadMessage if the decoded content exceeds the memory budget
     */
    Content content(Http1Head head) throws MalformedBody, BadMessage {
        byte[] encoded = bytes;
        bytes = NONE;
        if (!head.has(KnownHeader.CONTENT_ENCODING)) {
            return new Content(encoded, 0, length, false);
        }
        ContentCodings.Decoded plain =
                ContentCodings.decode(codings(head), encoded, 0, length, maxDecoded(length), MAX_RATIO);
        if (!buffer.charge(plain.len())) {
            throw noMemory();
        }
        return new Content(plain.bytes(), plain.off(), plain.len(), true);
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

    /** Drops the received bytes, whose content was copied into the request. */
    void dropBytes() {
        buffer.dropBytes();
    }

    /** Keeps the content, of which no part was sent. */
    void keep(OutgoingBody content) {
        rest = content;
    }

    @Override
    void pass(@Nullable UpstreamStream upstream) {
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
    void noMoreRetries() {
        sentOnce = true;
        if (rest.left() == 0) {
            release();
        }
    }

    @Override
    boolean isKept() {
        return rest.isKept();
    }

    @Override
    void rewind() {
        rest.rewind();
    }

    @Override
    void release() {
        length = 0;
        rest = OutgoingBody.EMPTY;
        buffer.release();
    }
}
