package dev.stillgate.proxy.exchange;

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
    static @Nullable Tapping of(EventLoopContext context, ResponsePlan answer, @Nullable ResponseMeter meter) {
        ResponseTap.Prose prose = answer.tap().prose();
        if (prose == null || meter == null || !answer.operation().carriesResponses() || !answer.hasBody()) {
            return null;
        }
        if (!meter.isPlain() || answer.head().status() == PARTIAL) {
            context.meters().untappedResponse();
            return null;
        }
        return new Tapping(
                answer.operation(), meter.readsEvents(), prose, answer.tap().edits());
    }
}
