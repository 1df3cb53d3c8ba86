package dev.stillgate.proxy.dialect.cohere;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.dialect.request.PromptEstimate;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/** Prompt of Cohere's Chat API. Its messages have the form of Chat Completions. */
final class CohereChat extends JsonChat {
    private static final JsonName MAX_TOKENS = new JsonName("max_tokens");
    private static final JsonName DOCUMENTS = new JsonName("documents");
    private static final JsonName RESPONSE_FORMAT = new JsonName("response_format");
    private static final JsonName LOGPROBS = new JsonName("logprobs");
    private static final JsonName THINKING = new JsonName("thinking");
    private static final JsonName DISABLED = new JsonName("disabled");
    private static final JsonName FUNCTION = new JsonName("function");
    private static final JsonName NAME = new JsonName("name");
    private static final JsonName P = new JsonName("p");

    private static final JsonFields FIELDS = JsonFields.of(
            JsonFields.field("model", JsonFields.STRING),
            JsonFields.field("messages", JsonFields.ARRAY),
            JsonFields.field("documents", JsonFields.ANY),
            JsonFields.whole("max_tokens"),
            JsonFields.field("stream", JsonFields.BOOLEAN),
            JsonFields.field("logprobs", JsonFields.BOOLEAN),
            JsonFields.field("temperature", JsonFields.NUMBER),
            JsonFields.field("p", JsonFields.NUMBER),
            JsonFields.field("tools", JsonFields.ANY),
            JsonFields.field("thinking", JsonFields.ANY),
            JsonFields.field("response_format", JsonFields.ANY));

    /** Thousandths of a token for a byte of a document. */
    private static final long UNITS_PER_BYTE = 250;

    CohereChat(BodyParser parser) {
        super(parser);
    }

    @Override
    public JsonFields fields() {
        return FIELDS;
    }

    @Override
    public Provider provider() {
        return Cohere.PROVIDER;
    }

    @Override
    protected void read(PromptEstimate into) {
        into.read(tape, prompt, TokenWeights.PUBLIC);
        int documents = field(DOCUMENTS);
        if (documents != JsonTape.NONE) {
            into.add(UNITS_PER_BYTE * (tape.stop(documents) - tape.start(documents)));
        }
    }

    @Override
    public boolean streamUsage() {
        return stream();
    }

    @Override
    public long maxTokens() {
        return whole(MAX_TOKENS);
    }

    @Override
    public boolean logprobs() {
        return isTrue(field(LOGPROBS));
    }

    @Override
    public boolean structuredOutput() {
        return asksForJson(field(RESPONSE_FORMAT));
    }

    /** The response cites documents by positions in its text. */
    @Override
    public boolean prediction() {
        int documents = array(field(DOCUMENTS));
        return documents != JsonTape.NONE && tape.size(documents) > 0;
    }

    @Override
    public boolean thinking() {
        int type = tape.find(field(THINKING), TYPE);
        return tape.isText(type) && !tape.isString(type, DISABLED);
    }

    @Override
    public double topP() {
        return JsonNumbers.decimal(tape, field(P));
    }

    @Override
    public @Nullable CharSequence system() {
        return system(JsonTape.NONE, field(MESSAGES));
    }

    @Override
    protected @Nullable String toolName(int tool) {
        String name = tape.stringOrNull(tape.find(tape.find(tool, FUNCTION), NAME));
        return name != null ? name : super.toolName(tool);
    }
}
