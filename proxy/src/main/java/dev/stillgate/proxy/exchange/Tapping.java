package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.AnswerTap;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * An answer whose prose goes through taps.
 *
 * @param edits whether what passes is what comes out of them; else they only look on
 * @param sse whether it is a stream of events
 */
record Tapping(Operation operation, boolean sse, ResponseTap.Prose prose, boolean edits) {
    private static final int PARTIAL = 206;

    /** Returns how an answer is tapped, null when it is not: nobody wants to, or it cannot be followed. */
    static @Nullable Tapping of(
            EventLoopContext lane,
            AnswerTap tap,
            Operation operation,
            Http1Head head,
            BodyFraming framing,
            @Nullable AnswerMeter meter) {
        ResponseTap.Prose prose = tap.prose();
        if (prose == null || meter == null || !operation.carriesAnswers() || framing.kind() == BodyFraming.Kind.NONE) {
            return null;
        }
        if (!meter.isPlain() || head.status() == PARTIAL) {
            lane.meters().untappedAnswer();
            return null;
        }
        return new Tapping(operation, meter.readsEvents(), prose, tap.edits());
    }
}
