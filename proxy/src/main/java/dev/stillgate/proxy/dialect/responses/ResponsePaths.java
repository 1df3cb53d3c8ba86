package dev.stillgate.proxy.dialect.responses;

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
 * JSON paths of the usage, id, model, end and text of Responses. All other keys are ignored. Of a stream only the deltas
 * are counted, because the events that end a part repeat its text.
 */
public final class ResponsePaths {
    private static final JsonPaths<ResponseField> END =
            JsonPaths.of(object("incomplete_details", JsonPaths.of(shortString("reason", ResponseField.REASON))));
    public static final JsonPaths<ResponseField> PROMPT_DETAILS = JsonPaths.of(
            number("cached_tokens", ResponseField.CACHE_READ), number("cache_write_tokens", ResponseField.CACHE_WRITE));
    public static final JsonPaths<ResponseField> ANSWER_DETAILS =
            JsonPaths.of(number("reasoning_tokens", ResponseField.REASONING));
    public static final JsonPaths<ResponseField> USAGE = JsonPaths.of(
            number("input_tokens", ResponseField.INPUT),
            number("output_tokens", ResponseField.OUTPUT),
            object("input_tokens_details", PROMPT_DETAILS),
            object("output_tokens_details", ANSWER_DETAILS));
    private static final JsonPaths<ResponseField> PART = reported(
            ResponseField.PART,
            shortString("type", ResponseField.PART_TYPE),
            text("text", ResponseField.BY_TYPE),
            text("refusal", ResponseField.REFUSAL_PART));

    /** The item of a stream event, whose text other events deliver. */
    private static final JsonPaths<ResponseField> ITEM_EVENT = reported(
            ResponseField.ITEM,
            text("id", ResponseField.ITEM_ID),
            shortString("type", ResponseField.ITEM_TYPE),
            text("call_id", ResponseField.ITEM_CALL),
            text("encrypted_content", ResponseField.ITEM_SEAL),
            text("name", ResponseField.CALL));

    private static final JsonPaths<ResponseField> ITEM = ITEM_EVENT.with(JsonPaths.of(
            list("content", PART),
            list("summary", JsonPaths.of(text("text", ResponseField.ASIDE))),
            json("arguments", ResponseField.TOOL),
            text("input", ResponseField.TOOL),
            text("code", ResponseField.TOOL)));
    private static final JsonPaths<ResponseField> DONE_PART =
            JsonPaths.of(shortString("type", ResponseField.DONE_TYPE));

    /**
     * A message or item of a stored conversation. It may be the client's own, so its text counts as delivered, but not
     * as prose, code or tool arguments.
     */
    public static final JsonPaths<ResponseField> LISTED_PART =
            JsonPaths.of(text("text", ResponseField.ASIDE), text("refusal", ResponseField.ASIDE));

    static final JsonPaths<ResponseField> RESPONSE =
            ResponseField.answer(USAGE).with(END).with(JsonPaths.of(list("output", ITEM)));
    private static final JsonPaths<ResponseField> LISTED_ITEM = JsonPaths.of(
            list("content", LISTED_PART),
            list("summary", LISTED_PART),
            text("name", ResponseField.ASIDE),
            json("arguments", ResponseField.ASIDE),
            text("input", ResponseField.ASIDE),
            text("code", ResponseField.ASIDE));

    /** Whether a stored response was generated in the background, and how much of it was requested. */
    private static final JsonPaths<ResponseField> BACKGROUND = JsonPaths.of(
            presence("background", ResponseField.BACKGROUND), number("max_output_tokens", ResponseField.MOST_OUTPUT));

    static final JsonPaths<ResponseField> STORED =
            RESPONSE.with(BACKGROUND).with(JsonPaths.of(list("data", LISTED_ITEM)));
    private static final JsonPaths<ResponseField> EVENT_RESPONSE = ResponseField.answer(USAGE)
            .with(END)
            .with(JsonPaths.of(list("output", JsonPaths.of(list("content", DONE_PART)))));
    static final JsonPaths<ResponseField> EVENT = responseEvent(EVENT_RESPONSE);
    static final JsonPaths<ResponseField> STORED_EVENT = responseEvent(EVENT_RESPONSE.with(BACKGROUND));

    private ResponsePaths() {}

    private static JsonPaths<ResponseField> responseEvent(JsonPaths<ResponseField> response) {
        return JsonPaths.of(
                shortString("type", ResponseField.TYPE),
                presence("error", ResponseField.ERROR),
                text("delta", ResponseField.BY_TYPE),
                object("item", ITEM_EVENT),
                object("part", DONE_PART),
                object("response", response));
    }
}
