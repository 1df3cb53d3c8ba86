package dev.stillgate.fingerprint;

import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * Pace of slowed responses: one rate in characters a second, converted to bytes a second for each response format. A
 * streamed event wraps few characters in 100 bytes or more, so one byte rate would stall one dialect and not slow
 * another. Where the events of a dialect differ in size, the higher byte rate applies.
 */
final class Paces {
    /** Bytes a character: an event of about 120 bytes carries 10 to 20 characters. */
    static final double ANTHROPIC_STREAM = 12;

    /** Bytes a character: an event of 200 to 300 bytes carries a token of about 4.5 characters. */
    static final double OPENAI_STREAM = 60;

    /** Bytes a character: escapes, and fields around the text. */
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
