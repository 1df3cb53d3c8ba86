package dev.stillgate.proxy.dialect.responses;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/** Prompt of the OpenAI Responses API. Streams of this API always report their usage. */
public final class ResponsesChat extends JsonChat {
    private static final JsonName MAX_OUTPUT_TOKENS = new JsonName("max_output_tokens");
    private static final JsonName TOP_LOGPROBS = new JsonName("top_logprobs");
    private static final JsonName INCLUDE = new JsonName("include");
    private static final JsonName INCLUDE_LOGPROBS = new JsonName("message.output_text.logprobs");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName FORMAT = new JsonName("format");
    private static final JsonName REASONING = new JsonName("reasoning");
    private static final JsonName EFFORT = new JsonName("effort");
    private static final JsonName SUMMARY = new JsonName("summary");
    private static final JsonName GENERATE = new JsonName("generate");
    private static final JsonName BACKGROUND = new JsonName("background");
    private static final JsonName PREVIOUS = new JsonName("previous_response_id");
    private static final JsonName INSTRUCTIONS = new JsonName("instructions");
    private static final JsonName INPUT = new JsonName("input");
    private static final JsonName ROLE = new JsonName("role");
    private static final JsonName REFERENCE = new JsonName("item_reference");

    private static final JsonFields FIELDS = JsonFields.of(
            JsonFields.field("model", JsonFields.STRING),
            JsonFields.field("input", JsonFields.STRING | JsonFields.ARRAY),
            JsonFields.field("instructions", JsonFields.STRING | JsonFields.ARRAY),
            JsonFields.whole("max_output_tokens"),
            JsonFields.field("stream", JsonFields.BOOLEAN),
            JsonFields.field("background", JsonFields.BOOLEAN),
            JsonFields.field("previous_response_id", JsonFields.STRING),
            JsonFields.whole("top_logprobs"),
            JsonFields.field("temperature", JsonFields.NUMBER),
            JsonFields.field("top_p", JsonFields.NUMBER),
            JsonFields.field("tools", JsonFields.ANY),
            JsonFields.field("include", JsonFields.ANY),
            JsonFields.field("text", JsonFields.ANY),
            JsonFields.field("reasoning", JsonFields.ANY));

    public ResponsesChat(BodyParser parser) {
        super(parser);
    }

    @Override
    public JsonFields fields() {
        return FIELDS;
    }

    @Override
    public Provider provider() {
        return Provider.OPENAI;
    }

    @Override
    public boolean streamUsage() {
        return stream();
    }

    @Override
    public long maxTokens() {
        return whole(MAX_OUTPUT_TOKENS);
    }

    @Override
    public boolean logprobs() {
        if (whole(TOP_LOGPROBS) > 0) {
            return true;
        }
        int include = array(field(INCLUDE));
        if (include == JsonTape.NONE) {
            return false;
        }
        for (int item = tape.first(include); item != tape.end(include); item = tape.next(item)) {
            if (tape.isString(item, INCLUDE_LOGPROBS)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean structuredOutput() {
        return asksForJson(tape.find(field(TEXT), FORMAT));
    }

    @Override
    public boolean thinking() {
        int reasoning = field(REASONING);
        return isEffort(tape.find(reasoning, EFFORT)) || isEffort(tape.find(reasoning, SUMMARY));
    }

    @Override
    public boolean background() {
        return isTrue(field(BACKGROUND));
    }

    @Override
    public boolean generates() {
        int generate = field(GENERATE);
        return generate == JsonTape.NONE || tape.kind(generate) != JsonTape.FALSE;
    }

    @Override
    public @Nullable String previousResponse() {
        return tape.stringOrNull(field(PREVIOUS));
    }

    @Override
    public boolean needsStored() {
        return super.needsStored() || refersToItems(array(field(INPUT)));
    }

    /** Returns whether the input names an item of an earlier response instead of repeating it. */
    private boolean refersToItems(int input) {
        if (input == JsonTape.NONE) {
            return false;
        }
        for (int item = tape.first(input); item != tape.end(input); item = tape.next(item)) {
            if (tape.kind(item) == JsonTape.OBJECT && isReference(item)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether an item is a reference, which may leave out its type; so may a message, which has a role. */
    private boolean isReference(int item) {
        int type = tape.find(item, TYPE);
        boolean untyped = type == JsonTape.NONE || tape.kind(type) == JsonTape.NULL;
        return untyped ? tape.find(item, ROLE) == JsonTape.NONE : tape.isString(type, REFERENCE);
    }

    @Override
    public @Nullable CharSequence system() {
        return system(field(INSTRUCTIONS), field(INPUT));
    }

    @Override
    public int messageCount() {
        int input = field(INPUT);
        if (input == JsonTape.NONE) {
            return 0;
        }
        return switch (tape.kind(input)) {
            case JsonTape.STRING -> 1;
            case JsonTape.ARRAY -> tape.size(input);
            default -> 0;
        };
    }

    @Override
    public void parts(int firstMessage, BodyView.PartVisitor visitor) {
        int input = field(INPUT);
        if (input != JsonTape.NONE) {
            parts.input(tape, input, firstMessage, visitor);
        }
    }
}
