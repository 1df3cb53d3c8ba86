package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The places in an answer at which its provider reports usage, id, model, type of event and error: one level of keys of
 * one object. What stands anywhere else, in tool input, schemas, metadata or text, is the caller's or the model's own
 * and is not looked at.
 */
final class AnswerPaths {
    static final int INPUT = 0;
    static final int OUTPUT = 1;
    static final int CACHE_READ = 2;
    static final int CACHE_WRITE = 3;
    static final int REASONING = 4;
    static final int COUNTS = 5;
    static final int TYPE = 5;
    static final int ID = 6;
    static final int MODEL = 7;
    static final int ERROR = 8;
    static final int OBJECT = 9;

    private static final int MAX_KEY = 32;
    private static final Key[] NO_KEYS = {};

    private static final AnswerPaths NOTHING = new AnswerPaths();
    private static final AnswerPaths ANTHROPIC_USAGE = new AnswerPaths(
            count("input_tokens", INPUT),
            count("output_tokens", OUTPUT),
            count("cache_read_input_tokens", CACHE_READ),
            count("cache_creation_input_tokens", CACHE_WRITE),
            object("output_tokens_details", new AnswerPaths(count("thinking_tokens", REASONING))));
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

    private static final AnswerPaths COUNT = new AnswerPaths(count("input_tokens", INPUT));
    private static final AnswerPaths MESSAGE = answer(ANTHROPIC_USAGE);
    private static final AnswerPaths MESSAGE_EVENT = new AnswerPaths(
            leaf("type", TYPE), leaf("error", ERROR), object("message", MESSAGE), object("usage", ANTHROPIC_USAGE));
    private static final AnswerPaths CHAT = answer(CHAT_USAGE);
    private static final AnswerPaths RESPONSE = answer(RESPONSES_USAGE);
    private static final AnswerPaths RESPONSE_EVENT =
            new AnswerPaths(leaf("type", TYPE), leaf("error", ERROR), object("response", RESPONSE));
    private static final AnswerPaths MESSAGE_LINE =
            new AnswerPaths(object("result", new AnswerPaths(object("message", MESSAGE))));
    private static final AnswerPaths FILE_LINE =
            new AnswerPaths(object("response", new AnswerPaths(object("body", answer(OPENAI_USAGE)))));

    private final Key[][] byLength = new Key[MAX_KEY][];

    private AnswerPaths(Key... keys) {
        Arrays.fill(byLength, NO_KEYS);
        for (Key key : keys) {
            Key[] others = byLength[key.name.length];
            byLength[key.name.length] = Arrays.copyOf(others, others.length + 1);
            byLength[key.name.length][others.length] = key;
        }
    }

    /** A key that is looked at: what its value is, and the paths below when it is an object. */
    static final class Key {
        private final byte[] name;
        final int field;
        final @Nullable AnswerPaths below;

        private Key(String name, int field, @Nullable AnswerPaths below) {
            this.name = name.getBytes(StandardCharsets.US_ASCII);
            this.field = field;
            this.below = below;
        }
    }

    private static Key count(String name, int field) {
        return new Key(name, field, null);
    }

    private static Key leaf(String name, int field) {
        return new Key(name, field, null);
    }

    private static Key object(String name, AnswerPaths below) {
        return new Key(name, OBJECT, below);
    }

    private static AnswerPaths answer(AnswerPaths usage) {
        return new AnswerPaths(
                leaf("id", ID), leaf("model", MODEL), leaf("error", ERROR), object("usage", usage));
    }

    private static Key[] merge(AnswerPaths... all) {
        return Arrays.stream(all)
                .flatMap(paths -> Arrays.stream(paths.byLength))
                .flatMap(Arrays::stream)
                .toArray(Key[]::new);
    }

    /** Returns the paths of an answer's root; of each event, for a stream, and of each line, for JSON lines. */
    static AnswerPaths of(Operation operation, boolean sse) {
        return switch (operation) {
            case MESSAGES -> sse ? MESSAGE_EVENT : MESSAGE;
            case COUNT_TOKENS -> COUNT;
            case MESSAGE_BATCH_RESULTS -> MESSAGE_LINE;
            case CHAT_COMPLETIONS, STORED_CHAT_COMPLETION -> CHAT;
            case RESPONSES, STORED_RESPONSE -> sse ? RESPONSE_EVENT : RESPONSE;
            case FILE_CONTENT -> FILE_LINE;
            case MESSAGE_BATCH, FILE_UPLOAD, CONTROL, OPAQUE -> NOTHING;
        };
    }

    /** Returns the key of that name on this level, or null. */
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
