package dev.stillgate.loadtests.report.arrival;

/**
 * The intended start of a request.
 *
 * @param offset nanoseconds since the start of the run
 * @param inputTokens length of the prompt, 0 for the scenario's own
 * @param outputTokens length of the response, 0 for the scenario's own
 */
public record Arrival(long offset, int inputTokens, int outputTokens) {}
