package dev.stillgate.loadtests.report.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request. Times are in nanoseconds since the start of the run, {@link #NONE} if the event did not happen.
 *
 * @param index number of its arrival; the request beside it to the model itself has the same number
 * @param intended the time at which the schedule wanted it sent
 * @param started the time at which it was sent
 * @param firstEvent first event of a stream, or first bytes of another response
 * @param ended end of the response, or the time of the error
 * @param events number of events of the stream
 * @param outputs times of the events with output: text, reasoning, or arguments of a tool
 * @param inputTokens as counted by the provider, {@link #NONE} if the response has no usage
 * @param outputTokens as counted by the provider, else the number of output events
 * @param status of the response, 0 for none
 * @param code of a refusal or an error in the provider's format
 * @param model as named by the response
 */
public record RequestRecord(
        int index,
        boolean stream,
        long intended,
        long started,
        long firstEvent,
        long ended,
        int events,
        List<Long> outputs,
        int inputTokens,
        int outputTokens,
        int status,
        Outcome outcome,
        @Nullable String code,
        @Nullable String error,
        @Nullable String model) {
    /** The value of an absent time or count. */
    public static final int NONE = -1;

    /** Returns the time of the first event with output. */
    public long firstOutput() {
        return outputs.isEmpty() ? NONE : outputs.getFirst();
    }

    /** Returns the time of the last event with output. */
    public long lastOutput() {
        return outputs.isEmpty() ? NONE : outputs.getLast();
    }

    /** Returns whether the response was complete. */
    public boolean isCompleted() {
        return outcome == Outcome.COMPLETED;
    }
}
