package dev.stillgate.proxy.dialect.responses;

import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/** Errors of all APIs of OpenAI. */
public final class OpenAiErrors {
    private static final String QUOTA = "insufficient_quota";
    private static final int LONGEST_RETRY_SECONDS = 300;

    private OpenAiErrors() {}

    /**
     * Returns whether the client is told when to try again. Agents (Codex, opencode) sleep through any time without a
     * word, so a long wait is an exceeded quota, as OpenAI sends it.
     */
    public static boolean namesRetry(int status, long seconds) {
        return status != 429 || seconds <= LONGEST_RETRY_SECONDS;
    }

    /** Appends the JSON body of an error. */
    public static void write(ApiError error, StringBuilder out) {
        boolean quota = !namesRetry(error.status(), error.retrySeconds()) && error.kind() != Verdict.Kind.UNVERIFIED;
        out.append("{\"error\":{\"message\":");
        ApiError.quote(out, error.message());
        out.append(",\"type\":\"").append(quota ? QUOTA : type(error.kind())).append("\",\"param\":null,\"code\":");
        ApiError.quote(out, quota ? QUOTA : code(error.kind()));
        out.append("}}");
    }

    /** Returns the error type as OpenAI's API sends it; its documentation does not specify the types. */
    private static String type(Verdict.Kind kind) {
        return switch (kind) {
            case FORBIDDEN_REGION -> "request_forbidden";
            case RATE_LIMITED, UNVERIFIED -> "requests";
            case TOKENS_LIMITED -> "tokens";
            case OVERLOADED -> "service_unavailable_error";
            case BAD_GATEWAY, GATEWAY_TIMEOUT, INTERNAL -> "server_error";
            default -> "invalid_request_error";
        };
    }

    static @Nullable String code(Verdict.Kind kind) {
        return switch (kind) {
            case PROMPT_TOO_LONG -> "context_length_exceeded";
            case UNAUTHENTICATED -> "invalid_api_key";
            case FORBIDDEN_REGION -> "unsupported_country_region_territory";
            case BLOCKED -> "insufficient_permissions";
            case NOT_FOUND -> "unknown_url";
            case MODEL_NOT_FOUND -> "model_not_found";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED, TOKENS_LIMITED -> "rate_limit_exceeded";
            case UNVERIFIED -> ApiError.UNVERIFIED;
            case OVERLOADED -> "server_is_overloaded";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "timeout";
            case BAD_GATEWAY, INTERNAL -> "server_error";
            default -> null;
        };
    }
}
