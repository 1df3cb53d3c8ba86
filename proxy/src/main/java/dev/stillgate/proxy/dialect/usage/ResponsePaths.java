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
final class AnswerPaths {
    private static final JsonPaths<AnswerField> NOTHING = JsonPaths.of();

    /** Why a message ended: at its root, or in the delta of a stream's last event. */
    private static final JsonPaths<AnswerField> MESSAGE_END = JsonPaths.of(
            shortString("stop_reason", AnswerField.REASON),
            object("stop_details", JsonPaths.of(shortString("category", AnswerField.CATEGORY))));

    private static final JsonPaths<AnswerField> RESPONSE_END =
            JsonPaths.of(object("incomplete_details", JsonPaths.of(shortString("reason", AnswerField.REASON))));
    private static final JsonPaths<AnswerField> ANTHROPIC_INPUT = JsonPaths.of(
            number("input_tokens", AnswerField.INPUT),
            number("cache_read_input_tokens", AnswerField.CACHE_READ),
            number("cache_creation_input_tokens", AnswerField.CACHE_WRITE));
    private static final JsonPaths<AnswerField> ANTHROPIC_USAGE = JsonPaths.of(
                    number("output_tokens", AnswerField.OUTPUT),
                    object("output_tokens_details", JsonPaths.of(number("thinking_tokens", AnswerField.REASONING))))
            .with(ANTHROPIC_INPUT);
    private static final JsonPaths<AnswerField> ANTHROPIC_START =
            JsonPaths.of(number("output_tokens", AnswerField.FIRST_OUTPUT)).with(ANTHROPIC_INPUT);
    private static final JsonPaths<AnswerField> PROMPT_DETAILS = JsonPaths.of(
            number("cached_tokens", AnswerField.CACHE_READ), number("cache_write_tokens", AnswerField.CACHE_WRITE));
    private static final JsonPaths<AnswerField> ANSWER_DETAILS =
            JsonPaths.of(number("reasoning_tokens", AnswerField.REASONING));
    private static final JsonPaths<AnswerField> CHAT_USAGE = JsonPaths.of(
            number("prompt_tokens", AnswerField.INPUT),
            number("completion_tokens", AnswerField.OUTPUT),
            object("prompt_tokens_details", PROMPT_DETAILS),
            object("completion_tokens_details", ANSWER_DETAILS));
    private static final JsonPaths<AnswerField> RESPONSES_USAGE = JsonPaths.of(
            number("input_tokens", AnswerField.INPUT),
            number("output_tokens", AnswerField.OUTPUT),
            object("input_tokens_details", PROMPT_DETAILS),
            object("output_tokens_details", ANSWER_DETAILS));

    private static final JsonPaths<AnswerField> BLOCK = block(AnswerField.TOOL);

    /** The initial block of a stream, whose input is a placeholder. */
    private static final JsonPaths<AnswerField> BLOCK_START = block(AnswerField.ASIDE);

    private static final JsonPaths<AnswerField> DELTA = JsonPaths.of(
                    text("text", AnswerField.TEXT),
                    text("thinking", AnswerField.ASIDE),
                    text("partial_json", AnswerField.TOOL),
                    text("content", AnswerField.ASIDE),
                    text("signature", AnswerField.MARKED))
            .with(MESSAGE_END);
    private static final JsonPaths<AnswerField> CALLED = JsonPaths.of(
            text("name", AnswerField.CALL), text("arguments", AnswerField.TOOL), text("input", AnswerField.TOOL));
    private static final JsonPaths<AnswerField> CHAT_MESSAGE = JsonPaths.of(
            text("content", AnswerField.TEXT),
            text("reasoning_content", AnswerField.ASIDE),
            text("reasoning", AnswerField.ASIDE),
            text("refusal", AnswerField.REFUSAL),
            list(
                    "tool_calls",
                    JsonPaths.of(text("id", AnswerField.MARKED), object("function", CALLED), object("custom", CALLED))),
            object("function_call", CALLED),
            object("audio", JsonPaths.of(text("transcript", AnswerField.ASIDE))));
    private static final JsonPaths<AnswerField> CHOICES = reported(
            AnswerField.CHOICE,
            number("index", AnswerField.CHOICE_INDEX),
            shortString("finish_reason", AnswerField.REASON),
            object("delta", CHAT_MESSAGE),
            object("message", CHAT_MESSAGE));
    private static final JsonPaths<AnswerField> PART = reported(
            AnswerField.PART,
            shortString("type", AnswerField.PART_TYPE),
            text("text", AnswerField.BY_TYPE),
            text("refusal", AnswerField.REFUSAL_PART));

    /** The item of a stream event, whose text other events deliver. */
    private static final JsonPaths<AnswerField> ITEM_EVENT = reported(
            AnswerField.ITEM,
            text("id", AnswerField.ITEM_ID),
            shortString("type", AnswerField.ITEM_TYPE),
            text("call_id", AnswerField.ITEM_CALL),
            text("encrypted_content", AnswerField.ITEM_SEAL),
            text("name", AnswerField.CALL));

