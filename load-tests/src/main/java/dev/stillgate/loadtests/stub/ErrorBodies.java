package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;

/** Error responses in the formats of Anthropic and OpenAI. */
final class ErrorBodies {
    private ErrorBodies() {}

    /**
     * Returns an error response.
     *
     * @param retryAfter seconds, sent only with 429, 503 and 529
     */
    static StubResponse.Body of(boolean anthropic, int status, String message, int retryAfter) {
        JsonBuffer body = anthropic
                ? JsonBuffer.of("{'type':'error','error':?,'request_id':'req_stub'}", anthropicError(status, message))
                : JsonBuffer.of("{'error':?}", openAiError(status, message));
        boolean later = status == 429 || status == 503 || status == 529;
        return new StubResponse.Body(status, "application/json", body.copy(), later ? retryAfter : -1);
    }

    static JsonBuffer anthropicError(int status, String message) {
        String type = switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
        return JsonBuffer.of("{'type':?,'message':?}", type, message);
    }

    static JsonBuffer openAiError(int status, String message) {
        String type = switch (status) {
            case 429 -> "rate_limit_exceeded";
            default -> status >= 500 ? "server_error" : "invalid_request_error";
        };
        String code = switch (status) {
            case 401 -> "invalid_api_key";
            case 404 -> "model_not_found";
            case 429 -> "rate_limit_exceeded";
            default -> null;
        };
        return JsonBuffer.of("{'message':?,'type':?,'param':null,'code':?}", message, type, code);
    }
}
