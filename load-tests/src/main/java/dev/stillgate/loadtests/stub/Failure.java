package dev.stillgate.loadtests.stub;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Error bodies in the two providers' own shapes. */
final class Failure {
    private Failure() {}

    static Answer.Body of(boolean anthropic, int status, String message, int retryAfter) {
        ObjectNode body = anthropic
                ? Json.object("type", "error", "error", anthropicError(status, message), "request_id", "req_stub")
                : Json.object("error", openAiError(status, message));
        boolean later = status == 429 || status == 503 || status == 529;
        return new Answer.Body(status, "application/json", Json.bytes(body), later ? retryAfter : -1);
    }

    static ObjectNode anthropicError(int status, String message) {
        String type = switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
        return Json.object("type", type, "message", message);
    }

    static ObjectNode openAiError(int status, String message) {
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
        return Json.object("message", message, "type", type, "param", null, "code", code);
    }
}