    private static final JsonPaths<AnswerField> ITEM = ITEM_EVENT.with(JsonPaths.of(
            list("content", PART),
            list("summary", JsonPaths.of(text("text", AnswerField.ASIDE))),
            json("arguments", AnswerField.TOOL),
            text("input", AnswerField.TOOL),
            text("code", AnswerField.TOOL)));

    private static final JsonPaths<AnswerField> DONE_PART = JsonPaths.of(shortString("type", AnswerField.DONE_TYPE));
    private static final JsonPaths<AnswerField> COUNT = JsonPaths.of(number("input_tokens", AnswerField.INPUT));
    private static final JsonPaths<AnswerField> MESSAGE =
            answer(ANTHROPIC_USAGE).with(MESSAGE_END).with(JsonPaths.of(list("content", BLOCK)));
    private static final JsonPaths<AnswerField> MESSAGE_EVENT = JsonPaths.of(
            shortString("type", AnswerField.TYPE),
            presence("error", AnswerField.ERROR),
            object("message", answer(ANTHROPIC_START)),
            object("content_block", BLOCK_START),
            object("delta", DELTA),
            object("usage", ANTHROPIC_USAGE));
    private static final JsonPaths<AnswerField> CHAT = answer(CHAT_USAGE).with(JsonPaths.of(list("choices", CHOICES)));

    /**
     * A message or item of a stored conversation. It may be the client's own, so its text counts as delivered, but not
     * as prose, code or tool arguments.
     */
    private static final JsonPaths<AnswerField> LISTED_PART =
            JsonPaths.of(text("text", AnswerField.ASIDE), text("refusal", AnswerField.ASIDE));

    private static final JsonPaths<AnswerField> LISTED_CALL = JsonPaths.of(
            text("name", AnswerField.ASIDE), text("arguments", AnswerField.ASIDE), text("input", AnswerField.ASIDE));
    private static final JsonPaths<AnswerField> LISTED_ANSWER = reported(
                    AnswerField.ANSWER,
                    text("content", AnswerField.ASIDE),
                    text("refusal", AnswerField.ASIDE),
                    list("content_parts", LISTED_PART),
                    list("tool_calls", JsonPaths.of(object("function", LISTED_CALL), object("custom", LISTED_CALL))))
            .with(CHAT);
    private static final JsonPaths<AnswerField> STORED_CHAT = CHAT.with(JsonPaths.of(list("data", LISTED_ANSWER)));
    private static final JsonPaths<AnswerField> RESPONSE =
            answer(RESPONSES_USAGE).with(RESPONSE_END).with(JsonPaths.of(list("output", ITEM)));
    private static final JsonPaths<AnswerField> LISTED_ITEM = JsonPaths.of(
            list("content", LISTED_PART),
            list("summary", LISTED_PART),
            text("name", AnswerField.ASIDE),
            json("arguments", AnswerField.ASIDE),
            text("input", AnswerField.ASIDE),
            text("code", AnswerField.ASIDE));

    /** Whether a stored response was generated in the background, and how much of it was requested. */
    private static final JsonPaths<AnswerField> BACKGROUND = JsonPaths.of(
            presence("background", AnswerField.BACKGROUND), number("max_output_tokens", AnswerField.MOST_OUTPUT));

    private static final JsonPaths<AnswerField> STORED_RESPONSE =
            RESPONSE.with(BACKGROUND).with(JsonPaths.of(list("data", LISTED_ITEM)));
    private static final JsonPaths<AnswerField> EVENT_RESPONSE = answer(RESPONSES_USAGE)
            .with(RESPONSE_END)
            .with(JsonPaths.of(list("output", JsonPaths.of(list("content", DONE_PART)))));
    private static final JsonPaths<AnswerField> RESPONSE_EVENT = responseEvent(EVENT_RESPONSE);
    private static final JsonPaths<AnswerField> STORED_EVENT = responseEvent(EVENT_RESPONSE.with(BACKGROUND));
    private static final JsonPaths<AnswerField> BATCH_FILES = JsonPaths.of(
            shortString("output_file_id", AnswerField.RESULT_FILE),
            shortString("error_file_id", AnswerField.RESULT_FILE),
            shortString("id", AnswerField.FILE_ID),
            shortString("purpose", AnswerField.FILE_PURPOSE));
    private static final JsonPaths<AnswerField> FILE_BATCH = BATCH_FILES.with(JsonPaths.of(list("data", BATCH_FILES)));
    private static final JsonPaths<AnswerField> GENERATED_USAGE = JsonPaths.of(
            number("promptTokenCount", AnswerField.PROMPT_TOKENS),
            number("toolUsePromptTokenCount", AnswerField.TOOL_PROMPT_TOKENS),
            number("cachedContentTokenCount", AnswerField.CACHE_READ),
            number("candidatesTokenCount", AnswerField.CANDIDATE_TOKENS),
            number("thoughtsTokenCount", AnswerField.THOUGHT_TOKENS));
    private static final JsonPaths<AnswerField> GENERATED_PART = reported(
            AnswerField.GENERATED_PART,
            presence("thought", AnswerField.THOUGHT),
            text("text", AnswerField.BY_TYPE),
            text("thoughtSignature", AnswerField.MARKED),
            object(
                    "functionCall",
                    JsonPaths.of(
                            text("name", AnswerField.CALL),
                            json("args", AnswerField.TOOL),
                            text("id", AnswerField.MARKED))),
            object("executableCode", JsonPaths.of(text("code", AnswerField.TOOL))),
            object("codeExecutionResult", JsonPaths.of(text("output", AnswerField.ASIDE))),
            object(
                    "inlineData",
                    JsonPaths.of(shortString("mimeType", AnswerField.MEDIA_TYPE), text("data", AnswerField.MEDIA))));
    private static final JsonPaths<AnswerField> CANDIDATES = reported(
            AnswerField.CHOICE,
            number("index", AnswerField.CHOICE_INDEX),
            shortString("finishReason", AnswerField.CANDIDATE_REASON),
            object("content", JsonPaths.of(list("parts", GENERATED_PART))));

