package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Error responses in each provider's documented format: status, JSON body, and error event for a stream that has begun
 * with 200. The provider's SDKs map them to their usual exceptions.
 */
public final class ErrorBodies {
    /**
     * Header field with the machine-readable code of a refusal that the provider's own API does not have; Anthropic's
     * errors have no code.
     */
    public static final Header UNVERIFIED_FIELD = new Header("x-stillgate-code", ApiError.UNVERIFIED);

    private ErrorBodies() {}

    /**
     * Returns the HTTP status of a refusal, which is the same for all providers. An overloaded gateway is 503, not
     * Anthropic's 529, which says that the model is overloaded; every SDK retries both.
     */
    public static int status(Verdict.Kind kind) {
        return switch (kind) {
            case MALFORMED, PROMPT_TOO_LONG -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN_REGION, BLOCKED -> 403;
            case NOT_FOUND, MODEL_NOT_FOUND -> 404;
            case REQUEST_TIMEOUT -> 408;
            case TOO_LARGE -> 413;
            case TARGET_TOO_LONG -> 414;
            case UNSUPPORTED_CODING -> 415;
            case EXPECTATION_FAILED -> 417;
            case UPGRADE_REQUIRED -> 426;
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> 429;
            case HEADERS_TOO_LARGE -> 431;
            case INTERNAL -> 500;
            case NOT_IMPLEMENTED -> 501;
            case BAD_GATEWAY -> 502;
            case OVERLOADED -> 503;
            case GATEWAY_TIMEOUT -> 504;
        };
    }

    /**
     * Returns whether the client is told when to try again.
     *
     * @param seconds seconds after which the client may try again
     */
    public static boolean namesRetry(Provider provider, Verdict.Kind kind, long seconds) {
        return Dialects.of(provider).namesRetry(status(kind), seconds);
    }

    /** Returns the JSON body of a refusal. */
    public static byte[] body(Provider provider, Verdict.Kind kind, String message, String requestId) {
        return body(provider, null, kind, message, requestId, 0);
    }

    /**
     * Returns the JSON body of a refusal.
     *
     * @param cloud the cloud whose API was called; null for the provider's own API
     * @param retrySeconds seconds after which the client may try again, as in {@code Retry-After}; 0 for no such advice
     */
    public static byte[] body(
            Provider provider,
            @Nullable Cloud cloud,
            Verdict.Kind kind,
            String message,
            String requestId,
            long retrySeconds) {
        StringBuilder json = new StringBuilder(240 + 2 * message.length());
        ApiError error = new ApiError(kind, status(kind), message, requestId, cloud, retrySeconds, 0);
        Dialects.of(provider).error(error, json);
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the event that ends a stream with an error, to be sent at an event boundary as the last event.
     *
     * @param sequence the number of events sent before it, for the {@code sequence_number} of a Responses stream
     */
    public static byte[] sseError(
            Provider provider,
            Operation operation,
            Verdict.Kind kind,
            String message,
            String requestId,
            long sequence) {
        Dialect dialect = Dialects.of(operation);
        StringBuilder event = new StringBuilder(240 + message.length());
        (dialect.provider().equals(provider) ? dialect : Dialects.of(provider))
                .errorEvent(new ApiError(kind, status(kind), message, requestId, null, 0, sequence), event);
        return event.append("\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
