package dev.stillgate.proxy.dialect.request;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.JsonText;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.BodyView.PartVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Visits the parts of messages and input items. One reader serves all dialects, because their type names do not clash.
 * Values of undocumented JSON types are skipped; blocks of an unknown {@code type} are visited as OTHER with their
 * text. JSON arguments and results are passed as the original JSON. Not thread-safe.
 */
public final class PartReader {
    public static final JsonName TEXT = new JsonName("text");
    public static final JsonName CONTENT = new JsonName("content");
    private static final JsonName ROLE = new JsonName("role");
    private static final JsonName TOOL_CALL_ID = new JsonName("tool_call_id");
    private static final JsonName TOOL_CALLS = new JsonName("tool_calls");
    private static final JsonName FUNCTION_CALL = new JsonName("function_call");
    private static final JsonName FUNCTION = new JsonName("function");
    private static final JsonName CUSTOM = new JsonName("custom");
    private static final JsonName AUDIO = new JsonName("audio");
    private static final JsonName REFUSAL = new JsonName("refusal");
    private static final JsonName REASONING_CONTENT = new JsonName("reasoning_content");
    private static final JsonName ARGUMENTS = new JsonName("arguments");
    private static final JsonName INPUT = new JsonName("input");
    private static final JsonName ID = new JsonName("id");
    private static final String[] ROLES = {"user", "assistant", "tool", "system", "developer"};
    private static final JsonName[] ROLE_NAMES = names(ROLES);
    private static final JsonName ROLE_FUNCTION = new JsonName("function");

    private final BlockReader blocks = new BlockReader(this);
    private final JsonText text = new JsonText();
    private JsonTape tape;
    private @Nullable PartVisitor visitor;
    private int message;
    private String role = "user";

    public PartReader(JsonTape tape) {
        this.tape = tape;
    }

    private static JsonName[] names(String[] texts) {
        JsonName[] names = new JsonName[texts.length];
        for (int i = 0; i < texts.length; i++) {
            names[i] = new JsonName(texts[i]);
        }
        return names;
    }

    /** Returns the role of a message; {@code user} if it is absent or unknown. */
    public String role(JsonTape document, int messageNode) {
        int node = document.find(messageNode, ROLE);
        for (int i = 0; i < ROLES.length; i++) {
            if (document.isString(node, ROLE_NAMES[i])) {
                return ROLES[i];
            }
        }
        return document.isString(node, ROLE_FUNCTION) ? "tool" : "user";
    }

    /** Visits the parts of an array of messages (Messages, Chat Completions), starting with message {@code first}. */
    public void messages(JsonTape document, int messages, int first, PartVisitor partVisitor) {
        start(document, partVisitor);
        for (int m = tape.first(messages); m != tape.end(messages); m = tape.next(m)) {
            if (message >= first) {
                role = role(tape, m);
                if (!message(m)) {
                    return;
                }
            }
            message++;
        }
    }

    /** Visits the parts of a Responses input: a string, or an array of items, starting with item {@code first}. */
    public void input(JsonTape document, int input, int first, PartVisitor partVisitor) {
        start(document, partVisitor);
        role = "user";
        if (tape.kind(input) != JsonTape.ARRAY) {
            if (first <= 0) {
                string(PartKind.TEXT, null, input);
            }
            return;
        }
        for (int item = tape.first(input); item != tape.end(input); item = tape.next(item)) {
            if (message >= first && !item(item)) {
                return;
            }
            message++;
        }
    }

    private void start(JsonTape document, PartVisitor partVisitor) {
        tape = document;
        visitor = partVisitor;
        message = 0;
    }

    private boolean message(int m) {
        boolean result = role.equals("tool");
        String id = result ? tape.stringOrNull(tape.find(m, TOOL_CALL_ID)) : null;
        if (!content(result ? PartKind.TOOL_RESULT : PartKind.TEXT, id, tape.find(m, CONTENT))) {
            return false;
        }
        if (!role.equals("assistant")) {
            return true;
        }
        return string(PartKind.THINKING, null, tape.find(m, REASONING_CONTENT))
                && string(PartKind.TEXT, null, tape.find(m, REFUSAL))
                && toolCalls(tape.find(m, TOOL_CALLS))
                && string(PartKind.TOOL_CALL, null, tape.find(tape.find(m, FUNCTION_CALL), ARGUMENTS))
                && audio(tape.find(m, AUDIO));
    }

    private boolean audio(int node) {
        String id = tape.stringOrNull(tape.find(node, ID));
        return id == null || empty(PartKind.MEDIA, id);
    }

    private boolean toolCalls(int calls) {
        if (calls == JsonTape.NONE || tape.kind(calls) != JsonTape.ARRAY) {
            return true;
        }
        for (int call = tape.first(calls); call != tape.end(calls); call = tape.next(call)) {
            String id = tape.stringOrNull(tape.find(call, ID));
            if (!string(PartKind.TOOL_CALL, id, tape.find(tape.find(call, FUNCTION), ARGUMENTS))
                    || !string(PartKind.TOOL_CALL, id, tape.find(tape.find(call, CUSTOM), INPUT))) {
                return false;
            }
        }
        return true;
    }

    private boolean item(int item) {
        if (tape.find(item, ROLE) != JsonTape.NONE) {
            role = role(tape, item);
            String id = tape.stringOrNull(tape.find(item, ID));
            return content(PartKind.TEXT, id, tape.find(item, CONTENT));
        }
        role = blocks.roleOfItem(tape, item);
        return blocks.read(tape, item, PartKind.TEXT, null);
    }

    /** Visits a content: a string, a block, or an array of strings and blocks. Returns false if the visitor stopped. */
    public boolean content(PartKind kind, @Nullable String id, int node) {
        if (node == JsonTape.NONE) {
            return true;
        }
        return switch (tape.kind(node)) {
            case JsonTape.STRING -> string(kind, id, node);
            case JsonTape.OBJECT -> blocks.read(tape, node, kind, id);
            case JsonTape.ARRAY -> {
                boolean more = true;
                for (int b = tape.first(node); more && b != tape.end(node); b = tape.next(b)) {
                    more = tape.kind(b) == JsonTape.STRING ? string(kind, id, b) : blocks.read(tape, b, kind, id);
                }
                yield more;
            }
            default -> true;
        };
    }

    /** Visits a string as one part; skips other nodes. Returns false if the visitor stopped. */
    public boolean string(PartKind kind, @Nullable String id, int node) {
        if (!tape.isText(node)) {
            return true;
        }
        return visit(kind, id, text.string(tape, node));
    }

    /** Visits a node as one part: a string as its text, other nodes as JSON. Returns false if the visitor stopped. */
    public boolean json(PartKind kind, @Nullable String id, int node) {
        if (node == JsonTape.NONE || tape.kind(node) == JsonTape.STRING) {
            return string(kind, id, node);
        }
        return visit(kind, id, text.json(tape, node));
    }

    /** Visits a part without text. Returns false if the visitor stopped. */
    public boolean empty(PartKind kind, @Nullable String id) {
        return visit(kind, id, text.clear());
    }

    private boolean visit(PartKind kind, @Nullable String id, CharSequence content) {
        return visitor == null || visitor.part(message, role, kind, id, content);
    }
}