    /** A response of the Gemini API; a stream is an array or events of such objects. */
    private static final JsonPaths<AnswerField> GENERATION = reported(
                    AnswerField.GENERATION,
                    shortString("responseId", AnswerField.ID),
                    shortString("modelVersion", AnswerField.MODEL),
                    presence("error", AnswerField.ERROR),
                    object("usageMetadata", GENERATED_USAGE),
                    object("promptFeedback", JsonPaths.of(shortString("blockReason", AnswerField.BLOCK_REASON))),
                    list("candidates", CANDIDATES))
            .orList();

    private static final JsonPaths<AnswerField> CONTENT_COUNT = JsonPaths.of(
            number("totalTokens", AnswerField.INPUT), number("cachedContentTokenCount", AnswerField.CACHE_READ));
    private static final JsonPaths<AnswerField> MESSAGE_LINE =
            JsonPaths.of(object("result", JsonPaths.of(object("message", answer(ANTHROPIC_USAGE)))));
    private static final JsonPaths<AnswerField> FILE_LINE =
            JsonPaths.of(object("response", JsonPaths.of(object("body", answer(CHAT_USAGE.with(RESPONSES_USAGE))))));

    /** Usage of images, transcriptions and speech. A usage in seconds has no tokens. */
    private static final JsonPaths<AnswerField> INPUT_USAGE =
            JsonPaths.of(number("input_tokens", AnswerField.INPUT), number("output_tokens", AnswerField.OUTPUT));

    private static final JsonPaths<AnswerField> EMBEDDINGS = answer(CHAT_USAGE);
    private static final JsonPaths<AnswerField> CONVERTED = answer(INPUT_USAGE);

    /** An event of images, a transcription or speech. The text of a transcription counts as delivered until its usage. */
    private static final JsonPaths<AnswerField> CONVERTED_EVENT = JsonPaths.of(
            shortString("type", AnswerField.TYPE),
            presence("error", AnswerField.ERROR),
            text("delta", AnswerField.ASIDE),
            object("usage", INPUT_USAGE));

    private AnswerPaths() {}

    private static JsonPaths<AnswerField> block(AnswerField input) {
        return reported(
                AnswerField.BLOCK,
                text("text", AnswerField.TEXT),
                text("thinking", AnswerField.ASIDE),
                text("name", AnswerField.CALL),
                text("content", AnswerField.ASIDE),
                json("input", input),
                text("id", AnswerField.MARKED),
                text("signature", AnswerField.MARKED),
                text("data", AnswerField.MARKED),
                object("to", JsonPaths.of(shortString("model", AnswerField.FALLBACK))),
                object("trigger", JsonPaths.of(shortString("category", AnswerField.CATEGORY))));
    }

    private static JsonPaths<AnswerField> answer(JsonPaths<AnswerField> usage) {
        return JsonPaths.of(
                shortString("id", AnswerField.ID),
                shortString("model", AnswerField.MODEL),
                presence("error", AnswerField.ERROR),
                object("usage", usage));
    }

    private static JsonPaths<AnswerField> responseEvent(JsonPaths<AnswerField> response) {
        return JsonPaths.of(
                shortString("type", AnswerField.TYPE),
                presence("error", AnswerField.ERROR),
                text("delta", AnswerField.BY_TYPE),
                object("item", ITEM_EVENT),
                object("part", DONE_PART),
                object("response", response));
    }

    /** Returns the paths of the root of a response; for streams of each event, for JSON lines of each line. */
    static JsonPaths<AnswerField> root(Operation operation, boolean sse) {
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
