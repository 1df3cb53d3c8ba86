package dev.stillgate.proxy.dialect.google;

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

/** JSON paths of the usage, id, model, end and text of the Gemini API. All other keys are ignored. */
final class GenerationPaths {
    private static final JsonPaths<ResponseField> USAGE = JsonPaths.of(
            number("promptTokenCount", ResponseField.PROMPT_TOKENS),
            number("toolUsePromptTokenCount", ResponseField.TOOL_PROMPT_TOKENS),
            number("cachedContentTokenCount", ResponseField.CACHE_READ),
            number("candidatesTokenCount", ResponseField.CANDIDATE_TOKENS),
            number("thoughtsTokenCount", ResponseField.THOUGHT_TOKENS));
    private static final JsonPaths<ResponseField> PART = reported(
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
            object("content", JsonPaths.of(list("parts", PART))));

    /** A response of the Gemini API; a stream is an array or events of such objects. */
    static final JsonPaths<ResponseField> GENERATION = reported(
                    ResponseField.GENERATION,
                    shortString("responseId", ResponseField.ID),
                    shortString("modelVersion", ResponseField.MODEL),
                    presence("error", ResponseField.ERROR),
                    object("usageMetadata", USAGE),
                    object("promptFeedback", JsonPaths.of(shortString("blockReason", ResponseField.BLOCK_REASON))),
                    list("candidates", CANDIDATES))
            .orList();

    static final JsonPaths<ResponseField> COUNT = JsonPaths.of(
            number("totalTokens", ResponseField.INPUT), number("cachedContentTokenCount", ResponseField.CACHE_READ));

    private GenerationPaths() {}
}
