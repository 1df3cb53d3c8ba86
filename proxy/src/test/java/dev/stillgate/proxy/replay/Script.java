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
        return switch (operation.label()) {
            case "messages" -> "/v1/messages";
            case "count_tokens" -> "/v1/messages/count_tokens";
            case "message_batch" -> "/v1/messages/batches";
            case "message_batch_results" -> "/v1/messages/batches/msgbatch_1/results";
            case "chat_completions" -> "/v1/chat/completions";
            case "stored_chat_completion" -> "/v1/chat/completions/chatcmpl-1";
            case "responses" -> "/v1/responses";
            case "stored_response" -> "/v1/responses/resp_1";
            case "generate_content" -> "/v1/models/gemini-x:generateContent";
            case "count_content_tokens" -> "/v1/models/gemini-x:countTokens";
            case "file_content" -> "/v1/files/file-1/content";
            case "file_batch" -> "/v1/batches";
            case "control" -> "/v1/messages/batches";
            case "embeddings" -> "/v1/embeddings";
            case "image_generation" -> "/v1/images/generations";
            case "image_edit" -> "/v1/images/edits";
            case "transcription" -> "/v1/audio/transcriptions";
            case "translation" -> "/v1/audio/translations";
            case "speech" -> "/v1/audio/speech";
            case "moderation" -> "/v1/moderations";
            default -> throw new IllegalArgumentException("no answers of " + operation);
        };
    }

    private static byte[] request(Operation operation) {
        String messages = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        return switch (operation.label()) {
            case "messages", "count_tokens", "chat_completions" -> utf8(messages);
            case "message_batch" -> utf8("{\"requests\":[{\"custom_id\":\"a\",\"params\":" + messages + "}]}");
            case "responses" -> utf8("{\"model\":\"m\",\"input\":\"Hi\"}");
            case "generate_content", "count_content_tokens" ->
                utf8("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}");
            default -> NOTHING;
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
