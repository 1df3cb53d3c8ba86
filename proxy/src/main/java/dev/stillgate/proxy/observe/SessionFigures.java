package dev.stillgate.proxy.observe;

/**
 * Figures of a Realtime session in the access log, beside its usage.
 *
 * @param responses the number of responses that have ended
 * @param audioInput the audio tokens among the input
 * @param audioOutput the audio tokens among the output
 * @param unread whether a part of the session could not be read, so that its usage may be incomplete
 */
public record SessionFigures(long responses, long audioInput, long audioOutput, boolean unread) {}
