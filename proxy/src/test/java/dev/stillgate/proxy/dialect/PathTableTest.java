package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTableTest {
    @ParameterizedTest
    @CsvSource(
            textBlock = """
            POST,   /v1/messages,                                   ANTHROPIC, MESSAGES
            POST,   /v1/messages/count_tokens,                      ANTHROPIC, COUNT_TOKENS
            POST,   /v1/messages/batches,                           ANTHROPIC, MESSAGE_BATCH
            GET,    /v1/messages/batches,                           ANTHROPIC, CONTROL
            GET,    /v1/messages/batches/msgbatch_01Hk,             ANTHROPIC, CONTROL
            DELETE, /v1/messages/batches/msgbatch_01Hk,             ANTHROPIC, CONTROL
            POST,   /v1/messages/batches/msgbatch_01Hk/cancel,      ANTHROPIC, CONTROL
            GET,    /v1/messages/batches/msgbatch_01Hk/results,     ANTHROPIC, MESSAGE_BATCH_RESULTS
            POST,   /v1/chat/completions,                           OPENAI,    CHAT_COMPLETIONS
            GET,    /v1/chat/completions,                           OPENAI,    STORED_CHAT_COMPLETION
            GET,    /v1/chat/completions/chatcmpl-9,                OPENAI,    STORED_CHAT_COMPLETION
            GET,    /v1/chat/completions/chatcmpl-9/messages,       OPENAI,    STORED_CHAT_COMPLETION
            POST,   /v1/chat/completions/chatcmpl-9,                OPENAI,    CONTROL
            DELETE, /v1/chat/completions/chatcmpl-9,                OPENAI,    CONTROL
            POST,   /v1/responses,                                  OPENAI,    RESPONSES
            GET,    /v1/responses/resp_6a,                          OPENAI,    STORED_RESPONSE
            POST,   /v1/responses/resp_6a/cancel,                   OPENAI,    STORED_RESPONSE
            DELETE, /v1/responses/resp_6a,                          OPENAI,    CONTROL
            GET,    /v1/responses/resp_6a/input_items,              OPENAI,    CONTROL
            POST,   /v1/files,                                      OPENAI,    FILE_UPLOAD
            GET,    /v1/files,                                      OPENAI,    CONTROL
            GET,    /v1/files/file-7,                               OPENAI,    CONTROL
            DELETE, /v1/files/file-7,                               OPENAI,    CONTROL
            GET,    /v1/files/file-7/content,                       OPENAI,    FILE_CONTENT
            POST,   /v1/batches,                                    OPENAI,    CONTROL
            GET,    /v1/batches,                                    OPENAI,    CONTROL
            GET,    /v1/batches/batch_3,                            OPENAI,    CONTROL
            POST,   /v1/batches/batch_3/cancel,                     OPENAI,    CONTROL
            """)
    void knowsEveryPathOfTheDialects(String method, String path, Provider provider, Operation operation) {
        assertThat(PathTable.match(method, path)).isEqualTo(new PathTable.Match(provider, operation));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/messages",
                "PUT /v1/messages",
                "post /v1/messages",
                "HEAD /v1/responses/resp_1",
                "POST /v1/messages/",
                "POST /v1/Messages",
                "POST /v1//messages",
                "POST /v1/messages/batches/b/results",
                "POST /v1/messages/batches/b",
                "GET /v1/messages/batches/",
                "GET /v1/messages/batches//results",
                "GET /v1/messages/batches/a%2fb",
                "GET /v1/messages/batches/../b",
                "GET /v1/messages/batches/b/results/1",
                "GET /v1/messages/batchesX/b",
                "GET /v1/messages/count_tokens",
                "DELETE /v1/chat/completions",
                "PUT /v1/chat/completions/c",
                "GET /v1/responses",
                "POST /v1/responses/resp_1",
                "POST /v1/responses/compact",
                "POST /v1/responses/resp_1/content",
                "POST /v1/files/file-1/content",
                "GET /v1/batches/b/results",
                "DELETE /v1/batches/b",
                "POST /v1/complete",
                "POST /v1/completions",
                "POST /v1/conversations",
                "POST /v1/threads",
                "POST /v1/uploads",
                "POST /v1/embeddings",
                "POST /v1/",
                "POST /v1",
                "POST ",
                "POST /v2/messages",
                "GET /v1/models",
            })
    void everythingElseIsOfNoDialect(String line) {
        String[] parts = line.split(" ", 2);
        assertThat(PathTable.match(parts[0], parts[1])).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128, 129})
    void anIdIsBounded(int length) {
        assertThat(PathTable.match("GET", "/v1/responses/" + "a".repeat(length)) != null)
                .isEqualTo(length <= 128);
    }
}
