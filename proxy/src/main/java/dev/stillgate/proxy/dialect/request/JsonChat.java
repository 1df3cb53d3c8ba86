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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lazy view of a prompt in a parsed document, with the parts that all dialects share. A field is read when its getter
 * is called. Allocates only strings for requested texts. Not thread-safe.
 */
public abstract class JsonChat implements BodyView.Chat {
    protected static final JsonName MODEL = new JsonName("model");
    protected static final JsonName STREAM = new JsonName("stream");
    protected static final JsonName MESSAGES = new JsonName("messages");
    private static final JsonName TEMPERATURE = new JsonName("temperature");
    private static final JsonName TOP_P = new JsonName("top_p");
    protected static final JsonName TYPE = new JsonName("type");
    private static final JsonName TOOLS = new JsonName("tools");
    private static final JsonName NAME = new JsonName("name");
    private static final JsonName JSON_OBJECT = new JsonName("json_object");
    private static final JsonName JSON_SCHEMA = new JsonName("json_schema");
    private static final JsonName NO_EFFORT = new JsonName("none");

    /** The keys of what only an upstream keeps. */
    private static final List<JsonName> STORED = Stream.of(
                    "previous_response_id", "conversation", "prompt", "container", "cachedContent", "cached_content")
            .map(JsonName::new)
            .toList();

    /** The keys that name a person or a session, and the one below {@code metadata}. */
    private static final List<JsonName> PEOPLE =
            Stream.of("safety_identifier", "user").map(JsonName::new).toList();

    private static final JsonName METADATA = new JsonName("metadata");
    private static final JsonName USER_ID = new JsonName("user_id");
    private static final JsonName SESSION = new JsonName("prompt_cache_key");

    protected final PartReader parts;
    private final JsonText systemText = new JsonText();
    private final NameCache models;
    private final TextCache systems;
    protected JsonTape tape;
    protected int prompt = JsonTape.NONE;

    /** The call of a cloud's API; null for the provider's own. */
    protected @Nullable CloudCall cloud;

    private final PromptEstimate estimate;
    private boolean estimated;

    protected JsonChat(BodyParser parser) {
        this.models = parser.models;
        this.systems = parser.systems;
        this.tape = parser.tape;
        this.parts = new PartReader(tape);
        this.estimate = new PromptEstimate(tape);
    }

    /** Returns the type check for the keys of a prompt that the gateway reads. */
    public abstract JsonFields fields();

    /** Sets this to the prompt at {@code node}, an object that passed the {@linkplain #fields type check}. */
    public JsonChat at(JsonTape document, int node) {
        tape = document;
        prompt = node;
        cloud = null;
        estimated = false;
        return this;
    }

    protected final int field(JsonName name) {
        return tape.find(prompt, name);
    }

    /** Returns the node if it is an array, else {@link JsonTape#NONE}. */
    protected final int array(int node) {
        return node != JsonTape.NONE && tape.kind(node) == JsonTape.ARRAY ? node : JsonTape.NONE;
    }

    protected final boolean isTrue(int node) {
        return node != JsonTape.NONE && tape.kind(node) == JsonTape.TRUE;
    }

    protected final long whole(JsonName name) {
        return JsonNumbers.whole(tape, field(name));
    }

    /** Returns whether the {@code type} of an output format requests JSON. */
    protected final boolean asksForJson(int format) {
        int type = tape.find(format, TYPE);
        return tape.isString(type, JSON_SCHEMA) || tape.isString(type, JSON_OBJECT);
    }

    /** Returns whether a node is a reasoning effort other than "none". */
    protected final boolean isEffort(int node) {
        return tape.isText(node) && !tape.is(node, NO_EFFORT);
    }

    /** Returns the name of a tool; for a provider-hosted tool without a name, its type. */
    protected @Nullable String toolName(int tool) {
        String name = tape.stringOrNull(tape.find(tool, NAME));
        return name != null ? name : tape.stringOrNull(tape.find(tool, TYPE));
    }

