package dev.stillgate.spi;

/** Operations of the model APIs. */
public enum Operation {
    /**
     * {@code POST /v1/messages}; on Vertex AI {@code :rawPredict} and {@code :streamRawPredict}, on Amazon Bedrock
     * {@code /invoke} and {@code /invoke-with-response-stream}.
     */
    MESSAGES,
    /** {@code POST /v1/messages/count_tokens}. */
    COUNT_TOKENS,
    /** {@code POST /v1/messages/batches}: many messages in one request. */
    MESSAGE_BATCH,
    /** {@code GET /v1/messages/batches/{id}/results}: results fetched later, one JSON line each. */
    MESSAGE_BATCH_RESULTS,
    /** {@code POST /v1/chat/completions}. */
    CHAT_COMPLETIONS,
    /**
     * {@code GET} and {@code POST /v1/chat/completions/{id}}: a stored completion; also its
     * {@code /messages}, and the list {@code GET /v1/chat/completions}.
     */
    STORED_CHAT_COMPLETION,
    /** {@code POST /v1/responses}. */
    RESPONSES,
    /**
     * {@code GET /v1/responses/{id}}: a stored or background response; also its {@code /cancel} and its
     * {@code /input_items}, which contain earlier responses.
     */
    STORED_RESPONSE,
    /** {@code POST /v1/files}: may contain the requests of a batch. */
    FILE_UPLOAD,
    /** {@code GET /v1/files/{id}/content}: may contain the results of a batch. */
    FILE_CONTENT,
    /** Management of batches and stored responses (list, cancel, delete) without model output. */
    CONTROL,
    /** A path outside the dialects that the route lists. */
    OPAQUE;

    /** Returns whether the gateway parses the request's body. */
    public boolean readsBody() {
        return switch (this) {
            case MESSAGES, COUNT_TOKENS, MESSAGE_BATCH, CHAT_COMPLETIONS, RESPONSES, FILE_UPLOAD -> true;
            default -> false;
        };
    }

    /** Returns whether the response contains model output. */
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
