package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tree of the JSON paths at which a response reports usage, id, model, event type, errors and the model's output. One
 * instance is one level: the known keys of one object. All other keys are ignored, because tool input, schemas,
 * metadata and text can contain anything. Immutable.
 *
 * <p>Every piece of output is counted once. In Responses streams only the deltas are counted, because the events that
 * end a part repeat its text. The text of JSON lines is not counted, because these responses were generated earlier.
 */
final class AnswerPaths {
    static final int INPUT = 0;
    static final int OUTPUT = 1;
    static final int CACHE_READ = 2;
    static final int CACHE_WRITE = 3;
    static final int REASONING = 4;
    static final int COUNTS = 5;

    /** The provisional output count at the start of a stream. */
    static final int FIRST_OUTPUT = 5;

    /** The index of a choice. */
    static final int CHOICE = 6;

    static final int NUMBERS = 7;
    static final int TYPE = 7;
    static final int ID = 8;
    static final int MODEL = 9;
    static final int ERROR = 10;
    static final int ITEM_TYPE = 11;
    static final int PART_TYPE = 12;

    /**
     * An id, signature or encrypted content that later prompts send back; the next three belong to a Responses item.
     */
    static final int MARKED = 13;

    static final int ITEM_ID = 14;
    static final int ITEM_CALL = 15;
    static final int ITEM_SEAL = 16;

    /** An object with known keys. */
    static final int OBJECT = 17;

    /** An array of such objects. */
    static final int LIST = 18;

    /** A string of the model's output. */
    static final int TEXT = 19;

    /** A JSON value of the model's output. */
    static final int JSON = 20;

    /** The name of a tool that the model calls. */
    static final int CALL = 21;

    static final int NO_FRAME = 0;

    /** A content block of Messages. */
    static final int BLOCK_FRAME = 1;

    /** A content part of Responses. */
    static final int PART_FRAME = 2;

    /** An item of Responses. */
    static final int ITEM_FRAME = 3;

    /** A choice of Chat Completions. */
    static final int CHOICE_FRAME = 4;

    /** A response in a list of stored ones. */
    static final int ANSWER_FRAME = 5;

    private static final int MAX_KEY = 32;
    private static final Key[] NO_KEYS = {};

    private static final AnswerPaths NOTHING = new AnswerPaths();
    private static final AnswerPaths ANTHROPIC_USAGE = new AnswerPaths(
            count("input_tokens", INPUT),
            count("output_tokens", OUTPUT),
            count("cache_read_input_tokens", CACHE_READ),
            count("cache_creation_input_tokens", CACHE_WRITE),
            object("output_tokens_details", new AnswerPaths(count("thinking_tokens", REASONING))));
    private static final AnswerPaths ANTHROPIC_START = new AnswerPaths(
            count("input_tokens", INPUT),
            count("output_tokens", FIRST_OUTPUT),
            count("cache_read_input_tokens", CACHE_READ),
            count("cache_creation_input_tokens", CACHE_WRITE));
    private static final AnswerPaths PROMPT_DETAILS =
            new AnswerPaths(count("cached_tokens", CACHE_READ), count("cache_write_tokens", CACHE_WRITE));
    private static final AnswerPaths ANSWER_DETAILS = new AnswerPaths(count("reasoning_tokens", REASONING));
    private static final AnswerPaths CHAT_USAGE = new AnswerPaths(
            count("prompt_tokens", INPUT),
            count("completion_tokens", OUTPUT),
            object("prompt_tokens_details", PROMPT_DETAILS),
            object("completion_tokens_details", ANSWER_DETAILS));
    private static final AnswerPaths RESPONSES_USAGE = new AnswerPaths(
            count("input_tokens", INPUT),
            count("output_tokens", OUTPUT),
            object("input_tokens_details", PROMPT_DETAILS),
            object("output_tokens_details", ANSWER_DETAILS));
    private static final AnswerPaths OPENAI_USAGE = new AnswerPaths(merge(CHAT_USAGE, RESPONSES_USAGE));

    private static final AnswerPaths BLOCK = block(AnswerKind.TOOL);

    /** The initial block of a stream, whose input is a placeholder. */
    private static final AnswerPaths BLOCK_START = block(AnswerKind.ASIDE);

