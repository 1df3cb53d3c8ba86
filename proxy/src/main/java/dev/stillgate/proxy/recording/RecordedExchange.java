package dev.stillgate.proxy.recording;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A completed exchange as the recorder logs it. Owns its data, so it can be passed to another thread.
 *
 * @param startMillis when the request head was complete, in milliseconds since the epoch
 * @param endMillis when the exchange ended, in milliseconds since the epoch
 * @param account account id
 * @param generation number of the policy that the exchange ran under
 * @param policySha256 SHA-256 of that policy's file, as hex digits
 * @param connection connection id, unique across gateways and restarts
 * @param http HTTP version
 * @param address client address
 * @param ja4 JA4 fingerprint of the client's TLS, null if unknown
 * @param headers alternating names and values in the order received, without credentials
 * @param request decoded request body in a known dialect, null if there is none
 * @param status status code that the client received
 * @param answer upstream response body if it was delivered completely, else null
 * @param events whether the response is an event stream, else it is JSON
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record RecordedExchange(
        long startMillis,
        long endMillis,
        String account,
        long generation,
        String policySha256,
        String connection,
        String http,
        String address,
        @Nullable String ja4,
        List<String> headers,
        String method,
        String path,
        byte @Nullable [] request,
        int status,
        byte @Nullable [] answer,
        boolean events) {

    /** End-of-queue marker. */
    static final RecordedExchange END =
            new RecordedExchange(0, 0, "", 0, "", "", "", "", null, List.of(), "", "", null, 0, null, false);

    boolean isEnd() {
        return path.isEmpty();
    }

    /** Returns the size of the bodies in bytes. */
    long weight() {
        long bytes = request == null ? 0 : request.length;
        return answer == null ? bytes : bytes + answer.length;
    }
}