    protected final void addToolNames(int tools, List<String> names) {
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

    /** Returns the text of a system prompt in one field, or null if it is empty or absent. */
    protected final @Nullable CharSequence system(int content) {
        String cached = systems.find(tape, content);
        if (cached != null) {
            return cached.isEmpty() ? null : cached;
        }
        systemText.clear();
        addSystemText(content);
        systems.missed(tape, content, systemText);
        return systemTextOrNull();
    }

    /** Appends the text of a string, of a text part, or of the text parts of an array, to the system prompt. */
    private void addSystemText(int content) {
        if (content == JsonTape.NONE) {
            return;
        }
        if (tape.kind(content) == JsonTape.STRING) {
            systemText.append(tape, content);
        } else if (tape.kind(content) == JsonTape.OBJECT) {
            int text = tape.find(content, PartReader.TEXT);
            if (tape.isText(text)) {
                systemText.append(tape, text);
            }
        } else if (tape.kind(content) == JsonTape.ARRAY) {
            for (int part = tape.first(content); part != tape.end(content); part = tape.next(part)) {
                int text = tape.kind(part) == JsonTape.STRING ? part : tape.find(part, PartReader.TEXT);
                if (tape.isText(text)) {
                    systemText.append(tape, text);
                }
            }
        }
    }

    /** Returns the text of the instructions and of all messages with role system or developer; null if empty. */
    protected final @Nullable CharSequence system(int instructions, int messages) {
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

    /** Returns the next message, starting with {@code from}, whose role is system or developer; else NONE. */
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
        return false; // only the Responses API has it
    }

    @Override
    public @Nullable String previousResponse() {
        return null;
    }

    @Override
    public boolean needsStored() {
        for (JsonName name : STORED) {
            int node = field(name);
            if (node != JsonTape.NONE && tape.kind(node) != JsonTape.NULL) {
                return true;
            }
        }
        return false;
    }

    @Override
    public final @Nullable String model() {
        String inPath = cloud == null ? null : cloud.model();
        return inPath == null ? models.name(tape, field(MODEL)) : inPath;
    }

    @Override
    public final @Nullable String bareModel() {
        return cloud == null || cloud.model() == null ? model() : cloud.bareModel();
    }

    @Override
    public final boolean stream() {
        return (cloud != null && cloud.stream()) || isTrue(field(STREAM));
    }

    @Override
    public final @Nullable String person() {
        String person = endUser();
        return person != null ? person : tape.stringOrNull(field(SESSION));
    }

    @Override
    public final @Nullable String endUser() {
        for (JsonName name : PEOPLE) {
            String person = tape.stringOrNull(field(name));
            if (person != null) {
                return person;
            }
        }
        return tape.stringOrNull(tape.find(field(METADATA), USER_ID));
    }

    @Override
    public long choices() {
        return 1;
    }

    @Override
    public boolean logprobs() {
        return false;
    }

    @Override
    public int messageCount() {
        int messages = array(field(MESSAGES));
        return messages == JsonTape.NONE ? 0 : tape.size(messages);
    }

    @Override
    public void parts(int firstMessage, BodyView.PartVisitor visitor) {
        int messages = array(field(MESSAGES));
        if (messages != JsonTape.NONE) {
            parts.messages(tape, messages, firstMessage, visitor);
        }
    }

    @Override
    public double temperature() {
        return JsonNumbers.decimal(tape, field(TEMPERATURE));
    }

    @Override
    public double topP() {
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
    public boolean marksCache() {
        return false;
    }

    /** Returns the edit by which the prompt asks for usage in its stream; null if it needs none. */
    public @Nullable BodyEdit usageEdit() {
        return null;
    }

    /** Returns the estimate for this prompt, computed on first use. */
    protected final PromptEstimate estimate() {
        if (!estimated) {
            read(estimate);
            estimated = true;
        }
        return estimate;
    }

    /** Estimates the tokens of this prompt. */
    protected void read(PromptEstimate into) {
        into.read(tape, prompt, TokenWeights.PUBLIC);
    }

    @Override
    public final int bytes() {
        return tape.stop(prompt) - tape.start(prompt);
    }
}
