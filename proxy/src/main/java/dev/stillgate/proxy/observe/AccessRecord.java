package dev.stillgate.proxy.observe;

import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access log: what is known of an exchange when it is over. The names in the log are Envoy's and those
 * of OpenTelemetry's GenAI conventions where they have one.
 *
 * @param startMillis when the request's head was complete, in milliseconds of the epoch
 * @param durationNanos from then to the end of the answer
 * @param firstByteNanos from then to the head of the answer, -1 for none
 * @param bytesReceived content of the request, as it came
 * @param bytesSent content of the answer
 * @param outcome {@code served}, {@code rejected}, {@code upstream_failed}, {@code truncated} or {@code
 *     downstream_gone}
 * @param code the reason code, null for an exchange that was served
 * @param filter who refused, null when nobody did
 * @param shadow {@code filter:code} of the first filter in shadow that would have refused, null for none
 * @param flags {@code filter:reason} of the flags raised, comma-separated, null for none
 * @param geo what a filter knew of an address that it refused, or in shadow would have refused; null for none
 * @param standing the account's standing in force when the exchange was over
 * @param marked whether the answer carries a filter's mark
 * @param pace the pace of the answer in bytes a second, 0 when it was not slowed
 */
public record AccessRecord(
        long startMillis,
        long durationNanos,
        long firstByteNanos,
        String requestId,
        String method,
        String path,
        String http,
        int status,
        String outcome,
        @Nullable String code,
        @Nullable String filter,
        @Nullable String shadow,
        @Nullable String flags,
        @Nullable GeoRefusal geo,
        long bytesReceived,
        long bytesSent,
        InetAddress address,
        String account,
        @Nullable String organisation,
        Standing standing,
        @Nullable String upstream,
        String operation,
        @Nullable String requestModel,
        @Nullable String responseModel,
        boolean stream,
        boolean marked,
        long pace,
        Usage usage) {}
