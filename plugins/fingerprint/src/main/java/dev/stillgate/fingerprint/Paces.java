package dev.stillgate.fingerprint;

import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * One pace in characters a second, as the bytes a second that it is in each form of an answer. A stream wraps a few
 * characters into an event of a hundred bytes or more, so that bytes a second by themselves would stand still for one
 * dialect and be no pace at all for another. Where forms differ, the faster holds.
 */
final class Paces {
    /** An event of about 120 bytes for every 10 to 20 characters. */
    static final double ANTHROPIC_STREAM = 12;

    /** An event of 200 to 300 bytes for every token of about four and a half characters. */
    static final double OPENAI_STREAM = 60;

    /** Escapes, and fields around the text. */
    static final double DOCUMENT = 1.2;

    private final ResponseTap anthropicStream;
    private final ResponseTap openAiStream;
    private final ResponseTap document;

    Paces(int charactersPerSecond) {
        anthropicStream = pace(charactersPerSecond * ANTHROPIC_STREAM);
        openAiStream = pace(charactersPerSecond * OPENAI_STREAM);
        document = pace(charactersPerSecond * DOCUMENT);
    }

    private static ResponseTap pace(double bytesPerSecond) {
        return new ResponseTap.Pace((long) Math.ceil(bytesPerSecond));
    }

    ResponseTap of(Exchange exchange, ResponseHead head) {
        if (!isStream(head.headers().first("content-type"))) {
            return document;
        }
        return exchange.provider() == Provider.ANTHROPIC ? anthropicStream : openAiStream;
    }

    private static boolean isStream(@Nullable String type) {
        String stream = "text/event-stream";
        return type != null && type.regionMatches(true, 0, stream, 0, stream.length());
    }
}
