package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import java.util.List;

/** The GenAI metrics of one operation and model, by the names of one version of the conventions. Thread-safe. */
interface GenAiSeries {
    /** Values of the label {@code error_type}; the first is that of a success. */
    List<String> ERRORS = List.of("", "4xx", "5xx", "upstream_failed", "truncated", "downstream_gone");

    /**
     * Records an exchange that reached the model.
     *
     * @param error the index of its label in {@link #ERRORS}
     * @param stream whether the request asked for a stream
     */
    void ended(Outcome outcome, int error, boolean stream, long durationNanos);
}
