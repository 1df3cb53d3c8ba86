package dev.stillgate.proxy.dialect.responses;

import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.List;
import java.util.Set;

/** OpenAI's Responses API. */
public final class Responses implements Dialect {
    private static final List<byte[]> LAST_EVENTS =
            Dialect.names("error", "response.completed", "response.incomplete", "response.failed");

    @Override
    public Provider provider() {
        return Provider.OPENAI;
    }

    @Override
    public Set<Operation> operations() {
        return Set.of(Operation.RESPONSES, Operation.STORED_RESPONSE);
    }

    @Override
    public List<ApiPath> paths() {
        return List.of(
                new ApiPath("POST", "/v1/responses", Operation.RESPONSES),
                new ApiPath("GET", "/v1/responses/{id}", Operation.STORED_RESPONSE),
                new ApiPath("DELETE", "/v1/responses/{id}", Operation.CONTROL),
                new ApiPath("POST", "/v1/responses/{id}/cancel", Operation.STORED_RESPONSE),
                new ApiPath("GET", "/v1/responses/{id}/input_items", Operation.STORED_RESPONSE));
    }

    @Override
    public BodyReader bodies(BodyParser parser) {
        ResponsesChat chat = new ResponsesChat(parser);
        return (operation, cloud, contentType, buf, off, len) -> operation == Operation.RESPONSES
                ? parser.read(chat, contentType, buf, off, len)
                : BodyParser.unread(len);
    }

    @Override
    public TokenWeights weights() {
        return TokenWeights.PUBLIC;
    }

    @Override
    public JsonPaths<ResponseField> response(Operation operation, boolean sse) {
        return operation == Operation.RESPONSES
                ? sse ? ResponsePaths.EVENT : ResponsePaths.RESPONSE
                : sse ? ResponsePaths.STORED_EVENT : ResponsePaths.STORED;
    }

    @Override
    public List<byte[]> lastEvents() {
        return LAST_EVENTS;
    }

    @Override
    public boolean namesItems() {
        return true;
    }

    @Override
    public JsonPaths<ProseField> prose(Operation operation, boolean sse) {
        return sse
                ? ResponsesProse.EVENT
                : operation == Operation.RESPONSES ? ResponsesProse.RESPONSE : ResponsesProse.STORED;
    }

    @Override
    public ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks) {
        return new ResponsesProse(blocks, sse);
    }

    @Override
    public boolean namesRetry(int status, long seconds) {
        return OpenAiErrors.namesRetry(status, seconds);
    }

    @Override
    public void error(ApiError error, StringBuilder json) {
        OpenAiErrors.write(error, json);
    }

    /**
     * The event carries the error twice: at its top level as documented, and under {@code error} as OpenAI sends it,
     * because the Python and Java SDKs raise only for the latter.
     */
    @Override
    public void errorEvent(ApiError error, StringBuilder event) {
        event.append("event: error\ndata: {\"type\":\"error\",\"code\":");
        ApiError.quote(event, OpenAiErrors.code(error.kind()));
        event.append(",\"message\":");
        ApiError.quote(event, error.message());
        event.append(",\"param\":null,\"sequence_number\":")
                .append(error.sequence())
                .append(',');
        int object = event.length();
        OpenAiErrors.write(error, event);
        event.deleteCharAt(object); // the brace before the member "error"
    }
}