    private static final AnswerPaths BLOCK_DELTA = new AnswerPaths(
            text("text", AnswerKind.TEXT),
            text("thinking", AnswerKind.ASIDE),
            text("partial_json", AnswerKind.TOOL),
            text("content", AnswerKind.ASIDE),
            leaf("signature", MARKED));
    private static final AnswerPaths CALLED =
            new AnswerPaths(call("name"), text("arguments", AnswerKind.TOOL), text("input", AnswerKind.TOOL));
    private static final AnswerPaths CHAT_MESSAGE = new AnswerPaths(
            text("content", AnswerKind.TEXT),
            text("reasoning_content", AnswerKind.ASIDE),
            text("reasoning", AnswerKind.ASIDE),
            text("refusal", AnswerKind.TEXT),
            list(
                    "tool_calls",
                    new AnswerPaths(leaf("id", MARKED), object("function", CALLED), object("custom", CALLED))),
            object("function_call", CALLED),
            object("audio", new AnswerPaths(text("transcript", AnswerKind.ASIDE))));
    private static final AnswerPaths CHOICES = new AnswerPaths(
            CHOICE_FRAME, leaf("index", CHOICE), object("delta", CHAT_MESSAGE), object("message", CHAT_MESSAGE));
    private static final AnswerPaths PART = new AnswerPaths(
            PART_FRAME, leaf("type", PART_TYPE), text("text", AnswerKind.BY_TYPE), text("refusal", AnswerKind.BY_TYPE));
    private static final AnswerPaths SUMMARY = new AnswerPaths(text("text", AnswerKind.ASIDE));
    private static final AnswerPaths ITEM = item(
            list("content", PART),
            list("summary", SUMMARY),
            new Key("arguments", JSON, null, AnswerKind.TOOL),
            text("input", AnswerKind.TOOL),
            text("code", AnswerKind.TOOL));

    private static final AnswerPaths COUNT = new AnswerPaths(count("input_tokens", INPUT));
    private static final AnswerPaths MESSAGE = answer(ANTHROPIC_USAGE, list("content", BLOCK));
    private static final AnswerPaths MESSAGE_EVENT = new AnswerPaths(
            leaf("type", TYPE),
            leaf("error", ERROR),
            object("message", answer(ANTHROPIC_START)),
            object("content_block", BLOCK_START),
            object("delta", BLOCK_DELTA),
            object("usage", ANTHROPIC_USAGE));
    private static final AnswerPaths CHAT = answer(CHAT_USAGE, list("choices", CHOICES));

    /**
     * A message or item of a stored conversation. It may be the client's own, so its text counts as delivered, but not
     * as prose, code or tool arguments.
     */
    private static final AnswerPaths LISTED_PART =
            new AnswerPaths(text("text", AnswerKind.ASIDE), text("refusal", AnswerKind.ASIDE));

    private static final AnswerPaths LISTED_CALL = new AnswerPaths(
            text("name", AnswerKind.ASIDE), text("arguments", AnswerKind.ASIDE), text("input", AnswerKind.ASIDE));
    private static final AnswerPaths LISTED_ANSWER = new AnswerPaths(
            ANSWER_FRAME,
            merge(
                    CHAT,
                    new AnswerPaths(
                            text("content", AnswerKind.ASIDE),
                            text("refusal", AnswerKind.ASIDE),
                            list("content_parts", LISTED_PART),
                            list(
                                    "tool_calls",
                                    new AnswerPaths(object("function", LISTED_CALL), object("custom", LISTED_CALL))))));
    private static final AnswerPaths STORED_CHAT =
            new AnswerPaths(merge(CHAT, new AnswerPaths(list("data", LISTED_ANSWER))));
    private static final AnswerPaths RESPONSE = answer(RESPONSES_USAGE, list("output", ITEM));
    private static final AnswerPaths LISTED_ITEM = new AnswerPaths(
            list("content", LISTED_PART),
            list("summary", LISTED_PART),
            text("name", AnswerKind.ASIDE),
            new Key("arguments", JSON, null, AnswerKind.ASIDE),
            text("input", AnswerKind.ASIDE),
            text("code", AnswerKind.ASIDE));
    private static final AnswerPaths STORED_RESPONSE =
            new AnswerPaths(merge(RESPONSE, new AnswerPaths(list("data", LISTED_ITEM))));
    private static final AnswerPaths RESPONSE_EVENT = new AnswerPaths(
            leaf("type", TYPE),
            leaf("error", ERROR),
            text("delta", AnswerKind.BY_TYPE),
            object("item", item()),
            object("response", answer(RESPONSES_USAGE)));
    private static final AnswerPaths MESSAGE_LINE =
            new AnswerPaths(object("result", new AnswerPaths(object("message", answer(ANTHROPIC_USAGE)))));
    private static final AnswerPaths FILE_LINE =
            new AnswerPaths(object("response", new AnswerPaths(object("body", answer(OPENAI_USAGE)))));

    private final Key[][] byLength = new Key[MAX_KEY][];

