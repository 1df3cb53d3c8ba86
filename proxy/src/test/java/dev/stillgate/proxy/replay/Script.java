package dev.stillgate.proxy.replay;

import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;

/**
 * A request, and the response that it gets.
 *
 * @param request the request's content
 * @param status the response's status
 */
record Script(String method, String path, byte[] request, int status, Fixtures.Response answer) {
    private static final byte[] NOTHING = {};

    static Script of(Fixtures.Recording recording) {
        return new Script("POST", recording.path(), recording.request(), recording.status(), recording.answer());
    }

    static Script of(Fixtures.Response answer) {
        Operation operation = answer.operation();
        return new Script(operation.readsBody() ? "POST" : "GET", path(operation), request(operation), 200, answer);
    }

    private static String path(Operation operation) {
        return switch (operation) {
            case MESSAGES -> "/v1/messages";
            case COUNT_TOKENS -> "/v1/messages/count_tokens";
            case MESSAGE_BATCH -> "/v1/messages/batches";
            case MESSAGE_BATCH_RESULTS -> "/v1/messages/batches/msgbatch_1/results";
            case CHAT_COMPLETIONS -> "/v1/chat/completions";
            case STORED_CHAT_COMPLETION -> "/v1/chat/completions/chatcmpl-1";
            case RESPONSES -> "/v1/responses";
            case STORED_RESPONSE -> "/v1/responses/resp_1";
            case GENERATE_CONTENT -> "/v1/models/gemini-x:generateContent";
            case COUNT_CONTENT_TOKENS -> "/v1/models/gemini-x:countTokens";
            case FILE_CONTENT -> "/v1/files/file-1/content";
            case FILE_BATCH -> "/v1/batches";
            case CONTROL -> "/v1/messages/batches";
            case EMBEDDINGS -> "/v1/embeddings";
            case IMAGE_GENERATION -> "/v1/images/generations";
            case IMAGE_EDIT -> "/v1/images/edits";
            case TRANSCRIPTION -> "/v1/audio/transcriptions";
            case TRANSLATION -> "/v1/audio/translations";
            case SPEECH -> "/v1/audio/speech";
            case MODERATION -> "/v1/moderations";
            case FILE_UPLOAD, REALTIME, OPAQUE -> throw new IllegalArgumentException("no answers of " + operation);
        };
    }

    private static byte[] request(Operation operation) {
        String messages = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        return switch (operation) {
            case MESSAGES, COUNT_TOKENS, CHAT_COMPLETIONS -> utf8(messages);
            case MESSAGE_BATCH -> utf8("{\"requests\":[{\"custom_id\":\"a\",\"params\":" + messages + "}]}");
            case RESPONSES -> utf8("{\"model\":\"m\",\"input\":\"Hi\"}");
            case GENERATE_CONTENT, COUNT_CONTENT_TOKENS ->
                utf8("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}");
            default -> NOTHING;
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
