package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.dialect.request.PromptEstimate;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompt of the Gemini API, or the prompt whose tokens are counted. Its server accepts each key in two spellings ({@code
 * systemInstruction} and {@code system_instruction}), and one value in place of a list. A body that has both spellings of
 * a key is malformed, because the server could read the other one.
 */
public final class ContentsChat extends JsonChat {
    private static final Spellings MODEL_NAME = new Spellings("model", "model");
    private static final Spellings CONTENTS = new Spellings("contents", "contents");
    private static final Spellings SYSTEM = new Spellings("systemInstruction", "system_instruction");
    private static final Spellings CONFIG = new Spellings("generationConfig", "generation_config");
    private static final Spellings REQUEST = new Spellings("generateContentRequest", "generate_content_request");
    private static final Spellings MAX_TOKENS = new Spellings("maxOutputTokens", "max_output_tokens");
    private static final Spellings CANDIDATES = new Spellings("candidateCount", "candidate_count");
    private static final Spellings TEMPERATURE = new Spellings("temperature", "temperature");
    private static final Spellings TOP_P = new Spellings("topP", "top_p");
    private static final Spellings LOGPROBS = new Spellings("responseLogprobs", "response_logprobs");
    private static final Spellings MIME_TYPE = new Spellings("responseMimeType", "response_mime_type");
    private static final Spellings SCHEMA = new Spellings("responseSchema", "response_schema");
    private static final Spellings JSON_SCHEMA = new Spellings("responseJsonSchema", "response_json_schema");
    private static final Spellings THINKING = new Spellings("thinkingConfig", "thinking_config");
    private static final Spellings INCLUDE_THOUGHTS = new Spellings("includeThoughts", "include_thoughts");
    private static final Spellings BUDGET = new Spellings("thinkingBudget", "thinking_budget");
    private static final Spellings LEVEL = new Spellings("thinkingLevel", "thinking_level");
    private static final Spellings ROUTING = new Spellings("routingConfig", "routing_config");
    private static final Spellings FUNCTIONS = new Spellings("functionDeclarations", "function_declarations");
    private static final JsonName PARTS = new JsonName("parts");
    private static final JsonName TOOLS = new JsonName("tools");
    private static final JsonName NAME = new JsonName("name");
    private static final JsonName TEXT_TYPE = new JsonName("text/plain");

    /** The keys of a prompt that have two spellings. */
    private static final List<Spellings> OF_PROMPT = List.of(SYSTEM, CONFIG, REQUEST);

    /** The keys of a configuration that have two spellings. */
    private static final List<Spellings> OF_CONFIG =
            List.of(MAX_TOKENS, CANDIDATES, TOP_P, LOGPROBS, MIME_TYPE, SCHEMA, JSON_SCHEMA, THINKING, ROUTING);

    private static final JsonFields CONFIG_FIELDS = JsonFields.of(
            JsonFields.whole(MAX_TOKENS.camel()),
            JsonFields.whole(MAX_TOKENS.snake()),
            JsonFields.whole(CANDIDATES.camel()),
            JsonFields.whole(CANDIDATES.snake()),
            JsonFields.field(TEMPERATURE.camel(), JsonFields.NUMBER),
            JsonFields.field(TOP_P.camel(), JsonFields.NUMBER),
            JsonFields.field(TOP_P.snake(), JsonFields.NUMBER),
            JsonFields.field(LOGPROBS.camel(), JsonFields.BOOLEAN),
            JsonFields.field(LOGPROBS.snake(), JsonFields.BOOLEAN),
            JsonFields.field(MIME_TYPE.camel(), JsonFields.STRING),
            JsonFields.field(MIME_TYPE.snake(), JsonFields.STRING),
            JsonFields.field(ROUTING.camel(), JsonFields.OBJECT),
            JsonFields.field(ROUTING.snake(), JsonFields.OBJECT));

    private static final JsonFields PROMPT_FIELDS = JsonFields.of(
            JsonFields.field("contents", JsonFields.ARRAY | JsonFields.OBJECT),
            JsonFields.field(SYSTEM.camel(), JsonFields.OBJECT),
            JsonFields.field(SYSTEM.snake(), JsonFields.OBJECT),
            JsonFields.field("tools", JsonFields.ARRAY | JsonFields.OBJECT),
            JsonFields.onlyObject(CONFIG.camel(), CONFIG_FIELDS),
            JsonFields.onlyObject(CONFIG.snake(), CONFIG_FIELDS));

    private static final JsonFields FIELDS = PROMPT_FIELDS.with(
            JsonFields.onlyObject(REQUEST.camel(), PROMPT_FIELDS),
            JsonFields.onlyObject(REQUEST.snake(), PROMPT_FIELDS));

