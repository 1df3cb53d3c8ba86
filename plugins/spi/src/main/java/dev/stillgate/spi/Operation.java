package dev.stillgate.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operation of a model API. Its {@linkplain #kind kind} decides how a request is handled, so that a provider can
 * have operations of its own. Compared by identity.
 */
public final class Operation {
    private static final List<Operation> NAMED = new ArrayList<>();

    public static final Operation MESSAGES = named(Provider.ANTHROPIC, "messages", Kind.CHAT, "chat");
    public static final Operation COUNT_TOKENS = named(Provider.ANTHROPIC, "count_tokens", Kind.COUNT, null);
    public static final Operation MESSAGE_BATCH = named(Provider.ANTHROPIC, "message_batch", Kind.BATCH, null);
    public static final Operation MESSAGE_BATCH_RESULTS =
            named(Provider.ANTHROPIC, "message_batch_results", Kind.RESULTS, null);
    public static final Operation CHAT_COMPLETIONS = named(Provider.OPENAI, "chat_completions", Kind.CHAT, "chat");
    public static final Operation STORED_CHAT_COMPLETION =
            named(Provider.OPENAI, "stored_chat_completion", Kind.STORED, null);
    public static final Operation RESPONSES = named(Provider.OPENAI, "responses", Kind.CHAT, "chat");
    public static final Operation STORED_RESPONSE = named(Provider.OPENAI, "stored_response", Kind.DEFERRED, null);
    public static final Operation GENERATE_CONTENT =
            named(Provider.GOOGLE, "generate_content", Kind.CHAT, "generate_content");
    public static final Operation COUNT_CONTENT_TOKENS =
            named(Provider.GOOGLE, "count_content_tokens", Kind.COUNT, null);
    public static final Operation FILE_UPLOAD = named(Provider.OPENAI, "file_upload", Kind.UPLOAD, null);
    public static final Operation FILE_CONTENT = named(Provider.OPENAI, "file_content", Kind.FILE, null);
    public static final Operation EMBEDDINGS = named(Provider.OPENAI, "embeddings", Kind.INPUT, "embeddings");
    public static final Operation IMAGE_GENERATION =
            named(Provider.OPENAI, "image_generation", Kind.INPUT, "generate_content");
    public static final Operation IMAGE_EDIT =
            named(Provider.OPENAI, "image_edit", Kind.UPLOADED_INPUT, "generate_content");
    public static final Operation TRANSCRIPTION =
            named(Provider.OPENAI, "transcription", Kind.UPLOADED_INPUT, "transcription");
    public static final Operation TRANSLATION =
            named(Provider.OPENAI, "translation", Kind.UPLOADED_INPUT, "translation");
    public static final Operation SPEECH = named(Provider.OPENAI, "speech", Kind.INPUT, "generate_content");
    public static final Operation MODERATION = named(Provider.OPENAI, "moderation", Kind.INPUT, "moderation");
    public static final Operation REALTIME = named(Provider.OPENAI, "realtime", Kind.SESSION, "realtime");
    public static final Operation FILE_BATCH = named(Provider.OPENAI, "file_batch", Kind.JOB, null);

    /** The handshake of a connection that carries Responses prompts, each of which is an exchange of its own. */
    public static final Operation RESPONSES_SOCKET = named(Provider.OPENAI, "responses_socket", Kind.CONTROL, null);

    /** Management of batches and stored responses (list, cancel, delete) without model output. */
    public static final Operation CONTROL = named(null, "control", Kind.CONTROL, null);

    /** A path outside the dialects that the route lists. */
    public static final Operation OPAQUE = named(null, "opaque", Kind.OPAQUE, null);

    private final @Nullable Provider provider;
    private final String label;
    private final Kind kind;
    private final @Nullable String genAi;

    /** Kind of an operation. */
    public enum Kind {
        /** A prompt, answered by a chat model. */
        CHAT,
        /** A prompt whose tokens are counted. */
        COUNT,
        /** Many prompts in one request. */
        BATCH,
        /** The results of a batch, one JSON line each. */
        RESULTS,
        /** A response that was charged when it was generated. */
        STORED,
        /** A stored response that may have been generated in the background since. */
        DEFERRED,
        /** A file, which may contain the prompts of a batch. */
        UPLOAD,
        /** The content of a file, which may be the results of a batch, one JSON line each. */
        FILE,
        /** A batch of the prompts in a file, or a list of files: names the files of results. */
        JOB,
        /** One input that is converted to vectors, images, sound, text or categories. */
        INPUT,
        /** The same for an upload, which is not read. */
        UPLOADED_INPUT,
        /** A session over WebSocket, forwarded unread but for the events that report usage. */
        SESSION,
        CONTROL,
        OPAQUE
    }

    /**
     * Creates an operation.
     *
     * @param provider the provider whose API has it; null if several have it
     * @param label its name in logs and metrics, in lower case
     * @param genAi the value of {@code gen_ai.operation.name} in OpenTelemetry's conventions, the label where these have
     *     none; null if the operation runs no model
     */
    public Operation(@Nullable Provider provider, String label, Kind kind, @Nullable String genAi) {
        this.provider = provider;
        this.label = label;
        this.kind = kind;
        this.genAi = genAi;
    }

    private static Operation named(@Nullable Provider provider, String label, Kind kind, @Nullable String genAi) {
        Operation operation = new Operation(provider, label, kind, genAi);
        NAMED.add(operation);
        return operation;
    }

    /** Returns the operations that have a name here. */
    public static List<Operation> values() {
        return Collections.unmodifiableList(NAMED);
    }

    /**
     * Returns the operation of a label, in any case.
     *
     * @throws IllegalArgumentException if no operation has it
     */
    public static Operation of(String label) {
        return NAMED.stream()
                .filter(operation -> operation.label.equalsIgnoreCase(label))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no operation " + label));
    }

    public @Nullable Provider provider() {
        return provider;
    }

    public String label() {
        return label;
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable String genAi() {
        return genAi;
    }

    /** Returns whether the gateway parses the request's body. */
    public boolean readsBody() {
        return switch (kind) {
            case CHAT, COUNT, BATCH, UPLOAD, INPUT -> true;
            default -> false;
        };
    }

    /** Returns whether the request asks only for the number of tokens of a prompt. */
    public boolean countsTokens() {
        return kind == Kind.COUNT;
    }

    /**
     * Returns whether the operation converts one input to vectors, images, sound, text or categories, without a
     * conversation. The input is not a prompt, and the response is not the response of a chat model.
     */
    public boolean convertsInput() {
        return kind == Kind.INPUT || kind == Kind.UPLOADED_INPUT;
    }

    /** Returns whether a response in JSON or events may report token usage. */
    public boolean reportsUsage() {
        return carriesResponses() || convertsInput() || countsTokens() || kind == Kind.JOB;
    }

    /** Returns whether the response contains the output of a chat model. */
    public boolean carriesResponses() {
        return switch (kind) {
            case CHAT, RESULTS, STORED, DEFERRED, FILE -> true;
            default -> false;
        };
    }

    /** Returns whether a response in JSON consists of lines, one response each. */
    public boolean hasLines() {
        return kind == Kind.RESULTS || kind == Kind.FILE;
    }

    @Override
    public String toString() {
        return label;
    }
}
