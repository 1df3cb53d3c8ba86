package dev.stillgate.proxy.recording;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that is over, with everything that a log tells of it; nothing in it belongs to an event loop any more.
 *
 * @param startMillis when its head was complete
 * @param endMillis when it was over
 * @param account the account's id
 * @param connection a name that no other connection has, of other gateways and starts neither
 * @param http the version of HTTP
 * @param address the caller's address
 * @param ja4 the fingerprint of the caller's TLS, null when unknown
 * @param headers names and values in turn, in the order received, without credentials
 * @param request the body that a dialect has read, null for none
 * @param status what the caller was sent
 * @param answer the upstream's answer when it was delivered whole, as it came, null for none
 * @param events whether the answer is a stream of events, else it is JSON
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record RecordedExchange(
        long startMillis,
        long endMillis,
        String account,
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

    /** Says that no exchange follows. */
    static final RecordedExchange END =
            new RecordedExchange(0, 0, "", "", "", "", null, List.of(), "", "", null, 0, null, false);

    boolean isEnd() {
        return path.isEmpty();
    }

    /** Returns how much memory it holds, about, in bytes. */
    long weight() {
        long bytes = request == null ? 0 : request.length;
        return answer == null ? bytes : bytes + answer.length;
    }
}
