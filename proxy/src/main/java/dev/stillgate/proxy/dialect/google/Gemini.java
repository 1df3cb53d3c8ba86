package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.dialect.provider.ApiError;
import dev.stillgate.proxy.dialect.provider.ApiPath;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Gemini API. Its paths name the model, and its error in a stream is a line of JSON without a field name. */
public final class Gemini implements Dialect {
    private static final byte[] EMPTY_TEXT =
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"index\":0}]}\n\n"
                    .getBytes(StandardCharsets.US_ASCII);

    @Override
    public Provider provider() {
        return Provider.GOOGLE;
    }

    @Override
    public Set<Operation> operations() {
        return Set.of(Operation.GENERATE_CONTENT, Operation.COUNT_CONTENT_TOKENS);
    }

    @Override
    public List<ApiPath> paths() {
        return List.of();
    }

    @Override
    public @Nullable PathMatch match(String method, String path) {
        return GeminiPaths.match(method, path);
    }

    @Override
    public boolean isLikely(String path) {
        return GeminiPaths.isLikely(path);
    }

    @Override
    public List<String> clientFields() {
        return List.of("x-goog-api-key");
    }

    @Override
    public List<String> softwareFields() {
        return List.of("x-goog-api-client");
    }

    /**
     * Refuses Google's system parameters that change the format of a response, leave out parts of it such as the usage,
     * or contain another credential than a key.
     */
    @Override
    public @Nullable String refuseQuery(@Nullable CloudCall cloud, String query) {
        for (String parameter : query.split("&", -1)) {
            boolean known = parameter.isEmpty()
                    || parameter.equals("alt=json")
                    || parameter.equals("alt=sse")
                    || parameter.equals("$alt=json;enum-encoding=int")
                    || parameter.equals("%24alt=json%3Benum-encoding%3Dint")
                    || parameter.startsWith("key=")
                    || parameter.startsWith("prettyPrint=")
                    || parameter.startsWith("quotaUser=");
            if (!known) {
                return "The query may contain alt=json, alt=sse, key, prettyPrint and quotaUser only.";
            }
        }
        return null;
    }

    @Override
    public boolean takesKeyInQuery() {
        return true;
    }

    @Override
    public boolean mayBeArray() {
        return true;
    }

    /**
     * Google's SDKs fail on a comment or lose the event after it, and {@code @google/generative-ai}, which LangChain
     * uses, fails on an empty event too. All read an event whose text is empty.
     */
    @Override
    public byte[] comment() {
        return EMPTY_TEXT.clone();
    }

    @Override
    public BodyReader bodies(BodyParser parser) {
        ContentsChat chat = new ContentsChat(parser);
        return (operation, cloud, contentType, buf, off, len) -> parser.read(chat, contentType, buf, off, len)
                .calledBy(cloud, operation == Operation.COUNT_CONTENT_TOKENS);
    }

    @Override
    public TokenWeights weights() {
        return ContentsEstimate.WEIGHTS;
    }

    @Override
    public JsonPaths<ResponseField> response(Operation operation, boolean sse) {
        return operation == Operation.GENERATE_CONTENT ? GenerationPaths.GENERATION : GenerationPaths.COUNT;
    }

    @Override
    public JsonPaths<ProseField> prose(Operation operation, boolean sse) {
        if (operation != Operation.GENERATE_CONTENT) {
            throw Dialect.noProse(operation);
        }
        return sse ? CandidatesProse.PIECE : CandidatesProse.RESPONSE;
    }

    @Override
    public ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks) {
        return new CandidatesProse(blocks, sse);
    }

    @Override
    public void error(ApiError error, StringBuilder json) {
        GoogleErrors.write(error, json);
    }

    /** The Node SDK raises only for a line without a field name. */
    @Override
    public void errorEvent(ApiError error, StringBuilder event) {
        GoogleErrors.write(error, event);
    }
}
