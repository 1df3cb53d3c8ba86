package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.spi.Verdict;

/** Errors as Google's APIs send them. */
public final class GoogleErrors {
    private GoogleErrors() {}

    /** Returns the name of the code ({@code google.rpc.Code}) for a refusal. */
    public static String code(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "UNAUTHENTICATED";
            case FORBIDDEN_REGION, BLOCKED -> "PERMISSION_DENIED";
            case NOT_FOUND, MODEL_NOT_FOUND -> "NOT_FOUND";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "RESOURCE_EXHAUSTED";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "DEADLINE_EXCEEDED";
            case OVERLOADED, BAD_GATEWAY -> "UNAVAILABLE";
            case INTERNAL -> "INTERNAL";
            default -> "INVALID_ARGUMENT";
        };
    }

    /** Appends an error; the advice to try again is a {@code google.rpc.RetryInfo}. */
    static void write(ApiError error, StringBuilder out) {
        out.append("{\"error\":{\"code\":").append(error.status()).append(",\"message\":");
        ApiError.quote(out, error.message());
        out.append(",\"status\":\"").append(code(error.kind())).append('"');
        if (error.retrySeconds() > 0) {
            out.append(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"")
                    .append(error.retrySeconds())
                    .append("s\"}]");
        }
        out.append("}}");
    }
}
