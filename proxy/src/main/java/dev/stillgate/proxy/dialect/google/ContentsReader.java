package dev.stillgate.proxy.dialect.google;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.JsonText;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.BodyView.PartVisitor;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Visits the parts of the contents of a Gemini prompt. Consecutive texts of the model are one part: clients keep each
 * piece of a stream as a content of its own, and send them back in this form. Not thread-safe.
 */
final class ContentsReader {
    private static final Spellings FUNCTION_CALL = new Spellings("functionCall", "function_call");
    private static final Spellings FUNCTION_RESPONSE = new Spellings("functionResponse", "function_response");
    private static final Spellings INLINE_DATA = new Spellings("inlineData", "inline_data");
    private static final Spellings FILE_DATA = new Spellings("fileData", "file_data");
    private static final Spellings CODE = new Spellings("executableCode", "executable_code");
    private static final Spellings CODE_RESULT = new Spellings("codeExecutionResult", "code_execution_result");
    private static final Spellings SIGNATURE = new Spellings("thoughtSignature", "thought_signature");
    private static final JsonName ROLE = new JsonName("role");
    private static final JsonName MODEL = new JsonName("model");
    private static final JsonName FUNCTION = new JsonName("function");
    private static final JsonName PARTS = new JsonName("parts");
    private static final JsonName TEXT = new JsonName("text");
    private static final JsonName THOUGHT = new JsonName("thought");
    private static final JsonName ID = new JsonName("id");
    private static final JsonName ARGS = new JsonName("args");
    private static final JsonName RESPONSE = new JsonName("response");
    private static final JsonName CODE_TEXT = new JsonName("code");
    private static final JsonName OUTPUT = new JsonName("output");
    private static final String ASSISTANT = "assistant";

    private final JsonText text = new JsonText();

    /** The texts of the model that have not been visited. */
    private final JsonText run = new JsonText();

    private int runMessage = -1;

    /** Calls an action for each element of an array, or for a value of another kind. */
    static void each(JsonTape tape, int node, IntConsumer action) {
        if (node == JsonTape.NONE) {
            return;
        }
        if (tape.kind(node) != JsonTape.ARRAY) {
            action.accept(node);
            return;
        }
        for (int element = tape.first(node); element != tape.end(node); element = tape.next(element)) {
            action.accept(element);
        }
    }

    /** Returns the number of elements of an array, 1 for an object, 0 for all else. */
    static int count(JsonTape tape, int node) {
        if (node == JsonTape.NONE) {
            return 0;
        }
        return switch (tape.kind(node)) {
            case JsonTape.ARRAY -> tape.size(node);
            case JsonTape.OBJECT -> 1;
            default -> 0;
        };
    }

    /** Visits the parts of contents, starting with the content of index {@code first}. */
    void visit(JsonTape tape, int contents, int first, PartVisitor visitor) {
        runMessage = -1;
        boolean list = contents != JsonTape.NONE && tape.kind(contents) == JsonTape.ARRAY;
        if (contents == JsonTape.NONE || (!list && first > 0)) {
            return;
        }
        if (!list) {
            if (content(tape, contents, 0, visitor)) {
                endRun(visitor);
            }
            return;
        }
        int index = 0;
        for (int content = tape.first(contents); content != tape.end(contents); content = tape.next(content)) {
            if (index >= first && !content(tape, content, index, visitor)) {
                return;
            }
            index++;
        }
        endRun(visitor);
    }

    /** Visits a content; returns false if the visitor stopped. */
    private boolean content(JsonTape tape, int content, int index, PartVisitor visitor) {
        String role = role(tape, content);
        if (!role.equals(ASSISTANT) && !endRun(visitor)) {
            return false;
        }
        int parts = tape.find(content, PARTS);
        if (parts == JsonTape.NONE || tape.kind(parts) != JsonTape.ARRAY) {
            return parts == JsonTape.NONE || part(tape, parts, index, role, visitor);
        }
        for (int part = tape.first(parts); part != tape.end(parts); part = tape.next(part)) {
            if (!part(tape, part, index, role, visitor)) {
                return false;
            }
        }
        return true;
    }

