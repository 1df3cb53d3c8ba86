package dev.stillgate.proxy.dialect.stream;

import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.presence;
import static dev.stillgate.proxy.json.JsonPaths.shortString;

import dev.stillgate.proxy.json.JsonPaths;
import org.jspecify.annotations.Nullable;

/** Meaning of a JSON value or object of a response for {@link ResponseTally}. */
public enum ResponseField {
    INPUT(0),
    OUTPUT(1),
    CACHE_READ(2),
    CACHE_WRITE(3),
    REASONING(4),
    /** Input tokens of the prompt, without the results of the provider's own tools. */
    PROMPT_TOKENS,
    /** Input tokens of the results of the provider's own tools. */
    TOOL_PROMPT_TOKENS,
    /** Output tokens without thinking. */
    CANDIDATE_TOKENS,
    /** Output tokens of thinking, which {@link #CANDIDATE_TOKENS} excludes. */
    THOUGHT_TOKENS,
    /** The provisional output count at the start of a stream. */
    FIRST_OUTPUT,
    /** The index of a choice. */
    CHOICE_INDEX,
    TYPE,
    ID,
    MODEL,
    ERROR,
    ITEM_TYPE,
    PART_TYPE,
    /** Why the response or a choice ended. */
    REASON,
    /** Why a candidate of the Gemini API ended, which also says whether it was filtered. */
    CANDIDATE_REASON,
    /** Why the Gemini API refused a prompt. */
    BLOCK_REASON,
    /** Whether a part of the Gemini API is thinking. */
    THOUGHT,
    /** Base64 of an image or of sound that the model made. */
    MEDIA,
    /** The MIME type of {@link #MEDIA}, which precedes it. */
    MEDIA_TYPE,
    /** The category of a refusal. */
    CATEGORY,
    /** The type of a finished content part of a stream, whose text other events have delivered. */
    DONE_TYPE,
    /** The model that answers in place of one that refused. */
    FALLBACK,
    /** An id, signature or encrypted content that later prompts send back. */
    MARKED,
    /** The id of a Responses item. */
    ITEM_ID,
    /** The call id of a Responses item. */
    ITEM_CALL,
    /** The encrypted content of a Responses item. */
    ITEM_SEAL,
    /** Text of the assistant's turn. */
    TEXT(ContentKind.TEXT),
    /** Arguments of a tool call. */
    TOOL(ContentKind.TOOL),
    /** Other output of the model. */
    ASIDE(ContentKind.ASIDE),
    /** Output whose kind depends on the type of its event or content part. */
    BY_TYPE(ContentKind.BY_TYPE),
    /** Text of the assistant's turn in which it refuses to answer. */
    REFUSAL(ContentKind.TEXT),
    /** The same in a content part, whose type follows or precedes. */
    REFUSAL_PART(ContentKind.BY_TYPE),
    /** The name of a tool that the model calls. */
    CALL(ContentKind.ASIDE),
    /** Whether a response was generated in the background. */
    BACKGROUND,
    /** The most output that the request of a response allowed. */
    MOST_OUTPUT,
    /** The id of a file with results or errors of a batch. */
    RESULT_FILE,
    /** The id of a file, or of a batch. */
    FILE_ID,
    /** The purpose of a file. */
    FILE_PURPOSE,
    /** A content block of Messages. */
    BLOCK,
    /** A content part of Responses. */
    PART,
    /** An item of Responses. */
    ITEM,
    /** A choice of Chat Completions. */
    CHOICE,
    /** A response of the Gemini API, or one of the pieces of a stream. */
    GENERATION,
    /** A part of a candidate. Consecutive parts of text are one text, in which a stream's pieces continue. */
    GENERATED_PART,
    /** A response in a list of stored ones. */
    ANSWER;

    /** Number of the reported counts. */
    public static final int COUNTS = 5;

    /** Index of a reported count; -1 for all other values. */
    public final int count;

    /** How the model's output is counted; null for all other values. */
    public final @Nullable ContentKind kind;

    ResponseField() {
        this(-1, null);
    }

    ResponseField(int count) {
        this(count, null);
    }

    ResponseField(ContentKind kind) {
        this(-1, kind);
    }

    ResponseField(int count, @Nullable ContentKind kind) {
        this.count = count;
        this.kind = kind;
    }

    /** Returns the paths of id, model, error and usage of a response. */
    public static JsonPaths<ResponseField> answer(JsonPaths<ResponseField> usage) {
        return JsonPaths.of(
                shortString("id", ID), shortString("model", MODEL), presence("error", ERROR), object("usage", usage));
    }
}
