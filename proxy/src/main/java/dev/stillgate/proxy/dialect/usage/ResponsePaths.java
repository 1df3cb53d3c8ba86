package dev.stillgate.proxy.dialect.usage;

import static dev.stillgate.proxy.json.JsonPaths.json;
import static dev.stillgate.proxy.json.JsonPaths.list;
import static dev.stillgate.proxy.json.JsonPaths.number;
import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.presence;
import static dev.stillgate.proxy.json.JsonPaths.reported;
import static dev.stillgate.proxy.json.JsonPaths.shortString;
import static dev.stillgate.proxy.json.JsonPaths.text;

import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.spi.Operation;

/**
 * The JSON paths at which a response reports usage, id, model, event type, errors and the model's output. All other
 * keys are ignored, because tool input, schemas, metadata and text can contain anything.
 *
 * <p>Every piece of output is counted once. In Responses streams only the deltas are counted, because the events that
 * end a part repeat its text. The text of JSON lines is not counted, because these responses were generated earlier.
 */
final class ResponsePaths {
    private static final JsonPaths<ResponseField> NOTHING = JsonPaths.of();

    /** Why a message ended: at its root, or in the delta of a stream's last event. */
    private static final JsonPaths<ResponseField> MESSAGE_END = JsonPaths.of(
            shortString("stop_reason", ResponseField.REASON),
            object("stop_details", JsonPaths.of(shortString("category", ResponseField.CATEGORY))));

    private static final JsonPaths<ResponseField> RESPONSE_END =
            JsonPaths.of(object("incomplete_details", JsonPaths.of(shortString("reason", ResponseField.REASON))));
    private static final JsonPaths<ResponseField> ANTHROPIC_INPUT = JsonPaths.of(
            number("input_tokens", ResponseField.INPUT),
            number("cache_read_input_tokens", ResponseField.CACHE_READ),
            number("cache_creation_input_tokens", ResponseField.CACHE_WRITE));
    private static final JsonPaths<ResponseField> ANTHROPIC_USAGE = JsonPaths.of(
                    number("output_tokens", ResponseField.OUTPUT),
                    object("output_tokens_details", JsonPaths.of(number("thinking_tokens", ResponseField.REASONING))))
            .with(ANTHROPIC_INPUT);
    private static final JsonPaths<ResponseField> ANTHROPIC_START =
            JsonPaths.of(number("output_tokens", ResponseField.FIRST_OUTPUT)).with(ANTHROPIC_INPUT);
    private static final JsonPaths<ResponseField> PROMPT_DETAILS = JsonPaths.of(
            number("cached_tokens", ResponseField.CACHE_READ), number("cache_write_tokens", ResponseField.CACHE_WRITE));
    private static final JsonPaths<ResponseField> ANSWER_DETAILS =
            JsonPaths.of(number("reasoning_tokens", ResponseField.REASONING));
    private static final JsonPaths<ResponseField> CHAT_USAGE = JsonPaths.of(
            number("prompt_tokens", ResponseField.INPUT),
            number("completion_tokens", ResponseField.OUTPUT),
            object("prompt_tokens_details", PROMPT_DETAILS),
            object("completion_tokens_details", ANSWER_DETAILS));
    private static final JsonPaths<ResponseField> RESPONSES_USAGE = JsonPaths.of(
            number("input_tokens", ResponseField.INPUT),
            number("output_tokens", ResponseField.OUTPUT),
            object("input_tokens_details", PROMPT_DETAILS),
            object("output_tokens_details", ANSWER_DETAILS));

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
    private static final JsonPaths<ResponseField> CALLED = JsonPaths.of(
            text("name", ResponseField.CALL), text("arguments", ResponseField.TOOL), text("input", ResponseField.TOOL));
    private static final JsonPaths<ResponseField> CHAT_MESSAGE = JsonPaths.of(
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
            object("delta", CHAT_MESSAGE),
            object("message", CHAT_MESSAGE));
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
    private static final JsonPaths<ResponseField> COUNT = JsonPaths.of(number("input_tokens", ResponseField.INPUT));
    private static final JsonPaths<ResponseField> MESSAGE =
            answer(ANTHROPIC_USAGE).with(MESSAGE_END).with(JsonPaths.of(list("content", BLOCK)));
    private static final JsonPaths<ResponseField> MESSAGE_EVENT = JsonPaths.of(
            shortString("type", ResponseField.TYPE),
            presence("error", ResponseField.ERROR),
            object("message", answer(ANTHROPIC_START)),
            object("content_block", BLOCK_START),
            object("delta", DELTA),
            object("usage", ANTHROPIC_USAGE));
    private static final JsonPaths<ResponseField> CHAT =
            answer(CHAT_USAGE).with(JsonPaths.of(list("choices", CHOICES)));

