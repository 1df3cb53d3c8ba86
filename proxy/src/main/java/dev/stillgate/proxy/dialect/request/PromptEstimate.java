package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.dialect.tokens.TextTokens;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.NameTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Input token estimate for a prompt, in one pass over system prompt, messages, tools and output format. One pass serves
 * all dialects but the Gemini API, because their field names do not clash. Text is counted by {@link TextTokens}, structure at a flat cost
 * per element that includes ids, roles and types. Media content is never counted as text. Also detects cache markers.
 * Not thread-safe.
 */
public final class PromptEstimate {
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName ROLE = new JsonName("role");
    private static final JsonName FORMAT = new JsonName("format");
    private static final JsonName SOURCE = new JsonName("source");
    private static final JsonName DETAIL = new JsonName("detail");
    private static final JsonName LOW = new JsonName("low");
    private static final JsonName ENABLED = new JsonName("enabled");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName TOOL_ROLE = new JsonName("tool");
    private static final JsonName IMAGE_URL = new JsonName("image_url");
    private static final byte[] TOOL_SEARCH = "tool_search".getBytes(StandardCharsets.US_ASCII);
    private static final long SMALL_IMAGE = 85_000;

    /** Meaning of the value of a known key. */
    private enum Field {
        MESSAGES,
        SYSTEM,
        TOOLS,
        FORMAT,
        FORMAT_PARENT,
        THINKING,
        SKIPPED,
        CACHE,
        SEALED,
        JSON,
        FUNCTION
    }

    /** Kind of block with a cost besides its text. */
    private enum Block {
        IMAGE,
        AUDIO,
        FILE,
        DOCUMENT,
        CALL,
        RESULT
    }

    private static final NameTable<Field> ROOTS = new NameTable<Field>()
            .put(Field.MESSAGES, "messages", "input")
            .put(Field.SYSTEM, "system", "instructions")
            .put(Field.TOOLS, "tools", "functions")
            .put(Field.FORMAT, "response_format", "output_format")
            .put(Field.FORMAT_PARENT, "text", "output_config")
            .put(Field.THINKING, "thinking")
            .put(Field.CACHE, "cache_control");
    private static final NameTable<Field> PARTS = new NameTable<Field>()
            .put(Field.CACHE, "cache_control")
            .put(Field.SEALED, "encrypted_content")
            .put(Field.JSON, "input", "arguments", "action", "operation")
            .put(Field.SKIPPED, "type", "role", "id", "tool_use_id", "tool_call_id", "call_id", "status", "phase")
            .put(Field.SKIPPED, "signature", "annotations", "logprobs", "citations", "media_type", "encrypted_index")
            .put(Field.SKIPPED, "file_id", "file_data", "file_url", "image_url", "filename", "detail", "is_error")
            .put(Field.SKIPPED, "caller", "container_id", "prompt_cache_breakpoint");
    private static final NameTable<Field> TOOL_FIELDS = new NameTable<Field>()
            .put(Field.CACHE, "cache_control")
            .put(Field.JSON, "parameters", "input_schema", FORMAT.text)
            .put(Field.FUNCTION, "function", "custom")
            .put(Field.SKIPPED, "type", "strict", "defer_loading", "eager_input_streaming", "allowed_callers");
    private static final NameTable<Block> BLOCKS = new NameTable<Block>()
            .put(Block.IMAGE, "image", "image_url", "input_image", "computer_screenshot", "image_generation_call")
            .put(Block.AUDIO, "input_audio", "audio")
            .put(Block.FILE, "input_file", "file", "container_upload")
            .put(Block.DOCUMENT, "document")
            .put(Block.CALL, "tool_use", "server_tool_use", "mcp_tool_use", "function")
            .put(Block.CALL, "function_call", "custom_tool_call", "mcp_call")
            .put(Block.RESULT, "tool_result", "mcp_tool_result", "function_call_output", "custom_tool_call_output");
    private static final NameTable<Boolean> CLIENT_TOOLS = new NameTable<Boolean>().put(true, "function", "custom");

    private final TextTokens text = new TextTokens();
    private TokenWeights.Structure costs = TokenWeights.PUBLIC.structure;
    private JsonTape tape;
    private boolean cache;

    public PromptEstimate(JsonTape tape) {
        this.tape = tape;
    }

    /** Begins the estimate of a prompt. */
    public void begin(JsonTape document, TokenWeights weights) {
        tape = document;
        costs = weights.structure;
        cache = false;
        text.reset(weights);
        text.addUnits(costs.prompt());
    }

    /** Adds the cost of structure, in thousandths of a token. */
    public void add(long units) {
        text.addUnits(units);
    }

    /** Estimates a prompt. */
    public void read(JsonTape document, int prompt, TokenWeights weights) {
        begin(document, weights);
        if (tape.kind(prompt) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(prompt); key != tape.end(prompt); key = tape.next(tape.value(key))) {
            Field field = ROOTS.find(tape, key);
            if (field != null) {
                root(field, tape.value(key));
            }
        }
    }

    /** Returns the estimate in tokens of a model's tokenizer, at least 1. */
    public long tokens(@Nullable String model) {
        return Math.max(1, text.tokens(model));
    }

    /** Returns whether the prompt has cache markers ({@code cache_control}). */
    public boolean marksCache() {
        return cache;
    }

