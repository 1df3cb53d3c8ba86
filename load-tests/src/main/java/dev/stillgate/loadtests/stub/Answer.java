package dev.stillgate.loadtests.stub;

import java.util.List;

/** An answer ready to be sent: one body, or the events of a stream. Answers are sent once and never compared. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface Answer {

    /** A whole body with its media type; {@code retryAfter} in seconds, negative for none. */
    record Body(int status, String contentType, byte[] bytes, int retryAfter) implements Answer {
        static Body json(int status, byte[] bytes) {
            return new Body(status, "application/json", bytes, -1);
        }
    }

    /** Server-sent events, each with its terminating blank line; {@code error} is the provider's error event. */
    record Events(List<byte[]> events, byte[] error) implements Answer {}
}
