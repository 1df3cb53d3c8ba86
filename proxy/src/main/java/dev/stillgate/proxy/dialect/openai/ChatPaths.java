package dev.stillgate.proxy.dialect.openai;

import static dev.stillgate.proxy.json.JsonPaths.list;
import static dev.stillgate.proxy.json.JsonPaths.number;
import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.presence;
import static dev.stillgate.proxy.json.JsonPaths.reported;
import static dev.stillgate.proxy.json.JsonPaths.shortString;
import static dev.stillgate.proxy.json.JsonPaths.text;

import dev.stillgate.proxy.dialect.responses.ResponsePaths;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.json.JsonPaths;

/**
 * JSON paths of the usage, id, model, end and text of Chat Completions, of batches and of converted inputs. All other keys
 * are ignored. The text of JSON lines is not counted, because it was generated earlier.
 */
final class ChatPaths {
    private static final JsonPaths<ResponseField> USAGE = JsonPaths.of(
            number("prompt_tokens", ResponseField.INPUT),
            number("completion_tokens", ResponseField.OUTPUT),
            object("prompt_tokens_details", ResponsePaths.PROMPT_DETAILS),
            object("completion_tokens_details", ResponsePaths.ANSWER_DETAILS));
    private static final JsonPaths<ResponseField> CALLED = JsonPaths.of(
            text("name", ResponseField.CALL), text("arguments", ResponseField.TOOL), text("input", ResponseField.TOOL));
    private static final JsonPaths<ResponseField> MESSAGE = JsonPaths.of(
            text("content", ResponseField.TEXT),
            text("reasoning_content", ResponseField.ASIDE),
            text("reasoning", ResponseField.ASIDE),
            text("refusal", ResponseField.REFUSAL),
            list(
                    "tool_calls",
                    JsonPaths.of(
                            text("id", ResponseField.MARKED), object("function", CALLED), object("custom", CALLED))),
            object("function_call", CALLED),
            object("audio", JsonPaths.of(text("transcript", ResponseField.ASIDE))));
    private static final JsonPaths<ResponseField> CHOICES = reported(
            ResponseField.CHOICE,
            number("index", ResponseField.CHOICE_INDEX),
            shortString("finish_reason", ResponseField.REASON),
            object("delta", MESSAGE),
            object("message", MESSAGE));
    static final JsonPaths<ResponseField> CHAT =
            ResponseField.answer(USAGE).with(JsonPaths.of(list("choices", CHOICES)));
    private static final JsonPaths<ResponseField> LISTED_CALL = JsonPaths.of(
            text("name", ResponseField.ASIDE),
            text("arguments", ResponseField.ASIDE),
            text("input", ResponseField.ASIDE));
    private static final JsonPaths<ResponseField> LISTED_ANSWER = reported(
                    ResponseField.ANSWER,
                    text("content", ResponseField.ASIDE),
                    text("refusal", ResponseField.ASIDE),
                    list("content_parts", ResponsePaths.LISTED_PART),
                    list("tool_calls", JsonPaths.of(object("function", LISTED_CALL), object("custom", LISTED_CALL))))
            .with(CHAT);
    static final JsonPaths<ResponseField> STORED = CHAT.with(JsonPaths.of(list("data", LISTED_ANSWER)));
    private static final JsonPaths<ResponseField> BATCH_FILES = JsonPaths.of(
            shortString("output_file_id", ResponseField.RESULT_FILE),
            shortString("error_file_id", ResponseField.RESULT_FILE),
            shortString("id", ResponseField.FILE_ID),
            shortString("purpose", ResponseField.FILE_PURPOSE));
    static final JsonPaths<ResponseField> BATCH = BATCH_FILES.with(JsonPaths.of(list("data", BATCH_FILES)));
    static final JsonPaths<ResponseField> LINE = JsonPaths.of(object(
            "response", JsonPaths.of(object("body", ResponseField.answer(USAGE.with(ResponsePaths.USAGE))))));

    /** Usage of images, transcriptions and speech. A usage in seconds has no tokens. */
    private static final JsonPaths<ResponseField> INPUT_USAGE =
            JsonPaths.of(number("input_tokens", ResponseField.INPUT), number("output_tokens", ResponseField.OUTPUT));

    static final JsonPaths<ResponseField> EMBEDDINGS = ResponseField.answer(USAGE);
    static final JsonPaths<ResponseField> CONVERTED = ResponseField.answer(INPUT_USAGE);

    /** An event of images, a transcription or speech. The text of a transcription counts as delivered until its usage. */
    static final JsonPaths<ResponseField> CONVERTED_EVENT = JsonPaths.of(
            shortString("type", ResponseField.TYPE),
            presence("error", ResponseField.ERROR),
            text("delta", ResponseField.ASIDE),
            object("usage", INPUT_USAGE));

    private ChatPaths() {}
}
