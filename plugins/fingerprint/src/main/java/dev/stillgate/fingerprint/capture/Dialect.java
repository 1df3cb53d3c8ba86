package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.Operation;

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

    /** Returns the position of the constant. */
    @SuppressWarnings("EnumOrdinal") // constants are only appended, since files and messages hold the position
    public int code() {
        return ordinal();
    }

    /** Returns the dialect of an operation. */
    static Dialect of(Operation operation) {
        return switch (operation) {
            case MESSAGES, COUNT_TOKENS, MESSAGE_BATCH, MESSAGE_BATCH_RESULTS -> MESSAGES;
            case CHAT_COMPLETIONS, STORED_CHAT_COMPLETION -> CHAT_COMPLETIONS;
            case RESPONSES, STORED_RESPONSE -> RESPONSES;
            case GENERATE_CONTENT, COUNT_CONTENT_TOKENS -> GEMINI;
            case FILE_UPLOAD,
                    FILE_CONTENT,
                    EMBEDDINGS,
                    IMAGE_GENERATION,
                    IMAGE_EDIT,
                    REALTIME,
                    TRANSCRIPTION,
                    TRANSLATION,
                    SPEECH,
                    MODERATION,
                    FILE_BATCH,
                    CONTROL,
                    OPAQUE -> OTHER;
        };
    }
}