    private static String role(JsonTape tape, int content) {
        int role = tape.find(content, ROLE);
        return tape.isString(role, MODEL) ? ASSISTANT : tape.isString(role, FUNCTION) ? "tool" : "user";
    }

    /** Visits the last texts of the model; returns false if the visitor stopped. */
    private boolean endRun(PartVisitor visitor) {
        int message = runMessage;
        runMessage = -1;
        return message < 0 || visitor.part(message, ASSISTANT, PartKind.TEXT, null, run);
    }

    private boolean part(JsonTape tape, int part, int index, String role, PartVisitor visitor) {
        if (tape.kind(part) != JsonTape.OBJECT) {
            return true;
        }
        int textNode = tape.find(part, TEXT);
        int thought = tape.find(part, THOUGHT);
        boolean isThought = thought != JsonTape.NONE && tape.kind(thought) == JsonTape.TRUE;
        boolean isText = tape.isText(textNode);
        if (isText && !isThought && role.equals(ASSISTANT)) {
            if (runMessage < 0) {
                runMessage = index;
                run.clear();
            }
            run.join(tape, textNode);
            int signature = SIGNATURE.in(tape, part);
            boolean only = signature == JsonTape.NONE && tape.size(part) == 1;
            return only || (endRun(visitor) && others(tape, part, index, role, visitor, true));
        }
        return endRun(visitor)
                && (!isText
                        || visitor.part(
                                index,
                                role,
                                isThought ? PartKind.THINKING : PartKind.TEXT,
                                null,
                                text.string(tape, textNode)))
                && others(tape, part, index, role, visitor, isText);
    }

    /** Visits what a part has besides its text. */
    private boolean others(JsonTape tape, int part, int index, String role, PartVisitor visitor, boolean found) {
        boolean any = found;
        for (int key = tape.first(part); key != tape.end(part); key = tape.next(tape.value(key))) {
            int value = tape.value(key);
            PartKind kind = kind(tape, key);
            if (kind != null) {
                any = true;
                String id = kind == PartKind.SIGNATURE ? null : tape.stringOrNull(tape.find(value, ID));
                if (!visitor.part(index, role, kind, id, content(tape, kind, value))) {
                    return false;
                }
            }
        }
        return any || visitor.part(index, role, PartKind.OTHER, null, text.clear());
    }

    private static @Nullable PartKind kind(JsonTape tape, int key) {
        if (FUNCTION_CALL.is(tape, key) || CODE.is(tape, key)) {
            return PartKind.TOOL_CALL;
        }
        if (FUNCTION_RESPONSE.is(tape, key) || CODE_RESULT.is(tape, key)) {
            return PartKind.TOOL_RESULT;
        }
        if (INLINE_DATA.is(tape, key) || FILE_DATA.is(tape, key)) {
            return PartKind.MEDIA;
        }
        return SIGNATURE.is(tape, key) ? PartKind.SIGNATURE : null;
    }

    private CharSequence content(JsonTape tape, PartKind kind, int value) {
        return switch (kind) {
            case SIGNATURE -> tape.isText(value) ? text.string(tape, value) : text.clear();
            case TOOL_CALL -> either(tape, value, ARGS, CODE_TEXT);
            case TOOL_RESULT -> either(tape, value, RESPONSE, OUTPUT);
            default -> text.clear();
        };
    }

    /** Returns a member as its original JSON, or else another one as its text. */
    private CharSequence either(JsonTape tape, int object, JsonName json, JsonName string) {
        int node = tape.find(object, json);
        if (node != JsonTape.NONE) {
            return text.json(tape, node);
        }
        int other = tape.find(object, string);
        return tape.isText(other) ? text.string(tape, other) : text.clear();
    }
}