    private void root(Field field, int value) {
        switch (field) {
            case MESSAGES -> messages(value);
            case SYSTEM -> {
                text.addUnits(costs.message());
                part(value);
            }
            case TOOLS -> tools(value);
            case FORMAT -> format(value);
            case FORMAT_PARENT -> format(tape.find(value, FORMAT));
            case THINKING -> {
                if (tape.isString(tape.find(value, TYPE), ENABLED)) {
                    text.addUnits(costs.thinking());
                }
            }
            default -> cacheMarker(value);
        }
    }

    private void cacheMarker(int value) {
        cache |= tape.kind(value) != JsonTape.NULL;
    }

    private void messages(int node) {
        if (tape.kind(node) != JsonTape.ARRAY) {
            text.addUnits(costs.message());
            part(node);
            return;
        }
        for (int message = tape.first(node); message != tape.end(node); message = tape.next(message)) {
            text.addUnits(costs.message());
            if (tape.isString(tape.find(message, ROLE), TOOL_ROLE)) {
                text.addUnits(costs.result());
            }
            part(message);
        }
    }

    /** Counts a message, a block, a string, or an array of these. */
    private void part(int node) {
        switch (tape.kind(node)) {
            case JsonTape.STRING -> string(node);
            case JsonTape.ARRAY -> {
                for (int element = tape.first(node); element != tape.end(node); element = tape.next(element)) {
                    part(element);
                }
            }
            case JsonTape.OBJECT -> object(node);
            default -> {}
        }
    }

    private void object(int node) {
        int type = tape.find(node, TYPE);
        Block block = tape.isText(type) ? BLOCKS.find(tape, type) : null;
        boolean media = block != null && cost(block, node);
        for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
            int value = tape.value(key);
            Field field = PARTS.find(tape, key);
            if (field == Field.CACHE) {
                cacheMarker(value);
            } else if (!media) {
                field(field, value);
            }
        }
    }

    private void field(@Nullable Field field, int value) {
        if (field == null) {
            part(value);
        } else if (field == Field.JSON) {
            if (tape.kind(value) == JsonTape.STRING) {
                string(value);
            } else {
                json(value);
            }
        } else if (field == Field.SEALED && tape.kind(value) == JsonTape.STRING) {
            text.addUnits(costs.sealed() * (tape.stop(value) - tape.start(value)));
        }
    }

    /** Adds the flat cost of a block; returns whether it is media, whose content is not counted. */
    private boolean cost(Block block, int node) {
        switch (block) {
            case IMAGE -> {
                boolean low = tape.isString(tape.find(node, DETAIL), LOW)
                        || tape.isString(tape.find(tape.find(node, IMAGE_URL), DETAIL), LOW);
                text.addUnits(low ? SMALL_IMAGE : costs.image());
                return true;
            }
            case AUDIO -> {
                text.addUnits(costs.audio());
                return true;
            }
            case FILE -> {
                text.addUnits(costs.file());
                return true;
            }
            case DOCUMENT -> {
                int type = tape.find(tape.find(node, SOURCE), TYPE);
                if (tape.isString(type, TEXT) || tape.isString(type, PartReader.CONTENT)) {
                    return false;
                }
                text.addUnits(costs.file());
                return true;
            }
            case CALL -> text.addUnits(costs.call());
            case RESULT -> text.addUnits(costs.result());
        }
        return false;
    }

    private void tools(int node) {
        if (tape.kind(node) != JsonTape.ARRAY || tape.size(node) == 0) {
            return;
        }
        text.addUnits(costs.tools());
        for (int tool = tape.first(node); tool != tape.end(node); tool = tape.next(tool)) {
            int type = tape.find(tool, TYPE);
            boolean hosted = tape.isText(type) && CLIENT_TOOLS.find(tape, type) == null && !searchesTools(type);
            text.addUnits(hosted ? costs.hosted() : costs.tool());
            tool(tool);
        }
    }

    private boolean searchesTools(int type) {
        int start = tape.start(type);
        int end = Math.min(tape.stop(type), start + TOOL_SEARCH.length);
        return Arrays.equals(tape.bytes(), start, end, TOOL_SEARCH, 0, TOOL_SEARCH.length);
    }

    private void tool(int node) {
        if (tape.kind(node) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
            int value = tape.value(key);
            Field field = TOOL_FIELDS.find(tape, key);
            if (field == Field.CACHE) {
                cacheMarker(value);
            } else if (field == Field.JSON) {
                json(value);
            } else if (field == Field.FUNCTION && tape.kind(value) == JsonTape.OBJECT) {
                tool(value);
            } else if (field == null) {
                part(value);
            }
        }
    }

    private void format(int node) {
        if (node != JsonTape.NONE && tape.kind(node) == JsonTape.OBJECT && tape.size(node) > 1) {
            text.addUnits(costs.format());
            json(node);
        }
    }

    /**
     * Counts a schema or arguments: keys, strings, numbers and literals as text, without white space and punctuation.
     */
    public void json(int node) {
        text.addUnits(costs.node());
        switch (tape.kind(node)) {
            case JsonTape.OBJECT -> {
                for (int key = tape.first(node); key != tape.end(node); key = tape.next(tape.value(key))) {
                    text.addUnits(costs.node());
                    string(key);
                    json(tape.value(key));
                }
            }
            case JsonTape.ARRAY -> {
                for (int element = tape.first(node); element != tape.end(node); element = tape.next(element)) {
                    json(element);
                }
            }
            default -> string(node);
        }
    }

    /** Counts the text of a string, or the characters of another value. */
    public void string(int node) {
        text.begin();
        text.add(tape.bytes(), tape.start(node), tape.stop(node));
    }
}