    /**
     * A message or item of a stored conversation. It may be the client's own, so its text counts as delivered, but not
     * as prose, code or tool arguments.
     */
    private static final JsonPaths<ResponseField> LISTED_PART =
            JsonPaths.of(text("text", ResponseField.ASIDE), text("refusal", ResponseField.ASIDE));

    private static final JsonPaths<ResponseField> LISTED_CALL = JsonPaths.of(
            text("name", ResponseField.ASIDE),
            text("arguments", ResponseField.ASIDE),
            text("input", ResponseField.ASIDE));
    private static final JsonPaths<ResponseField> LISTED_ANSWER = reported(
                    ResponseField.ANSWER,
                    text("content", ResponseField.ASIDE),
                    text("refusal", ResponseField.ASIDE),
                    list("content_parts", LISTED_PART),
                    list("tool_calls", JsonPaths.of(object("function", LISTED_CALL), object("custom", LISTED_CALL))))
            .with(CHAT);
    private static final JsonPaths<ResponseField> STORED_CHAT = CHAT.with(JsonPaths.of(list("data", LISTED_ANSWER)));
    private static final JsonPaths<ResponseField> RESPONSE =
            answer(RESPONSES_USAGE).with(RESPONSE_END).with(JsonPaths.of(list("output", ITEM)));
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

    private static final JsonPaths<ResponseField> STORED_RESPONSE =
            RESPONSE.with(BACKGROUND).with(JsonPaths.of(list("data", LISTED_ITEM)));
    private static final JsonPaths<ResponseField> EVENT_RESPONSE = answer(RESPONSES_USAGE)
            .with(RESPONSE_END)
            .with(JsonPaths.of(list("output", JsonPaths.of(list("content", DONE_PART)))));
    private static final JsonPaths<ResponseField> RESPONSE_EVENT = responseEvent(EVENT_RESPONSE);
    private static final JsonPaths<ResponseField> STORED_EVENT = responseEvent(EVENT_RESPONSE.with(BACKGROUND));
    private static final JsonPaths<ResponseField> BATCH_FILES = JsonPaths.of(
            shortString("output_file_id", ResponseField.RESULT_FILE),
            shortString("error_file_id", ResponseField.RESULT_FILE),
            shortString("id", ResponseField.FILE_ID),
            shortString("purpose", ResponseField.FILE_PURPOSE));
    private static final JsonPaths<ResponseField> FILE_BATCH =
            BATCH_FILES.with(JsonPaths.of(list("data", BATCH_FILES)));
    private static final JsonPaths<ResponseField> GENERATED_USAGE = JsonPaths.of(
            number("promptTokenCount", ResponseField.PROMPT_TOKENS),
            number("toolUsePromptTokenCount", ResponseField.TOOL_PROMPT_TOKENS),
            number("cachedContentTokenCount", ResponseField.CACHE_READ),
            number("candidatesTokenCount", ResponseField.CANDIDATE_TOKENS),
            number("thoughtsTokenCount", ResponseField.THOUGHT_TOKENS));
    private static final JsonPaths<ResponseField> GENERATED_PART = reported(
            ResponseField.GENERATED_PART,
            presence("thought", ResponseField.THOUGHT),
            text("text", ResponseField.BY_TYPE),
            text("thoughtSignature", ResponseField.MARKED),
            object(
                    "functionCall",
                    JsonPaths.of(
                            text("name", ResponseField.CALL),
                            json("args", ResponseField.TOOL),
                            text("id", ResponseField.MARKED))),
            object("executableCode", JsonPaths.of(text("code", ResponseField.TOOL))),
            object("codeExecutionResult", JsonPaths.of(text("output", ResponseField.ASIDE))),
            object(
                    "inlineData",
                    JsonPaths.of(
                            shortString("mimeType", ResponseField.MEDIA_TYPE), text("data", ResponseField.MEDIA))));
    private static final JsonPaths<ResponseField> CANDIDATES = reported(
            ResponseField.CHOICE,
            number("index", ResponseField.CHOICE_INDEX),
            shortString("finishReason", ResponseField.CANDIDATE_REASON),
            object("content", JsonPaths.of(list("parts", GENERATED_PART))));

