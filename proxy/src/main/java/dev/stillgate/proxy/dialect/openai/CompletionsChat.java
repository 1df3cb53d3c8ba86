package dev.stillgate.proxy.dialect.openai;

import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prompt of the OpenAI Chat Completions API. */
public final class CompletionsChat extends JsonChat {
    private static final JsonName MAX_COMPLETION_TOKENS = new JsonName("max_completion_tokens");
    private static final JsonName MAX_TOKENS = new JsonName("max_tokens");
    private static final JsonName N = new JsonName("n");
    private static final JsonName LOGPROBS = new JsonName("logprobs");
    private static final JsonName TOP_LOGPROBS = new JsonName("top_logprobs");
    private static final JsonName RESPONSE_FORMAT = new JsonName("response_format");
    private static final JsonName PREDICTION = new JsonName("prediction");
    private static final JsonName REASONING_EFFORT = new JsonName("reasoning_effort");
    private static final JsonName STREAM_OPTIONS = new JsonName("stream_options");
    private static final JsonName INCLUDE_USAGE = new JsonName("include_usage");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] OPTION = ascii("\"include_usage\":true");
    private static final byte[] WITH_OPTION = ascii("\"include_usage\":true,");
    private static final byte[] OPTIONS = ascii("{\"include_usage\":true}");
    private static final byte[] WITH_OPTIONS = ascii("\"stream_options\":{\"include_usage\":true},");
    private static final JsonName FUNCTIONS = new JsonName("functions");
    private static final JsonName FUNCTION = new JsonName("function");
    private static final JsonName CUSTOM = new JsonName("custom");
    private static final JsonName NAME = new JsonName("name");

    private static final JsonFields FIELDS = JsonFields.of(
            JsonFields.field("model", JsonFields.STRING),
            JsonFields.field("messages", JsonFields.ARRAY),
            JsonFields.whole("max_tokens"),
            JsonFields.whole("max_completion_tokens"),
            JsonFields.whole("n"),
            JsonFields.field("stream", JsonFields.BOOLEAN),
            JsonFields.object("stream_options", JsonFields.of(JsonFields.field("include_usage", JsonFields.BOOLEAN))),
            JsonFields.field("logprobs", JsonFields.BOOLEAN),
            JsonFields.whole("top_logprobs"),
            JsonFields.field("temperature", JsonFields.NUMBER),
            JsonFields.field("top_p", JsonFields.NUMBER),
            JsonFields.field("tools", JsonFields.ANY),
            JsonFields.field("functions", JsonFields.ANY),
            JsonFields.field("response_format", JsonFields.ANY),
            JsonFields.field("prediction", JsonFields.ANY),
            JsonFields.field("reasoning_effort", JsonFields.ANY));

    CompletionsChat(BodyParser parser) {
        super(parser);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
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
        return isTrue(tape.find(field(STREAM_OPTIONS), INCLUDE_USAGE));
    }

    @Override
    public @Nullable BodyEdit usageEdit() {
        if (!stream() || streamUsage()) {
            return null;
        }
        int options = field(STREAM_OPTIONS);
        if (options == JsonTape.NONE) {
            int at = tape.start(prompt) + 1;
            return new BodyEdit(at, at, WITH_OPTIONS);
        }
        if (tape.kind(options) == JsonTape.NULL) {
            return replaced(options, OPTIONS);
        }
        if (tape.kind(options) != JsonTape.OBJECT) {
            return null; // invalid; the upstream rejects it
        }
        int include = tape.find(options, INCLUDE_USAGE);
        if (include != JsonTape.NONE) {
            boolean declines = tape.kind(include) == JsonTape.FALSE || tape.kind(include) == JsonTape.NULL;
            return declines ? replaced(include, TRUE) : null;
        }
        int at = tape.start(options) + 1;
        return new BodyEdit(at, at, tape.size(options) == 0 ? OPTION : WITH_OPTION);
    }

    private BodyEdit replaced(int value, byte[] text) {
        return new BodyEdit(tape.start(value), tape.stop(value), text);
    }

    @Override
    public long maxTokens() {
        long tokens = whole(MAX_COMPLETION_TOKENS);
        return tokens != ABSENT ? tokens : whole(MAX_TOKENS);
    }

    @Override
    public long choices() {
        int n = field(N);
        return n == JsonTape.NONE || tape.kind(n) == JsonTape.NULL ? 1 : JsonNumbers.whole(tape, n);
    }

    @Override
    public boolean logprobs() {
        return isTrue(field(LOGPROBS)) || whole(TOP_LOGPROBS) > 0;
    }

    @Override
    public boolean structuredOutput() {
        return asksForJson(field(RESPONSE_FORMAT));
    }

    @Override
    public boolean prediction() {
        int prediction = field(PREDICTION);
        return prediction != JsonTape.NONE && tape.kind(prediction) != JsonTape.NULL;
    }

    @Override
    public boolean thinking() {
        return isEffort(field(REASONING_EFFORT));
    }

    @Override
    public @Nullable CharSequence system() {
        return system(JsonTape.NONE, field(MESSAGES));
    }

    @Override
    public @Nullable String toolName(int tool) {
        String name = tape.stringOrNull(tape.find(tape.find(tool, FUNCTION), NAME));
        if (name == null) {
            name = tape.stringOrNull(tape.find(tape.find(tool, CUSTOM), NAME));
        }
        return name != null ? name : super.toolName(tool);
    }

    @Override
    public List<String> toolNames() {
        int functions = field(FUNCTIONS);
        if (functions == JsonTape.NONE) {
            return super.toolNames();
        }
        List<String> names = new ArrayList<>(super.toolNames());
        addToolNames(functions, names);
        return names;
    }
}