    private final ContentsReader contents = new ContentsReader();
    private final ContentsEstimate tokens = new ContentsEstimate();

    ContentsChat(BodyParser parser) {
        super(parser);
    }

    /**
     * Takes the model from the path.
     *
     * @param call what the path says; null in a log without it
     * @param counts whether the tokens of the prompt are counted, which may then be nested and name its model
     * @throws MalformedBody if the body names or selects a model and is not for a count, or has a key in both spellings
     */
    public ContentsChat calledBy(@Nullable CloudCall call, boolean counts) throws MalformedBody {
        if (!counts && MODEL_NAME.in(tape, prompt) != JsonTape.NONE) {
            throw new MalformedBody("model-twice", "the model is in the path, so the body must not name one", 0);
        }
        requireOneSpelling();
        int counted = counts ? REQUEST.in(tape, prompt) : JsonTape.NONE;
        if (counted != JsonTape.NONE && tape.kind(counted) == JsonTape.OBJECT) {
            at(tape, counted);
            requireOneSpelling();
        }
        if (!counts && isObject(config(ROUTING))) { // its model would be used in place of the one in the path
            throw new MalformedBody("model-twice", "the model is in the path, so the body must not route to one", 0);
        }
        cloud = call;
        return this;
    }

    private void requireOneSpelling() throws MalformedBody {
        Spellings.requireOne(tape, prompt, OF_PROMPT);
        Spellings.requireOne(tape, config(), OF_CONFIG);
    }

    private int config() {
        return CONFIG.in(tape, prompt);
    }

    private int config(Spellings name) {
        return name.in(tape, config());
    }

    @Override
    public JsonFields fields() {
        return FIELDS;
    }

    @Override
    public Provider provider() {
        return Provider.GOOGLE;
    }

    @Override
    public boolean streamUsage() {
        return stream();
    }

    @Override
    public long maxTokens() {
        return JsonNumbers.whole(tape, config(MAX_TOKENS));
    }

    @Override
    public long choices() {
        int count = config(CANDIDATES);
        return count == JsonTape.NONE || tape.kind(count) == JsonTape.NULL
                ? 1
                : Math.max(1, JsonNumbers.whole(tape, count));
    }

    @Override
    public double temperature() {
        return JsonNumbers.decimal(tape, config(TEMPERATURE));
    }

    @Override
    public double topP() {
        return JsonNumbers.decimal(tape, config(TOP_P));
    }

    @Override
    public boolean logprobs() {
        return isTrue(config(LOGPROBS));
    }

    @Override
    public boolean structuredOutput() {
        int type = config(MIME_TYPE);
        boolean named = tape.isText(type) && tape.stop(type) > tape.start(type); // an empty string is the default
        return (named && !tape.is(type, TEXT_TYPE)) || isObject(config(SCHEMA)) || isObject(config(JSON_SCHEMA));
    }

    private boolean isObject(int node) {
        return node != JsonTape.NONE && tape.kind(node) == JsonTape.OBJECT;
    }

    @Override
    public boolean thinking() {
        int thinking = config(THINKING);
        int budget = BUDGET.in(tape, thinking);
        double most = JsonNumbers.decimal(tape, budget);
        boolean budgeted = !Double.isNaN(most) && most != 0;
        return budgeted || isTrue(INCLUDE_THOUGHTS.in(tape, thinking)) || tape.isText(LEVEL.in(tape, thinking));
    }

    @Override
    public @Nullable CharSequence system() {
        return system(tape.find(SYSTEM.in(tape, prompt), PARTS));
    }

    @Override
    public List<String> toolNames() {
        List<String> names = new ArrayList<>();
        ContentsReader.each(tape, field(TOOLS), tool -> addNames(tool, names));
        return names;
    }

    /** Adds the names of the functions that a tool declares, and for a tool of the provider its key. */
    private void addNames(int tool, List<String> names) {
        if (tape.kind(tool) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(tool); key != tape.end(tool); key = tape.next(tape.value(key))) {
            if (FUNCTIONS.is(tape, key)) {
                ContentsReader.each(tape, tape.value(key), function -> {
                    String name = tape.stringOrNull(tape.find(function, NAME));
                    if (name != null) {
                        names.add(name);
                    }
                });
            } else {
                names.add(tape.string(key));
            }
        }
    }

    @Override
    public int messageCount() {
        return ContentsReader.count(tape, CONTENTS.in(tape, prompt));
    }

    @Override
    public void parts(int firstMessage, BodyView.PartVisitor visitor) {
        contents.visit(tape, CONTENTS.in(tape, prompt), firstMessage, visitor);
    }

    @Override
    protected void read(PromptEstimate into) {
        into.begin(tape, ContentsEstimate.WEIGHTS);
        tokens.read(tape, prompt, into);
    }
}