    /** A response of the Gemini API; a stream is an array or events of such objects. */
    private static final JsonPaths<ResponseField> GENERATION = reported(
                    ResponseField.GENERATION,
                    shortString("responseId", ResponseField.ID),
                    shortString("modelVersion", ResponseField.MODEL),
                    presence("error", ResponseField.ERROR),
                    object("usageMetadata", GENERATED_USAGE),
                    object("promptFeedback", JsonPaths.of(shortString("blockReason", ResponseField.BLOCK_REASON))),
                    list("candidates", CANDIDATES))
            .orList();

    private static final JsonPaths<ResponseField> CONTENT_COUNT = JsonPaths.of(
            number("totalTokens", ResponseField.INPUT), number("cachedContentTokenCount", ResponseField.CACHE_READ));
    private static final JsonPaths<ResponseField> MESSAGE_LINE =
            JsonPaths.of(object("result", JsonPaths.of(object("message", answer(ANTHROPIC_USAGE)))));
    private static final JsonPaths<ResponseField> FILE_LINE =
            JsonPaths.of(object("response", JsonPaths.of(object("body", answer(CHAT_USAGE.with(RESPONSES_USAGE))))));

    /** Usage of images, transcriptions and speech. A usage in seconds has no tokens. */
    private static final JsonPaths<ResponseField> INPUT_USAGE =
            JsonPaths.of(number("input_tokens", ResponseField.INPUT), number("output_tokens", ResponseField.OUTPUT));

    private static final JsonPaths<ResponseField> EMBEDDINGS = answer(CHAT_USAGE);
    private static final JsonPaths<ResponseField> CONVERTED = answer(INPUT_USAGE);

    /** An event of images, a transcription or speech. The text of a transcription counts as delivered until its usage. */
    private static final JsonPaths<ResponseField> CONVERTED_EVENT = JsonPaths.of(
            shortString("type", ResponseField.TYPE),
            presence("error", ResponseField.ERROR),
            text("delta", ResponseField.ASIDE),
            object("usage", INPUT_USAGE));

    private ResponsePaths() {}

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

    private static JsonPaths<ResponseField> answer(JsonPaths<ResponseField> usage) {
        return JsonPaths.of(
                shortString("id", ResponseField.ID),
                shortString("model", ResponseField.MODEL),
                presence("error", ResponseField.ERROR),
                object("usage", usage));
    }

    private static JsonPaths<ResponseField> responseEvent(JsonPaths<ResponseField> response) {
        return JsonPaths.of(
                shortString("type", ResponseField.TYPE),
                presence("error", ResponseField.ERROR),
                text("delta", ResponseField.BY_TYPE),
                object("item", ITEM_EVENT),
                object("part", DONE_PART),
                object("response", response));
    }

    /** Returns the paths of the root of a response; for streams of each event, for JSON lines of each line. */
    static JsonPaths<ResponseField> root(Operation operation, boolean sse) {
        return switch (operation) {
            case MESSAGES -> sse ? MESSAGE_EVENT : MESSAGE;
            case COUNT_TOKENS -> COUNT;
            case MESSAGE_BATCH_RESULTS -> MESSAGE_LINE;
            case CHAT_COMPLETIONS -> CHAT;
            case STORED_CHAT_COMPLETION -> STORED_CHAT;
            case RESPONSES -> sse ? RESPONSE_EVENT : RESPONSE;
            case STORED_RESPONSE -> sse ? STORED_EVENT : STORED_RESPONSE;
            case GENERATE_CONTENT -> GENERATION;
            case COUNT_CONTENT_TOKENS -> CONTENT_COUNT;
            case FILE_CONTENT -> FILE_LINE;
            case FILE_BATCH -> FILE_BATCH;
            case EMBEDDINGS -> EMBEDDINGS;
            case IMAGE_GENERATION, IMAGE_EDIT, TRANSCRIPTION, TRANSLATION, SPEECH, MODERATION ->
                sse ? CONVERTED_EVENT : CONVERTED;
            case MESSAGE_BATCH, FILE_UPLOAD, REALTIME, CONTROL, OPAQUE -> NOTHING;
        };
    }
}
