package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.NameCache;
import dev.stillgate.spi.BodyView.PartKind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parser of one content block or input item, by its {@code type}. Not thread-safe. */
final class BlockReader {
    private static final JsonName TYPE = new JsonName("type");
    private static final JsonName ID = new JsonName("id");
    private static final JsonName CALL_ID = new JsonName("call_id");
    private static final JsonName TOOL_USE_ID = new JsonName("tool_use_id");
    private static final JsonName REFUSAL = new JsonName("refusal");
    private static final JsonName THINKING = new JsonName("thinking");
    private static final JsonName SIGNATURE = new JsonName("signature");
    private static final JsonName DATA = new JsonName("data");
    private static final JsonName INPUT = new JsonName("input");
    private static final JsonName OUTPUT = new JsonName("output");
    private static final JsonName ARGUMENTS = new JsonName("arguments");
    private static final JsonName CODE = new JsonName("code");
    private static final JsonName ACTION = new JsonName("action");
    private static final JsonName OPERATION = new JsonName("operation");
    private static final JsonName QUERIES = new JsonName("queries");
    private static final JsonName SUMMARY = new JsonName("summary");
    private static final JsonName ENCRYPTED = new JsonName("encrypted_content");
    private static final JsonName SOURCE = new JsonName("source");
    private static final JsonName TITLE = new JsonName("title");
    private static final JsonName CONTEXT = new JsonName("context");
    private static final JsonName TYPE_TEXT = new JsonName("text");
    private static final JsonName TYPE_CONTENT = new JsonName("content");
    private static final JsonName[] CALL_FIELDS = {ARGUMENTS, INPUT, CODE, ACTION, OPERATION, QUERIES};
    private static final String RESULT_SUFFIX = "tool_result";
    private static final String OUTPUT_SUFFIX = "call_output";
    private static final String CALL_SUFFIX = "_call";
    private static final Map<String, Shape> SHAPES = shapes();

    private final PartReader parts;
    private final NameCache types = new NameCache();

    BlockReader(PartReader parts) {
        this.parts = parts;
    }

    /** Structure of the blocks of a type. */
    private enum Shape {
        TEXT,
        REFUSAL,
        THINKING_TEXT,
        THINKING,
        REDACTED,
        TOOL_USE,
        TOOL_RESULT,
        MEDIA,
        DOCUMENT,
        SEARCH_RESULT,
        REASONING,
        CALL,
        CALL_OUTPUT,
        REFERENCE,
        OTHER
    }

