package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.dialect.coding.ContentCodings;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Extracts token usage from a response while it is forwarded, without buffering it. A response with an unrequested
 * content coding is copied, up to a limit, and decoded at its end.
 */
final class ResponseMeter {
    private static final int MAX_COPY = 1 << 20;
    private static final int MAX_DECODED = 16 << 20;
    private static final int MAX_RATIO = 200;

    private final byte[] scratch;
    private final UsageReader reader;
    private final boolean events;
    private final boolean framed;
    private boolean unreadable;
    private final @Nullable String coding;
    private byte[] copy = {};
    private int copied;

    private ResponseMeter(byte[] scratch, UsageReader reader, boolean events, boolean framed, @Nullable String coding) {
        this.scratch = scratch;
        this.reader = reader;
        this.events = events;
        this.framed = framed;
        this.coding = coding;
    }

    /**
     * Returns a meter for a response, or null if the response carries no usage.
     *
     * @param facts whether to collect the content parts of the response too
     */
    static @Nullable ResponseMeter of(EventLoopContext context, Operation operation, Http1Head head, boolean facts) {
        if (!operation.reportsUsage() || head.status() >= 300) {
            return null;
        }
        int type = head.find(KnownHeader.CONTENT_TYPE);
        if (operation.convertsInput() && !isText(head, type)) {
            return null; // sound, or a transcript without JSON
        }
        String coding = null;
        if (head.has(KnownHeader.CONTENT_ENCODING)) {
            int field = head.find(KnownHeader.CONTENT_ENCODING);
            if (head.countOf(KnownHeader.CONTENT_ENCODING) > 1 || !head.valueIs(field, "identity")) {
                coding = head.value(field);
                context.meters().encodedResponse();
            }
        }
        boolean framed = coding == null && type >= 0 && startsWith(head, type, "application/vnd.amazon.eventstream");
        boolean events = framed || (type >= 0 && startsWith(head, type, "text/event-stream"));
        boolean collects = facts && operation.carriesResponses();
        UsageReader reader = context.usageReader()
                .reset(operation, events, collects ? context.shared().hashes() : null);
        return new ResponseMeter(context.scratch(), reader, events, framed, coding);
    }

    private static boolean isText(Http1Head head, int type) {
        return type >= 0 && (startsWith(head, type, "application/json") || startsWith(head, type, "text/event-stream"));
    }

    private static boolean startsWith(Http1Head head, int field, String lowerCase) {
        int start = head.valueStart(field);
        if (head.valueEnd(field) - start < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            byte b = head.bytes()[start + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Reads the next piece of a response that {@linkplain #isPlain has no content coding}. */
    void content(byte[] bytes, int offset, int length) {
        reader.feed(bytes, offset, length);
    }

    /** Reads the next piece; does not take ownership of {@code in}. */
    void content(ByteBuf in, int index, int length) {
        if (coding != null) {
            copy(in, index, length);
        } else if (in.hasArray()) {
            reader.feed(in.array(), in.arrayOffset() + index, length);
        } else {
            int at = index;
            int end = index + length;
            while (at < end) {
                int run = Math.min(end - at, scratch.length);
                in.getBytes(at, scratch, 0, run);
                reader.feed(scratch, 0, run);
                at += run;
            }
        }
    }

    private void copy(ByteBuf in, int index, int length) {
        if (copied < 0 || copied + length > MAX_COPY) {
            copied = -1;
            copy = new byte[0];
            return;
        }
        if (copied + length > copy.length) {
            copy = Arrays.copyOf(copy, Math.max(copied + length, copy.length * 2));
        }
        in.getBytes(index, copy, copied, length);
        copied += length;
    }

    /** Returns the usage read so far. An encoded response has none before its end. */
    Usage usage() {
        if (coding != null && copied > 0) {
            try {
                ContentCodings.Decoded plain = ContentCodings.decode(coding, copy, 0, copied, MAX_DECODED, MAX_RATIO);
                reader.feed(plain.bytes(), plain.off(), plain.len());
            } catch (MalformedBody unreadable) {
                copied = -1;
            }
            copied = 0;
        }
        return reader.usage();
    }

    /** Returns the content parts that {@link #usage} has read so far. */
    ResponseFacts facts() {
        return reader.facts();
    }

    /** Returns whether the response has no content coding. */
    boolean isPlain() {
        return coding == null;
    }

    /** Returns whether the response is an event stream without content coding. */
    boolean readsEvents() {
        return events && coding == null;
    }

    /** Returns whether the events are in frames of an AWS event stream; the meter reads them as server-sent events. */
    boolean isFramed() {
        return framed;
    }

    /** Notes whether a part of the response could not be read by a stage before this. */
    void noteUnreadable(boolean part) {
        unreadable |= part;
    }

    /** Returns whether the response is an event stream of which only whole events have been read. */
    boolean betweenEvents() {
        return readsEvents() && reader.atEventBoundary();
    }

    long eventCount() {
        return reader.events();
    }

    /** Returns the reader to the event loop; no other method may be called afterwards. */
    void release(EventLoopContext context) {
        if (unreadable || reader.hasErrors()) {
            context.meters().unreadableResponse();
        }
        context.giveBack(reader);
    }

    /** Returns the id in the response body, or null. */
    @Nullable
    String answerId() {
        return reader.id();
    }

    /** Returns what the response says of responses that are fetched later. */
    DeferredResponse deferred() {
        return reader.deferred();
    }

    @Nullable
    String model() {
        return reader.model();
    }

    /** Returns why the response ended, as the provider says it, or null. */
    @Nullable
    String finishReason() {
        return reader.finishReason();
    }

    ProviderVerdict verdict() {
        return reader.verdict();
    }
}
