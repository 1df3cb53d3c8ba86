package dev.stillgate.proxy.backtest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The response to a replayed request, as its client would see it. */
public sealed interface VirtualResponse {
    /** Returns the output tokens that the request asked for, by their fate. */
    TextVolume text();

    /** Returns whether the request was refused because of the account's standing. */
    default boolean refusedForStanding() {
        return false;
    }

    /**
     * A response of the model.
     *
     * @param status the status of the model's response
     */
    record Served(int status, TextVolume text) implements VirtualResponse {}

    /**
     * A refusal by the gateway.
     *
     * @param status the HTTP status; 0 if the connection was closed
     * @param filter the name of the filter; {@code gateway} for the engine, {@code connection} for a closed connection
     * @param code the code of the refusal in logs
     * @param retryAfter the time to wait before a retry, null for none
     * @param retryable false if a header field tells SDKs not to retry
     */
    record Refused(
            int status,
            String filter,
            String code,
            @Nullable Duration retryAfter,
            boolean retryable,
            TextVolume text,
            boolean refusedForStanding)
            implements VirtualResponse {}
}
