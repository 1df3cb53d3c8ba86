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
    /**
     * {@code POST /v1beta/models/{model}:generateContent} and {@code :streamGenerateContent} of the Gemini API; also on
     * Vertex AI.
     */
    GENERATE_CONTENT,
    /** {@code POST /v1beta/models/{model}:countTokens} of the Gemini API; also on Vertex AI. */
    COUNT_CONTENT_TOKENS,
    /** {@code POST /v1/files}: may contain the requests of a batch. */
    FILE_UPLOAD,
    /** {@code GET /v1/files/{id}/content}: may contain the results of a batch. */
    FILE_CONTENT,
    /** {@code POST /v1/embeddings}. */
    EMBEDDINGS,
    /** {@code POST /v1/images/generations}. */
    IMAGE_GENERATION,
    /** {@code POST /v1/images/edits}: an upload of images, which is not read. */
    IMAGE_EDIT,
    /** {@code POST /v1/audio/transcriptions}: an upload of sound, which is not read. */
    TRANSCRIPTION,
    /** {@code POST /v1/audio/translations}: an upload of sound, which is not read. */
    TRANSLATION,
    /** {@code POST /v1/audio/speech}. */
    SPEECH,
    /** {@code POST /v1/moderations}. */
    MODERATION,
    /**
     * {@code GET /v1/realtime}: a session over WebSocket. Its events are forwarded unread, except those that report usage.
     */
    REALTIME,
    /**
     * {@code /v1/batches} and the paths below it: batches of the requests in a file. Also {@code GET} of {@code
     * /v1/files} and its files, without their content. The response names the files of results.
     */
    FILE_BATCH,
    /** Management of batches and stored responses (list, cancel, delete) without model output. */
    CONTROL,
    /** A path outside the dialects that the route lists. */
    OPAQUE;

    /** Returns whether the gateway parses the request's body. */
    public boolean readsBody() {
        return switch (this) {
            case MESSAGES,
                    COUNT_TOKENS,
                    MESSAGE_BATCH,
                    CHAT_COMPLETIONS,
                    RESPONSES,
                    GENERATE_CONTENT,
                    COUNT_CONTENT_TOKENS,
                    FILE_UPLOAD,
                    EMBEDDINGS,
                    IMAGE_GENERATION,
                    SPEECH,
                    MODERATION -> true;
            default -> false;
        };
    }

    /** Returns whether the request asks only for the number of tokens of a prompt. */
    public boolean countsTokens() {
        return this == COUNT_TOKENS || this == COUNT_CONTENT_TOKENS;
    }

    /**
     * Returns whether the operation converts one input to vectors, images, sound, text or categories, without a
     * conversation. The input is not a prompt, and the response is not the response of a chat model.
     */
    public boolean convertsInput() {
        return switch (this) {
            case EMBEDDINGS, IMAGE_GENERATION, IMAGE_EDIT, TRANSCRIPTION, TRANSLATION, SPEECH, MODERATION -> true;
            default -> false;
        };
    }

    /** Returns whether a response in JSON or events may report token usage. */
    public boolean reportsUsage() {
        return carriesResponses() || convertsInput() || countsTokens() || this == FILE_BATCH;
    }

    /** Returns whether the response contains the output of a chat model. */
    public boolean carriesResponses() {
        return switch (this) {
            case MESSAGES,
                    CHAT_COMPLETIONS,
                    RESPONSES,
                    GENERATE_CONTENT,
                    MESSAGE_BATCH_RESULTS,
                    STORED_CHAT_COMPLETION,
                    STORED_RESPONSE,
                    FILE_CONTENT -> true;
            default -> false;
        };
    }
}
