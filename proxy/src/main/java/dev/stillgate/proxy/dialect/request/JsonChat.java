package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonNumbers;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.JsonText;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.proxy.json.TextCache;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prompt read from a parsed document, field by field when asked. Holds what the dialects have in common. Allocates
 * nothing but the texts that are asked for and are kept as strings.
 */
abstract sealed class JsonChat implements BodyView.Chat permits MessagesChat, CompletionsChat, ResponsesChat {
    private static final JsonName MODEL = new JsonName("model");
    private static final JsonName STREAM = new JsonName("stream");
    private static final JsonName TEMPERATURE = new JsonName("temperature");
    private static final JsonName TOP_P = new JsonName("top_p");
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName TOOLS = new JsonName("tools");
    private static final JsonName NAME = new JsonName("name");
    private static final JsonName JSON_OBJECT = new JsonName("json_object");
    private static final JsonName JSON_SCHEMA = new JsonName("json_schema");
    private static final JsonName NO_EFFORT = new JsonName("none");

    final PartReader parts;
    private final JsonText systemText = new JsonText();
    private final NameCache models;
    private final TextCache systems;
    JsonTape tape;
    int prompt = JsonTape.NONE;
    private final PromptEstimate estimate;
    private boolean estimated;

    JsonChat(NameCache models, TextCache systems, JsonTape tape) {
        this.models = models;
        this.systems = systems;
        this.tape = tape;
        this.parts = new PartReader(tape);
        this.estimate = new PromptEstimate(tape);
    }

    /** Returns the keys that the gateway reads of a prompt. */
    abstract JsonFields fields();

    /** Sets this to the prompt whose object is {@code node}, which was {@linkplain #fields checked}. */
    JsonChat at(JsonTape document, int node) {
        tape = document;
        prompt = node;
        estimated = false;
        return this;
    }

    final int field(JsonName name) {
        return tape.find(prompt, name);
    }

    /** Returns the node of an array, or NONE. */
    final int array(int node) {
        return node != JsonTape.NONE && tape.kind(node) == JsonTape.ARRAY ? node : JsonTape.NONE;
    }

    final boolean isTrue(int node) {
        return node != JsonTape.NONE && tape.kind(node) == JsonTape.TRUE;
    }

    final long whole(JsonName name) {
        return JsonNumbers.whole(tape, field(name));
    }

    /** Returns whether an object's {@code type} asks for JSON. */
    final boolean asksForJson(int format) {
        int type = tape.find(format, TYPE);
        return tape.isString(type, JSON_SCHEMA) || tape.isString(type, JSON_OBJECT);
    }

    /** Returns whether a node is an effort other than none. */
    final boolean isEffort(int node) {
        return tape.isText(node) && !tape.is(node, NO_EFFORT);
    }

    /** Returns the name of a tool, by its own name or else, for those of the provider, by its type. */
    @Nullable
    String toolName(int tool) {
        String name = tape.stringOrNull(tape.find(tool, NAME));
        return name != null ? name : tape.stringOrNull(tape.find(tool, TYPE));
    }

    final void addToolNames(int tools, List<String> names) {
        if (array(tools) == JsonTape.NONE) {
            return;
        }
        for (int tool = tape.first(tools); tool != tape.end(tools); tool = tape.next(tool)) {
            String name = toolName(tool);
            if (name != null) {
                names.add(name);
            }
        }
    }

    /** Returns what a system prompt says that stands in one place, null when there is none. */
    final @Nullable CharSequence system(int content) {
        String known = systems.find(tape, content);
        if (known != null) {
            return known.isEmpty() ? null : known;
        }
        systemText.clear();
        addSystemText(content);
        systems.met(tape, content, systemText);
        return systemTextOrNull();
    }

    /** Adds to the system text the text of a string, or of the text parts of an array. */
    private void addSystemText(int content) {
        if (content == JsonTape.NONE) {
            return;
        }
        if (tape.kind(content) == JsonTape.STRING) {
            systemText.append(tape, content);
        } else if (tape.kind(content) == JsonTape.ARRAY) {
            for (int part = tape.first(content); part != tape.end(content); part = tape.next(part)) {
                int text = tape.kind(part) == JsonTape.STRING ? part : tape.find(part, PartReader.TEXT);
                if (tape.isText(text)) {
                    systemText.append(tape, text);
                }
            }
        }
    }

    /** Returns what instructions and the messages of the roles system and developer say, null when that is nothing. */
    final @Nullable CharSequence system(int instructions, int messages) {
        int first = array(messages) == JsonTape.NONE ? JsonTape.NONE : nextSystem(messages, tape.first(messages));
        if (first == JsonTape.NONE) {
            return system(instructions);
        }
        int second = nextSystem(messages, tape.next(first));
        if (instructions == JsonTape.NONE && second == JsonTape.NONE) {
            return system(tape.find(first, PartReader.CONTENT));
        }
        systemText.clear();
        addSystemText(instructions);
        for (int message = first; message != JsonTape.NONE; message = nextSystem(messages, tape.next(message))) {
            addSystemText(tape.find(message, PartReader.CONTENT));
        }
        return systemTextOrNull();
    }

    /** Returns the first message from one on whose role is system or developer, or NONE. */
    private int nextSystem(int messages, int from) {
        for (int message = from; message != tape.end(messages); message = tape.next(message)) {
            String role = parts.role(tape, message);
            if (role.equals("system") || role.equals("developer")) {
                return message;
            }
        }
        return JsonTape.NONE;
    }

    private @Nullable CharSequence systemTextOrNull() {
        return systemText.length() == 0 ? null : systemText;
    }

    @Override
    public boolean background() {
        return false; // but in the Responses API
    }

    @Override
    public @Nullable String previousResponse() {
        return null;
    }

    @Override
    public final @Nullable String model() {
        return models.name(tape, field(MODEL));
    }

    @Override
    public final boolean stream() {
        return isTrue(field(STREAM));
    }

    @Override
    public final double temperature() {
        return JsonNumbers.decimal(tape, field(TEMPERATURE));
    }

    @Override
    public final double topP() {
        return JsonNumbers.decimal(tape, field(TOP_P));
    }

    @Override
    public List<String> toolNames() {
        int tools = field(TOOLS);
        if (tools == JsonTape.NONE) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        addToolNames(tools, names);
        return names;
    }

    @Override
    public final long inputTokens() {
        return estimate().tokens(model());
    }

    @Override
    public final boolean marksCache() {
        return provider() == Provider.ANTHROPIC && estimate().marksCache();
    }

    /** Returns the estimate of this prompt, which is made once. */
    private PromptEstimate estimate() {
        if (!estimated) {
            TokenWeights weights = provider() == Provider.ANTHROPIC ? TokenWeights.ANTHROPIC : TokenWeights.OPENAI;
            estimate.read(tape, prompt, weights);
            estimated = true;
        }
        return estimate;
    }

    @Override
    public final int bytes() {
        return tape.stop(prompt) - tape.start(prompt);
    }
}
