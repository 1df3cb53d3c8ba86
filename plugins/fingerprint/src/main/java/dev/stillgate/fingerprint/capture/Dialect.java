package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.Operation;
import java.util.Map;

/** Model API in which an account asks. Files and messages hold the position of a constant. */
public enum Dialect {
    /** An operation that several APIs share or that no dialect reads. */
    OTHER,
    /** Anthropic Messages, with batches and token counts. */
    MESSAGES,
    /** OpenAI Chat Completions. */
    CHAT_COMPLETIONS,
    /** OpenAI Responses. */
    RESPONSES,
    /** The Gemini API. The votes in files have no position left for it: there it counts as {@link #OTHER}. */
    GEMINI;

    private static final Map<Operation, Dialect> BY_OPERATION = Map.of(
            Operation.MESSAGES, MESSAGES,
            Operation.COUNT_TOKENS, MESSAGES,
            Operation.MESSAGE_BATCH, MESSAGES,
            Operation.MESSAGE_BATCH_RESULTS, MESSAGES,
            Operation.CHAT_COMPLETIONS, CHAT_COMPLETIONS,
            Operation.STORED_CHAT_COMPLETION, CHAT_COMPLETIONS,
            Operation.RESPONSES, RESPONSES,
            Operation.STORED_RESPONSE, RESPONSES,
            Operation.GENERATE_CONTENT, GEMINI,
            Operation.COUNT_CONTENT_TOKENS, GEMINI);

    /** Returns the position of the constant. */
    @SuppressWarnings("EnumOrdinal") // constants are only appended, since files and messages hold the position
    public int code() {
        return ordinal();
    }

    /** Returns the dialect that it votes for. */
    public Dialect voted() {
        return this == GEMINI ? OTHER : this;
    }

    /** Returns the dialect of an operation. */
    static Dialect of(Operation operation) {
        return BY_OPERATION.getOrDefault(operation, OTHER);
    }
}
