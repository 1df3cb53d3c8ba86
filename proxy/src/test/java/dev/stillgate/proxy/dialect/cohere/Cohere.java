package dev.stillgate.proxy.dialect.cohere;

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
import dev.stillgate.spi.Operation.Kind;
import dev.stillgate.spi.Provider;
import java.util.List;
import java.util.Set;

/** Cohere's Chat API, version 2: a provider whose folder is all that the gateway knows of it. */
public final class Cohere implements Dialect {
    static final Provider PROVIDER = new Provider("cohere", null, null, true, false, true, Set.of());
    static final Operation CHAT = new Operation(PROVIDER, "cohere_chat", Kind.CHAT, "chat");
    private static final List<byte[]> LAST_EVENTS = Dialect.names("message-end");

    @Override
    public Provider provider() {
        return PROVIDER;
    }

    @Override
    public Set<Operation> operations() {
        return Set.of(CHAT);
    }

    @Override
    public List<ApiPath> paths() {
        return List.of(new ApiPath("POST", "/v2/chat", CHAT));
    }

    @Override
    public boolean isLikely(String path) {
        return path.startsWith("/v2/");
    }

    @Override
    public List<String> softwareFields() {
        return List.of("x-client-name");
    }

    @Override
    public BodyReader bodies(BodyParser parser) {
        CohereChat chat = new CohereChat(parser);
        return (operation, cloud, contentType, buf, off, len) -> parser.read(chat, contentType, buf, off, len);
    }

    @Override
    public TokenWeights weights() {
        return TokenWeights.PUBLIC;
    }

    @Override
    public JsonPaths<ResponseField> response(Operation operation, boolean sse) {
        return sse ? CoherePaths.EVENT : CoherePaths.RESPONSE;
    }

    @Override
    public List<byte[]> lastEvents() {
        return LAST_EVENTS;
    }

    @Override
    public JsonPaths<ProseField> prose(Operation operation, boolean sse) {
        return sse ? CohereProse.EVENT : CohereProse.RESPONSE;
    }

    @Override
    public ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks) {
        return new CohereProse(blocks, sse);
    }

    @Override
    public void error(ApiError error, StringBuilder json) {
        json.append("{\"id\":");
        ApiError.quote(json, error.requestId());
        json.append(",\"message\":");
        ApiError.quote(json, error.message());
        json.append('}');
    }

    @Override
    public void errorEvent(ApiError error, StringBuilder event) {
        event.append(
                "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\",\"error\":");
        ApiError.quote(event, error.message());
        event.append("}}");
    }
}
