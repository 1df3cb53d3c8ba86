package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.List;

/** A response to send: one body, or the events of a stream. */
@SuppressWarnings("ArrayRecordComponent") // never compared
sealed interface StubResponse {

    /** A whole body; {@code retryAfter} in seconds, negative for none. */
    record Body(int status, String contentType, byte[] bytes, int retryAfter) implements StubResponse {
        static Body json(JsonBuffer json) {
            return json(json.copy());
        }

        static Body json(byte[] bytes) {
            return new Body(200, "application/json", bytes, -1);
        }
    }

    /** Server-sent events, each with its terminating blank line; {@code error} is the provider's error event. */
    record Events(List<byte[]> events, byte[] error) implements StubResponse {}
}
