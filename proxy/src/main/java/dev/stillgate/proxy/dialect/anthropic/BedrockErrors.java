package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.dialect.frames.FrameWriter;
import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;

/** Types of errors in the runtime API of Amazon Bedrock. */
final class BedrockErrors {
    private BedrockErrors() {}

    /** Returns the header field in which the SDKs of Amazon's cloud find the type of an error. */
    static Header typeField(Verdict.Kind kind) {
        return new Header("x-amzn-errortype", type(kind));
    }

    /** Returns the frame that ends an event stream with an error. */
    static byte[] exception(Verdict.Kind kind, String message) {
        String type = switch (kind) { // of these two Anthropic's SDK makes errors, and not of every other
            case GATEWAY_TIMEOUT, BAD_GATEWAY, OVERLOADED -> "modelStreamErrorException";
            default -> "internalServerException";
        };
        StringBuilder json = new StringBuilder(32 + message.length()).append("{\"message\":");
        ApiError.quote(json, message);
        return FrameWriter.exception(type, json.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String type(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "UnrecognizedClientException";
            case FORBIDDEN_REGION, BLOCKED -> "AccessDeniedException";
            case NOT_FOUND, MODEL_NOT_FOUND -> "ResourceNotFoundException";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "ThrottlingException";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "ModelTimeoutException";
            case OVERLOADED, BAD_GATEWAY -> "ServiceUnavailableException";
            case INTERNAL -> "InternalServerException";
            default -> "ValidationException";
        };
    }
}
