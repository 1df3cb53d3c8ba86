package dev.stillgate.spi;

/** What a path asks of the model API. */
public enum Operation {
    /** {@code POST /v1/messages}. */
    MESSAGES,
    /** {@code POST /v1/messages/count_tokens}. */
    COUNT_TOKENS,
    /** {@code POST /v1/messages/batches}: many messages in one request. */
    MESSAGE_BATCH,
    /** {@code GET /v1/messages/batches/{id}/results}: answers fetched later, a JSON line each. */
    MESSAGE_BATCH_RESULTS,
    /** {@code POST /v1/chat/completions}. */
    CHAT_COMPLETIONS,
    /**
     * {@code GET} and {@code POST /v1/chat/completions/{id}}: a stored answer; its {@code /messages}, and {@code GET
     * /v1/chat/completions}, a list of stored answers.
     */
    STORED_CHAT_COMPLETION,
    /** {@code POST /v1/responses}. */
    RESPONSES,
    /**
     * {@code GET /v1/responses/{id}}: a stored answer, or one made in the background; its {@code /cancel}, and its {@code
     * /input_items}, which list the answers before it.
     */
    STORED_RESPONSE,
    /** {@code POST /v1/files}: may carry the requests of a batch. */
    FILE_UPLOAD,
    /** {@code GET /v1/files/{id}/content}: may carry the answers of a batch. */
    FILE_CONTENT,
    /** Housekeeping of batches and stored answers (list, cancel, delete), which carries no model output. */
    CONTROL,
    /** A path of no dialect, which the route lists. */
    OPAQUE;

    /** Returns whether the request's body is a prompt that the gateway reads as the model does. */
    public boolean readsBody() {
        return switch (this) {
            case MESSAGES, COUNT_TOKENS, MESSAGE_BATCH, CHAT_COMPLETIONS, RESPONSES, FILE_UPLOAD -> true;
            default -> false;
        };
    }

    /** Returns whether the answer carries what a model wrote. */
    public boolean carriesAnswers() {
        return switch (this) {
            case MESSAGES,
                    CHAT_COMPLETIONS,
                    RESPONSES,
                    MESSAGE_BATCH_RESULTS,
                    STORED_CHAT_COMPLETION,
                    STORED_RESPONSE,
                    FILE_CONTENT -> true;
            default -> false;
        };
    }
}
