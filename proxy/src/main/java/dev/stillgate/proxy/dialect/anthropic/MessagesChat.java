package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.dialect.request.PromptEstimate;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/** Prompt of the Anthropic Messages API. */
public final class MessagesChat extends JsonChat {
    private static final JsonName VERSION = new JsonName("anthropic_version");
    private static final JsonName MAX_TOKENS = new JsonName("max_tokens");
    private static final JsonName OUTPUT_CONFIG = new JsonName("output_config");
    private static final JsonName OUTPUT_FORMAT = new JsonName("output_format");
    private static final JsonName FORMAT = new JsonName("format");
    private static final JsonName THINKING = new JsonName("thinking");
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName ENABLED = new JsonName("enabled");
    private static final JsonName ADAPTIVE = new JsonName("adaptive");
    private static final JsonName SYSTEM = new JsonName("system");

    private static final JsonFields FIELDS = JsonFields.of(
            JsonFields.field("model", JsonFields.STRING),
            JsonFields.field("messages", JsonFields.ARRAY),
            JsonFields.field("system", JsonFields.STRING | JsonFields.ARRAY),
            JsonFields.whole("max_tokens"),
            JsonFields.field("stream", JsonFields.BOOLEAN),
            JsonFields.field("temperature", JsonFields.NUMBER),
            JsonFields.field("top_p", JsonFields.NUMBER),
            JsonFields.field("tools", JsonFields.ANY),
            JsonFields.field("thinking", JsonFields.ANY),
            JsonFields.field("output_config", JsonFields.ANY),
            JsonFields.field("output_format", JsonFields.ANY));

    MessagesChat(BodyParser parser) {
        super(parser);
    }

    /**
     * Takes the model from the path of a cloud's API.
     *
     * @throws MalformedBody if the body has no version of Messages, repeats what is in the path, or may be another
     *     maker's
     */
    public MessagesChat calledBy(CloudCall call) throws MalformedBody {
        boolean namesModel = call.model() != null; // a count of tokens does not, and needs no version
        if (namesModel && !tape.isText(field(VERSION))) { // bodies of other makers' models do not have it
            throw new MalformedBody("anthropic-version", "anthropic_version is missing", 0);
        }
        if (call.isProfile() && (messageCount() == 0 || maxTokens() < 0)) { // some makers ignore unknown keys
            throw new MalformedBody("not-messages", "messages or max_tokens is missing", 0);
        }
        if (namesModel && field(MODEL) != JsonTape.NONE) {
            throw new MalformedBody("model-twice", "the model is in the path, so the body must not name one", 0);
        }
        if (call.cloud() == CloudCall.Cloud.BEDROCK && field(STREAM) != JsonTape.NONE) {
            throw new MalformedBody("stream-twice", "the path says whether to stream, so the body must not", 0);
        }
        cloud = call;
        return this;
    }

    @Override
    public JsonFields fields() {
        return FIELDS;
    }

    @Override
    public Provider provider() {
        return Provider.ANTHROPIC;
    }

    @Override
    public boolean marksCache() {
        return estimate().marksCache();
    }

    @Override
    protected void read(PromptEstimate into) {
        into.read(tape, prompt, AnthropicWeights.ALL);
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
    public boolean structuredOutput() {
        return asksForJson(tape.find(field(OUTPUT_CONFIG), FORMAT)) || asksForJson(field(OUTPUT_FORMAT));
    }

    @Override
    public boolean thinking() {
        int type = tape.find(field(THINKING), TYPE);
        return tape.isString(type, ENABLED) || tape.isString(type, ADAPTIVE);
    }

    @Override
    public @Nullable CharSequence system() {
        return system(field(SYSTEM));
    }
}
