package dev.stillgate.loadtests.bench;

import java.nio.charset.StandardCharsets;

/** Sample requests and responses. */
final class Samples {
    private static final String PROSE =
            "The keeper of the light wrote in his log each evening what the sea had been like. ";

    /** A chat of 1.2 kB: a system prompt and three messages. */
    static final byte[] CHAT = utf8("{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":1024,\"temperature\":0.7,"
            + "\"stream\":true,\"system\":\"" + PROSE.repeat(4) + "\",\"messages\":["
            + message("user", PROSE.repeat(4)) + ',' + message("assistant", PROSE.repeat(2)) + ','
            + message("user", PROSE.repeat(2)) + "]}");

    /** A response of 2 kB with the usage at its end. */
    static final byte[] MESSAGE = utf8("{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\","
            + "\"model\":\"claude-sonnet-4-5\",\"content\":[{\"type\":\"text\",\"text\":\"" + PROSE.repeat(22)
            + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":310,"
            + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":402}}");

    /** One event of 150 bytes. */
    static final byte[] EVENT = utf8("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
            + "\"delta\":{\"type\":\"text_delta\",\"text\":\" the keeper of the old light\"}}\n\n");

    /** A request head of an SDK, 800 bytes. */
    static final byte[] HEAD = utf8("""
            POST /v1/messages HTTP/1.1
            Host: api.example.com
            Accept: application/json
            Accept-Encoding: gzip, deflate, br, zstd
            Connection: keep-alive
            User-Agent: Anthropic/Python 0.79.0
            Anthropic-Version: 2023-06-01
            Content-Type: application/json
            X-Api-Key: sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01234567
            X-Stainless-Arch: x64
            X-Stainless-Async: false
            X-Stainless-Lang: python
            X-Stainless-Os: Linux
            X-Stainless-Package-Version: 0.79.0
            X-Stainless-Read-Timeout: 600
            X-Stainless-Retry-Count: 0
            X-Stainless-Runtime: CPython
            X-Stainless-Runtime-Version: 3.13.1
            X-Stainless-Timeout: 600
            X-Request-Id: 8f14e45f-ceea-467f-ab1e-9d2c51c1ab03
            Content-Length: 1224

            """.replace("\n", "\r\n"));

    private Samples() {}

    private static String message(String role, String text) {
        return "{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
