package dev.stillgate.proxy.observe;

import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access log: the facts of a completed exchange. Field names in the log follow Envoy and
 * OpenTelemetry's GenAI conventions where these define one.
 *
 * @param startMillis when the request's head was complete, in milliseconds since the epoch
 * @param durationNanos the time from then to the end of the response
 * @param firstByteNanos the time from then to the response's head, -1 without a response
 * @param bytesReceived the size of the request's content as received
 * @param bytesSent the size of the response's content
 * @param outcome {@code served}, {@code rejected}, {@code upstream_failed}, {@code truncated} or {@code
 *     downstream_gone}
 * @param code the reason code, null if the exchange was served
 * @param details the figures of a refusal by a limit; null for none
 * @param filter the filter that refused the request, {@code gateway} for the engine, null if not refused
 * @param shadow {@code filter:code} of the first filter in shadow mode that would have refused, null for none
 * @param flags {@code filter:reason} of the flags raised, comma-separated, null for none
 * @param geo the facts about an address that geo-restriction refused, or would have refused in shadow mode; null for
 *     none
 * @param standing the account's standing in force at the end of the exchange
 * @param cloud the {@code gen_ai.provider.name} of a cloud that was called by its own API; null for others
 * @param finishReason why the response ended, as the provider says it; null if unknown
 * @param verdict the provider's own judgement
 * @param marked whether the response carries a filter's mark
 * @param session the figures of a Realtime session; null for other exchanges
 * @param generation the number of the policy that the exchange ran under, 0 if the message was malformed
 * @param policySha256 the SHA-256 of that policy's file, as hex digits; null if the message was malformed
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
        @Nullable String details,
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
        Operation operation,
        @Nullable String cloud,
        @Nullable String requestModel,
        @Nullable String responseModel,
        @Nullable String finishReason,
        ProviderVerdict verdict,
        boolean stream,
        boolean marked,
        Usage usage,
        @Nullable SessionFigures session,
        long generation,
        @Nullable String policySha256) {

    /**
     * Figures of a Realtime session in the access log, beside its usage.
     *
     * @param responses the number of responses that have ended
     * @param audioInput the audio tokens among the input
     * @param audioOutput the audio tokens among the output
     * @param unread whether a part of the session could not be read, so that its usage may be incomplete
     */
    public record SessionFigures(long responses, long audioInput, long audioOutput, boolean unread) {}
}
