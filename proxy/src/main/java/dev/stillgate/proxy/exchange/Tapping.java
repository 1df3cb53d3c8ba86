package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.AnswerTap;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * The taps of a response's prose.
 *
 * @param operation the operation, which determines the format of the response
 * @param sse whether the response is an event stream
 * @param prose the combined tap of the filters
 * @param edits whether the output of the tap is forwarded; if false, the tap only observes the response
 */
record Tapping(Operation operation, boolean sse, ResponseTap.Prose prose, boolean edits) {
    private static final int PARTIAL = 206;

    /**
     * Returns the taps of a response; null if no filter wants one, or if the response is partial, encoded or unmetered.
     */
    static @Nullable Tapping of(
            EventLoopContext context,
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
            context.meters().untappedAnswer();
            return null;
        }
        return new Tapping(operation, meter.readsEvents(), prose, tap.edits());
    }
}
