package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.CloudCall.Cloud;
import dev.stillgate.proxy.dialect.frames.FrameWriter;
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
    public static final Header UNVERIFIED_FIELD = new Header("x-stillgate-code", "account_unverified");

    private static final String QUOTA = "insufficient_quota";
    private static final int LONGEST_RETRY_SECONDS = 300;
    private static final String UNVERIFIED_CODE = UNVERIFIED_FIELD.value();

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
            case NOT_FOUND -> 404;
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
     * Returns whether the client is told when to try again. At OpenAI's paths agents (Codex, opencode) sleep through any
     * time without a word, so a long wait is an exceeded quota there, as OpenAI sends it.
     *
     * @param seconds seconds after which the client may try again
     */
    public static boolean namesRetry(Provider provider, Verdict.Kind kind, long seconds) {
        return provider != Provider.OPENAI || status(kind) != 429 || seconds <= LONGEST_RETRY_SECONDS;
    }

    /** Returns the JSON body of a refusal. */
    public static byte[] body(Provider provider, Verdict.Kind kind, String message, String requestId) {
        return body(provider, null, kind, message, requestId, 0);
    }

    /**
     * Returns the JSON body of a refusal. For a cloud it is Anthropic's with the members that the cloud's own SDKs read.
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
        switch (provider) {
            case ANTHROPIC -> {
                json.append('{');
                if (cloud == Cloud.BEDROCK) {
                    json.append("\"message\":");
                    quote(json, message);
                    json.append(',');
                }
                anthropicMembers(json, cloud, kind, message, requestId);
                json.append('}');
            }
            case OPENAI -> {
                boolean quota = !namesRetry(provider, kind, retrySeconds) && kind != Verdict.Kind.UNVERIFIED;
                json.append("{\"error\":");
                openAi(json, message, quota ? QUOTA : openAiType(kind), quota ? QUOTA : openAiCode(kind));
                json.append('}');
            }
            case GOOGLE -> google(json, kind, message, retrySeconds);
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the event that ends a stream with an error, to be sent at an event boundary as the last event.
     *
     * <p>The event of a Responses stream carries the error twice: at its top level as documented, and under {@code
     * error} as OpenAI sends it, because the Python and Java SDKs raise only for the latter. In a stream of Google's it
     * is a line of JSON without a field name, as Google sends it: the Node SDK raises only for such a line.
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
        StringBuilder event = new StringBuilder(240 + message.length());
        if (provider == Provider.ANTHROPIC) {
            event.append("event: error\ndata: ");
            anthropic(event, kind, message, requestId);
        } else if (operation == Operation.RESPONSES || operation == Operation.STORED_RESPONSE) {
            event.append("event: error\ndata: {\"type\":\"error\",\"code\":");
            quote(event, openAiCode(kind));
            event.append(",\"message\":");
            quote(event, message);
            event.append(",\"param\":null,\"sequence_number\":")
                    .append(sequence)
                    .append(",\"error\":");
            openAi(event, kind, message);
            event.append('}');
        } else if (provider == Provider.GOOGLE) {
            google(event, kind, message, 0);
        } else {
            event.append("data: {\"error\":");
            openAi(event, kind, message);
            event.append('}');
        }
        return event.append("\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the header field in which the SDKs of Amazon's cloud find the type of an error. */
    public static Header bedrockTypeField(Verdict.Kind kind) {
        return new Header("x-amzn-errortype", bedrockType(kind));
    }

    /** Returns the frame that ends an event stream of Bedrock with an error. */
    public static byte[] bedrockException(Verdict.Kind kind, String message) {
        String type = switch (kind) { // of these two Anthropic's SDK makes errors, and not of every other
            case GATEWAY_TIMEOUT, BAD_GATEWAY, OVERLOADED -> "modelStreamErrorException";
            default -> "internalServerException";
        };
        StringBuilder json = new StringBuilder(32 + message.length()).append("{\"message\":");
        quote(json, message);
        return FrameWriter.exception(type, json.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void anthropic(StringBuilder out, Verdict.Kind kind, String message, String requestId) {
        out.append('{');
        anthropicMembers(out, null, kind, message, requestId);
        out.append('}');
    }

    private static void anthropicMembers(
            StringBuilder out, @Nullable Cloud cloud, Verdict.Kind kind, String message, String requestId) {
        out.append("\"type\":\"error\",\"error\":{\"type\":");
        quote(out, anthropicType(kind));
        out.append(",\"message\":");
        quote(out, message);
        if (cloud == Cloud.VERTEX) {
            out.append(",\"code\":").append(status(kind)).append(",\"status\":");
            quote(out, googleStatus(kind));
        }
        out.append("},\"request_id\":");
        quote(out, requestId);
    }

    /** Returns the exception of Bedrock's runtime API for a refusal. */
    private static String bedrockType(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "UnrecognizedClientException";
            case FORBIDDEN_REGION, BLOCKED -> "AccessDeniedException";
            case NOT_FOUND -> "ResourceNotFoundException";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "ThrottlingException";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "ModelTimeoutException";
            case OVERLOADED, BAD_GATEWAY -> "ServiceUnavailableException";
            case INTERNAL -> "InternalServerException";
            default -> "ValidationException";
        };
    }

    /** Returns the name of the code of Google's APIs ({@code google.rpc.Code}) for a refusal. */
    private static String googleStatus(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "UNAUTHENTICATED";
            case FORBIDDEN_REGION, BLOCKED -> "PERMISSION_DENIED";
            case NOT_FOUND -> "NOT_FOUND";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "RESOURCE_EXHAUSTED";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "DEADLINE_EXCEEDED";
            case OVERLOADED, BAD_GATEWAY -> "UNAVAILABLE";
            case INTERNAL -> "INTERNAL";
            default -> "INVALID_ARGUMENT";
        };
    }

    /** Appends an error as Google's APIs send it; the advice to try again is a {@code google.rpc.RetryInfo}. */
    private static void google(StringBuilder out, Verdict.Kind kind, String message, long retrySeconds) {
        out.append("{\"error\":{\"code\":").append(status(kind)).append(",\"message\":");
        quote(out, message);
        out.append(",\"status\":");
        quote(out, googleStatus(kind));
        if (retrySeconds > 0) {
            out.append(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"")
                    .append(retrySeconds)
                    .append("s\"}]");
        }
        out.append("}}");
    }

    private static void openAi(StringBuilder out, Verdict.Kind kind, String message) {
        openAi(out, message, openAiType(kind), openAiCode(kind));
    }

    private static void openAi(StringBuilder out, String message, String type, @Nullable String code) {
        out.append("{\"message\":");
        quote(out, message);
        out.append(",\"type\":");
        quote(out, type);
        out.append(",\"param\":null,\"code\":");
        quote(out, code);
        out.append('}');
    }

    /** Returns the error type that Anthropic documents for the status ("Errors"). */
    private static String anthropicType(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "authentication_error";
            case FORBIDDEN_REGION, BLOCKED -> "permission_error";
            case NOT_FOUND -> "not_found_error";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "rate_limit_error";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "timeout_error";
            case OVERLOADED -> "overloaded_error";
            case BAD_GATEWAY, INTERNAL -> "api_error";
            default -> "invalid_request_error";
        };
    }

    /** Returns the error type as OpenAI's API sends it; its documentation does not specify the types. */
    private static String openAiType(Verdict.Kind kind) {
        return switch (kind) {
            case FORBIDDEN_REGION -> "request_forbidden";
            case RATE_LIMITED, UNVERIFIED -> "requests";
            case TOKENS_LIMITED -> "tokens";
            case OVERLOADED -> "service_unavailable_error";
            case BAD_GATEWAY, GATEWAY_TIMEOUT, INTERNAL -> "server_error";
            default -> "invalid_request_error";
        };
    }

    private static @Nullable String openAiCode(Verdict.Kind kind) {
        return switch (kind) {
            case PROMPT_TOO_LONG -> "context_length_exceeded";
            case UNAUTHENTICATED -> "invalid_api_key";
            case FORBIDDEN_REGION -> "unsupported_country_region_territory";
            case BLOCKED -> "insufficient_permissions";
            case NOT_FOUND -> "unknown_url";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED, TOKENS_LIMITED -> "rate_limit_exceeded";
            case UNVERIFIED -> UNVERIFIED_CODE;
            case OVERLOADED -> "server_is_overloaded";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "timeout";
            case BAD_GATEWAY, INTERNAL -> "server_error";
            default -> null;
        };
    }

    private static void quote(StringBuilder out, @Nullable String text) {
        if (text == null) {
            out.append("null");
            return;
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || (Character.isSurrogate(c) && !paired(text, i))) {
                escape(out, Character.isSurrogate(c) ? '\ufffd' : c);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    private static void escape(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
    }
}
