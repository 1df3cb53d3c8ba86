package dev.stillgate.proxy.dialect.anthropic;

import static dev.stillgate.proxy.json.JsonPaths.json;
import static dev.stillgate.proxy.json.JsonPaths.list;
import static dev.stillgate.proxy.json.JsonPaths.number;
import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.presence;
import static dev.stillgate.proxy.json.JsonPaths.reported;
import static dev.stillgate.proxy.json.JsonPaths.shortString;
import static dev.stillgate.proxy.json.JsonPaths.text;

import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.json.JsonPaths;

/**
 * JSON paths of the usage, id, model, end and text of Anthropic's responses. All other keys are ignored, because tool
 * input and text can contain anything. The text of JSON lines is not counted, because it was generated earlier.
 */
final class MessagePaths {
    /** Why a message ended: at its root, or in the delta of a stream's last event. */
    private static final JsonPaths<ResponseField> MESSAGE_END = JsonPaths.of(
            shortString("stop_reason", ResponseField.REASON),
            object("stop_details", JsonPaths.of(shortString("category", ResponseField.CATEGORY))));

    private static final JsonPaths<ResponseField> INPUT = JsonPaths.of(
            number("input_tokens", ResponseField.INPUT),
            number("cache_read_input_tokens", ResponseField.CACHE_READ),
            number("cache_creation_input_tokens", ResponseField.CACHE_WRITE));
    private static final JsonPaths<ResponseField> USAGE = JsonPaths.of(
                    number("output_tokens", ResponseField.OUTPUT),
                    object("output_tokens_details", JsonPaths.of(number("thinking_tokens", ResponseField.REASONING))))
            .with(INPUT);
    private static final JsonPaths<ResponseField> START =
            JsonPaths.of(number("output_tokens", ResponseField.FIRST_OUTPUT)).with(INPUT);
    private static final JsonPaths<ResponseField> BLOCK = block(ResponseField.TOOL);

    /** The initial block of a stream, whose input is a placeholder. */
    private static final JsonPaths<ResponseField> BLOCK_START = block(ResponseField.ASIDE);

    private static final JsonPaths<ResponseField> DELTA = JsonPaths.of(
                    text("text", ResponseField.TEXT),
                    text("thinking", ResponseField.ASIDE),
                    text("partial_json", ResponseField.TOOL),
                    text("content", ResponseField.ASIDE),
                    text("signature", ResponseField.MARKED))
            .with(MESSAGE_END);
    static final JsonPaths<ResponseField> COUNT = JsonPaths.of(number("input_tokens", ResponseField.INPUT));
    static final JsonPaths<ResponseField> MESSAGE =
            ResponseField.answer(USAGE).with(MESSAGE_END).with(JsonPaths.of(list("content", BLOCK)));
    static final JsonPaths<ResponseField> EVENT = JsonPaths.of(
            shortString("type", ResponseField.TYPE),
            presence("error", ResponseField.ERROR),
            object("message", ResponseField.answer(START)),
            object("content_block", BLOCK_START),
            object("delta", DELTA),
            object("usage", USAGE));
    static final JsonPaths<ResponseField> LINE =
            JsonPaths.of(object("result", JsonPaths.of(object("message", ResponseField.answer(USAGE)))));

    private MessagePaths() {}

    private static JsonPaths<ResponseField> block(ResponseField input) {
        return reported(
                ResponseField.BLOCK,
                text("text", ResponseField.TEXT),
                text("thinking", ResponseField.ASIDE),
                text("name", ResponseField.CALL),
                text("content", ResponseField.ASIDE),
                json("input", input),
                text("id", ResponseField.MARKED),
                text("signature", ResponseField.MARKED),
                text("data", ResponseField.MARKED),
                object("to", JsonPaths.of(shortString("model", ResponseField.FALLBACK))),
                object("trigger", JsonPaths.of(shortString("category", ResponseField.CATEGORY))));
    }
}