    /** The kind of object that {@link AnswerContent} is notified about, {@link #NO_FRAME} for none. */
    final int frame;

    private AnswerPaths(Key... keys) {
        this(NO_FRAME, keys);
    }

    private AnswerPaths(int frame, Key... keys) {
        this.frame = frame;
        Arrays.fill(byLength, NO_KEYS);
        for (Key key : keys) {
            Key[] others = byLength[key.name.length];
            byLength[key.name.length] = Arrays.copyOf(others, others.length + 1);
            byLength[key.name.length][others.length] = key;
        }
    }

    /** A known key: the meaning of its value, and the known keys below if it is an object or a list. */
    static final class Key {
        private final byte[] name;
        final int field;
        final @Nullable AnswerPaths below;
        final AnswerKind kind;

        private Key(String name, int field, @Nullable AnswerPaths below, AnswerKind kind) {
            this.name = name.getBytes(StandardCharsets.US_ASCII);
            this.field = field;
            this.below = below;
            this.kind = kind;
        }
    }

    private static Key count(String name, int field) {
        return new Key(name, field, null, AnswerKind.ASIDE);
    }

    private static Key leaf(String name, int field) {
        return new Key(name, field, null, AnswerKind.ASIDE);
    }

    private static Key object(String name, AnswerPaths below) {
        return new Key(name, OBJECT, below, AnswerKind.ASIDE);
    }

    private static Key list(String name, AnswerPaths below) {
        return new Key(name, LIST, below, AnswerKind.ASIDE);
    }

    private static Key text(String name, AnswerKind kind) {
        return new Key(name, TEXT, null, kind);
    }

    private static Key call(String name) {
        return new Key(name, CALL, null, AnswerKind.ASIDE);
    }

    private static AnswerPaths block(AnswerKind input) {
        return new AnswerPaths(
                BLOCK_FRAME,
                text("text", AnswerKind.TEXT),
                text("thinking", AnswerKind.ASIDE),
                call("name"),
                text("content", AnswerKind.ASIDE),
                new Key("input", JSON, null, input),
                leaf("id", MARKED),
                leaf("signature", MARKED),
                leaf("data", MARKED));
    }

    private static AnswerPaths item(Key... texts) {
        Key[] keys = Arrays.copyOf(texts, texts.length + 5);
        keys[texts.length] = leaf("id", ITEM_ID);
        keys[texts.length + 1] = leaf("type", ITEM_TYPE);
        keys[texts.length + 2] = leaf("call_id", ITEM_CALL);
        keys[texts.length + 3] = leaf("encrypted_content", ITEM_SEAL);
        keys[texts.length + 4] = call("name");
        return new AnswerPaths(ITEM_FRAME, keys);
    }

    private static AnswerPaths answer(AnswerPaths usage, Key... texts) {
        Key[] keys = Arrays.copyOf(texts, texts.length + 4);
        keys[texts.length] = leaf("id", ID);
        keys[texts.length + 1] = leaf("model", MODEL);
        keys[texts.length + 2] = leaf("error", ERROR);
        keys[texts.length + 3] = object("usage", usage);
        return new AnswerPaths(keys);
    }

    private static Key[] merge(AnswerPaths... all) {
        return Arrays.stream(all)
                .flatMap(paths -> Arrays.stream(paths.byLength))
                .flatMap(Arrays::stream)
                .toArray(Key[]::new);
    }

    /** Returns the paths of the root of a response; for streams of each event, for JSON lines of each line. */
    static AnswerPaths of(Operation operation, boolean sse) {
        return switch (operation) {
            case MESSAGES -> sse ? MESSAGE_EVENT : MESSAGE;
            case COUNT_TOKENS -> COUNT;
            case MESSAGE_BATCH_RESULTS -> MESSAGE_LINE;
            case CHAT_COMPLETIONS -> CHAT;
            case STORED_CHAT_COMPLETION -> STORED_CHAT;
            case RESPONSES -> sse ? RESPONSE_EVENT : RESPONSE;
            case STORED_RESPONSE -> sse ? RESPONSE_EVENT : STORED_RESPONSE;
            case FILE_CONTENT -> FILE_LINE;
            case MESSAGE_BATCH, FILE_UPLOAD, CONTROL, OPAQUE -> NOTHING;
        };
    }

    /** Returns the known key with a name, or null. */
    @Nullable
    Key find(byte[] buf, int start, int end) {
        int length = end - start;
        if (length >= MAX_KEY) {
            return null;
        }
        for (Key key : byLength[length]) {
            if (key.name[0] == buf[start] && Arrays.equals(key.name, 0, length, buf, start, end)) {
                return key;
            }
        }
        return null;
    }
}
