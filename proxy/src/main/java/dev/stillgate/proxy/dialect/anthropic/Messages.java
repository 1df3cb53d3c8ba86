package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.dialect.google.GoogleErrors;
import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Anthropic's API. */
public final class Messages implements Dialect {
    private static final List<byte[]> LAST_EVENTS = Dialect.names("error", "message_stop");

    @Override
    public Provider provider() {
        return Provider.ANTHROPIC;
    }

    @Override
    public Set<Operation> operations() {
        return Set.of(
                Operation.MESSAGES, Operation.COUNT_TOKENS, Operation.MESSAGE_BATCH, Operation.MESSAGE_BATCH_RESULTS);
    }

    @Override
    public List<ApiPath> paths() {
        return List.of(
                new ApiPath("POST", "/v1/messages", Operation.MESSAGES),
                new ApiPath("POST", "/v1/messages/count_tokens", Operation.COUNT_TOKENS),
                new ApiPath("POST", "/v1/messages/batches", Operation.MESSAGE_BATCH),
                new ApiPath("GET", "/v1/messages/batches", Operation.CONTROL),
                new ApiPath("GET", "/v1/messages/batches/{id}", Operation.CONTROL),
                new ApiPath("DELETE", "/v1/messages/batches/{id}", Operation.CONTROL),
                new ApiPath("POST", "/v1/messages/batches/{id}/cancel", Operation.CONTROL),
                new ApiPath("GET", "/v1/messages/batches/{id}/results", Operation.MESSAGE_BATCH_RESULTS));
    }

    @Override
    public @Nullable PathMatch match(String method, String path) {
        return CloudPaths.match(method, path);
    }

    @Override
    public boolean isResource(String path) {
        return CloudPaths.isResource(path);
    }

    @Override
    public boolean isLikely(String path) {
        return path.startsWith("/v1/messages");
    }

    @Override
    public @Nullable Cloud likelyCloud(String path) {
        return CloudPaths.likely(path);
    }

    @Override
    public List<String> clientFields() {
        return List.of("x-api-key", "anthropic-version");
    }

    @Override
    public List<String> softwareFields() {
        return List.of("anthropic-beta", "anthropic-version", "x-app");
    }

    /**
     * Refuses a query to a cloud. Clouds accept credentials there ({@code access_token}, {@code key}, {@code
     * X-Amz-Credential}), which would make the served account another one than the metered. Their SDKs send no query,
     * except the one that asks for events.
     */
    @Override
    public @Nullable String refuseQuery(@Nullable CloudCall cloud, String query) {
        boolean plain = cloud == null
                || query.isEmpty()
                || query.equals("alt=sse")
                || query.equals("$alt=sse")
                || query.equals("%24alt=sse");
        return plain ? null : "The query may contain alt=sse only.";
    }

    @Override
    public List<byte[]> lastEvents() {
        return LAST_EVENTS;
    }

    @Override
    public BodyReader bodies(BodyParser parser) {
        MessagesChat chat = new MessagesChat(parser);
        MessageBatch batch = new MessageBatch(parser.tape, chat);
        return (operation, cloud, contentType, buf, off, len) -> switch (operation.kind()) {
            case CHAT, COUNT -> {
                parser.read(chat, contentType, buf, off, len);
                yield cloud == null ? chat : chat.calledBy(cloud);
            }
            case BATCH -> {
                parser.parse(contentType, buf, off, len);
                yield batch.read(off);
            }
            default -> BodyParser.unread(len);
        };
    }

    @Override
    public TokenWeights weights() {
        return AnthropicWeights.ALL;
    }

    @Override
    public JsonPaths<ResponseField> response(Operation operation, boolean sse) {
        return switch (operation.kind()) {
            case CHAT -> sse ? MessagePaths.EVENT : MessagePaths.MESSAGE;
            case COUNT -> MessagePaths.COUNT;
            case RESULTS -> MessagePaths.LINE;
            default -> JsonPaths.of();
        };
    }

    @Override
    public JsonPaths<ProseField> prose(Operation operation, boolean sse) {
        return switch (operation.kind()) {
            case CHAT -> sse ? MessagesProse.EVENT : MessagesProse.MESSAGE;
            case RESULTS -> MessagesProse.LINE;
            default -> throw Dialect.noProse(operation);
        };
    }

    @Override
    public ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks) {
        return new MessagesProse(blocks, sse && operation == Operation.MESSAGES);
    }

    @Override
    public String requestIdField() {
        return "request-id";
    }

    @Override
    public void cloudFields(Cloud cloud, Verdict.Kind kind, String requestId, List<Header> fields) {
        if (cloud == Cloud.BEDROCK) {
            fields.add(BedrockErrors.typeField(kind));
            fields.add(new Header("x-amzn-requestid", requestId));
        }
    }

    @Override
    public byte[] errorFrame(Verdict.Kind kind, String message) {
        return BedrockErrors.exception(kind, message);
    }

    /** For a cloud, the error also has the members that the cloud's own SDKs read. */
    @Override
    public void error(ApiError error, StringBuilder json) {
        json.append('{');
        if (error.cloud() == Cloud.BEDROCK) {
            json.append("\"message\":");
            ApiError.quote(json, error.message());
            json.append(',');
        }
        json.append("\"type\":\"error\",\"error\":{\"type\":\"")
                .append(type(error.kind()))
                .append("\",\"message\":");
        ApiError.quote(json, error.message());
        if (error.cloud() == Cloud.VERTEX) {
            json.append(",\"code\":")
                    .append(error.status())
                    .append(",\"status\":\"")
                    .append(GoogleErrors.code(error.kind()))
                    .append('"');
        }
        json.append("},\"request_id\":");
        ApiError.quote(json, error.requestId());
        json.append('}');
    }

    @Override
    public void errorEvent(ApiError error, StringBuilder event) {
        event.append("event: error\ndata: ");
        error(error, event);
    }

    /** Returns the error type that Anthropic documents for the status ("Errors"). */
    private static String type(Verdict.Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> "authentication_error";
            case FORBIDDEN_REGION, BLOCKED -> "permission_error";
            case NOT_FOUND, MODEL_NOT_FOUND -> "not_found_error";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED -> "rate_limit_error";
            case REQUEST_TIMEOUT, GATEWAY_TIMEOUT -> "timeout_error";
            case OVERLOADED -> "overloaded_error";
            case BAD_GATEWAY, INTERNAL -> "api_error";
            default -> "invalid_request_error";
        };
    }
}
