package dev.stillgate.loadtests.report;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request; its components are the fields of a line of {@code records.jsonl}. Times are in nanoseconds since the start
 * of the run.
 *
 * @param index number of its arrival; the request beside it to the model itself has the same number
 * @param lastEventNs end of the response, or the time of the error
 * @param outputEventsNs times of the events with output: text, reasoning, or arguments of a tool
 * @param inputTokens as counted by the provider, null if the response has no usage
 * @param outputTokens as counted by the provider, else the number of output events of a stream
 * @param status of the response, 0 for none
 */
record RequestRecord(
        int index,
        boolean stream,
        long intendedNs,
        long startedNs,
        long lastEventNs,
        List<Long> outputEventsNs,
        @Nullable Integer inputTokens,
        @Nullable Integer outputTokens,
        int status,
        Outcome outcome,
        @Nullable String code,
        @Nullable String error) {
    /** How a request ended. */
    enum Outcome {
        /** A complete response with status 200. */
        COMPLETED,
        /** Status 403 or 429, the statuses with which filters refuse. */
        REFUSED,
        /** Everything else: other statuses, connection errors, incomplete responses, error events. */
        FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns whether the response was complete. */
    boolean completed() {
        return outcome == Outcome.COMPLETED;
    }
}