    private static Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new HashMap<>();
        put(shapes, Shape.TEXT, "text", "input_text", "output_text");
        put(shapes, Shape.REFUSAL, "refusal");
        put(shapes, Shape.THINKING_TEXT, "summary_text", "reasoning_text");
        put(shapes, Shape.THINKING, "thinking");
        put(shapes, Shape.REDACTED, "redacted_thinking");
        put(shapes, Shape.TOOL_USE, "tool_use", "server_tool_use", "mcp_tool_use");
        put(shapes, Shape.MEDIA, "image", "image_url", "input_image", "input_audio", "input_file", "file");
        put(shapes, Shape.MEDIA, "computer_screenshot", "container_upload", "image_generation_call");
        put(shapes, Shape.DOCUMENT, "document");
        put(shapes, Shape.SEARCH_RESULT, "search_result");
        put(shapes, Shape.REASONING, "reasoning", "compaction");
        put(shapes, Shape.REFERENCE, "item_reference");
        return shapes;
    }

    private static void put(Map<String, Shape> shapes, Shape shape, String... types) {
        for (String type : types) {
            shapes.put(type, shape);
        }
    }

    /** Returns the role implied by the type of an item without a {@code role}. */
    String roleOfItem(JsonTape tape, int item) {
        return switch (shape(tape, item)) {
            case CALL_OUTPUT, TOOL_RESULT -> "tool";
            case CALL, REASONING, TOOL_USE, THINKING, MEDIA -> "assistant";
            default -> "user";
        };
    }

    private Shape shape(JsonTape tape, int block) {
        String type = types.name(tape, tape.find(block, TYPE));
        if (type == null) {
            return Shape.OTHER;
        }
        Shape shape = SHAPES.get(type);
        if (shape != null) {
            return shape;
        }
        if (type.endsWith(OUTPUT_SUFFIX)) {
            return Shape.CALL_OUTPUT;
        }
        return type.endsWith(RESULT_SUFFIX) ? Shape.TOOL_RESULT : type.endsWith(CALL_SUFFIX) ? Shape.CALL : Shape.OTHER;
    }

    /**
     * Visits the parts of a block.
     *
     * @param kind the kind of its text: TEXT, or TOOL_RESULT within a tool result
     * @param id the id of the enclosing tool result, or null
     * @return false if the visitor stopped
     */
    boolean read(JsonTape tape, int block, PartKind kind, @Nullable String id) {
        return switch (shape(tape, block)) {
            case TEXT -> parts.string(kind, id, tape.find(block, PartReader.TEXT));
            case REFUSAL -> parts.string(kind, id, tape.find(block, REFUSAL));
            case THINKING_TEXT -> parts.string(PartKind.THINKING, id, tape.find(block, PartReader.TEXT));
            case THINKING ->
                parts.string(PartKind.THINKING, id, tape.find(block, THINKING))
                        && parts.string(PartKind.SIGNATURE, id, tape.find(block, SIGNATURE));
            case REDACTED -> parts.string(PartKind.SIGNATURE, id, tape.find(block, DATA));
            case TOOL_USE -> parts.json(PartKind.TOOL_CALL, idOf(tape, block, ID), tape.find(block, INPUT));
            case TOOL_RESULT -> result(tape, idOf(tape, block, TOOL_USE_ID), tape.find(block, PartReader.CONTENT));
            case MEDIA -> parts.empty(PartKind.MEDIA, id != null ? id : idOf(tape, block, ID));
            case DOCUMENT -> document(tape, block, kind, id);
            case SEARCH_RESULT ->
                parts.string(kind, id, tape.find(block, TITLE))
                        && parts.content(kind, id, tape.find(block, PartReader.CONTENT));
            case REASONING -> reasoning(tape, block, idOf(tape, block, ID));
            case CALL -> call(tape, block);
            case CALL_OUTPUT -> result(tape, idOf(tape, block, CALL_ID), tape.find(block, OUTPUT));
            case REFERENCE -> parts.empty(PartKind.OTHER, idOf(tape, block, ID));
            case OTHER -> other(tape, block, id);
        };
    }

    private static @Nullable String idOf(JsonTape tape, int block, JsonName name) {
        return tape.stringOrNull(tape.find(block, name));
    }

    /** Visits a tool result: a string, an array of blocks, or any object from a provider-hosted tool. */
    private boolean result(JsonTape tape, @Nullable String id, int content) {
        if (content != JsonTape.NONE && tape.kind(content) == JsonTape.OBJECT && shape(tape, content) == Shape.OTHER) {
            return parts.json(PartKind.TOOL_RESULT, id, content);
        }
        return parts.content(PartKind.TOOL_RESULT, id, content);
    }

    private boolean document(JsonTape tape, int block, PartKind kind, @Nullable String id) {
        if (!parts.string(kind, id, tape.find(block, TITLE)) || !parts.string(kind, id, tape.find(block, CONTEXT))) {
            return false;
        }
        int source = tape.find(block, SOURCE);
        int type = tape.find(source, TYPE);
        if (tape.isString(type, TYPE_TEXT)) {
            return parts.string(kind, id, tape.find(source, DATA));
        }
        if (tape.isString(type, TYPE_CONTENT)) {
            return parts.content(kind, id, tape.find(source, PartReader.CONTENT));
        }
        return parts.empty(PartKind.MEDIA, id);
    }

    private boolean reasoning(JsonTape tape, int item, @Nullable String id) {
        return parts.content(PartKind.THINKING, id, tape.find(item, SUMMARY))
                && parts.content(PartKind.THINKING, id, tape.find(item, PartReader.CONTENT))
                && parts.string(PartKind.SIGNATURE, id, tape.find(item, ENCRYPTED));
    }

    /** Visits a tool call. The name of its arguments field depends on the tool; some items also hold the output. */
    private boolean call(JsonTape tape, int item) {
        String callId = idOf(tape, item, CALL_ID);
        String id = callId != null ? callId : idOf(tape, item, ID);
        int arguments = JsonTape.NONE;
        for (int i = 0; arguments == JsonTape.NONE && i < CALL_FIELDS.length; i++) {
            arguments = tape.find(item, CALL_FIELDS[i]);
        }
        if (arguments == JsonTape.NONE) {
            return parts.empty(PartKind.TOOL_CALL, id);
        }
        return parts.json(PartKind.TOOL_CALL, id, arguments) && result(tape, id, tape.find(item, OUTPUT));
    }

    private boolean other(JsonTape tape, int block, @Nullable String id) {
        int text = tape.find(block, PartReader.TEXT);
        return tape.isText(text) ? parts.string(PartKind.OTHER, id, text) : parts.empty(PartKind.OTHER, id);
    }
}
