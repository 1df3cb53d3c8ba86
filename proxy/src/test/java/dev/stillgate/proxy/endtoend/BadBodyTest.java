package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Encodings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests bodies that a model could read differently, or that are too large: they are refused with a reason and counted.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BadBodyTest {
    private static final List<String> PATHS = List.of("/v1/messages", "/v1/chat/completions", "/v1/responses");
    private static final String JSON = "content-type: application/json";

    private record Bad(String name, byte[] body, int status, String code, String... fields) {
        Bad(String name, String body, int status, String code, String... fields) {
            this(name, body.getBytes(StandardCharsets.ISO_8859_1), status, code, fields);
        }
    }

    private static List<Bad> cases() {
        byte[] gzip = Encodings.gzip(Requests.CHAT_BODY);
        byte[] trailing = Arrays.copyOf(gzip, gzip.length + 1);
        String bomb = "[" + " ".repeat(10 << 20) + "]";
        return List.of(
                new Bad("duplicate key", "{\"model\":\"a\",\"model\":\"b\"}", 400, "json-duplicate-key", JSON),
                new Bad(
                        "escaped duplicate",
                        "{\"model\":\"a\",\"m\\u006fdel\":\"b\"}",
                        400,
                        "json-duplicate-key",
                        JSON),
                new Bad("depth 65", "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}", 400, "json-depth", JSON),
                new Bad("invalid UTF-8", "{\"model\":\"\u00ff\"}", 400, "json-invalid-utf8", JSON),
                new Bad("overlong UTF-8", "{\"model\":\"\u00c0\u00af\"}", 400, "json-invalid-utf8", JSON),
                new Bad("half a surrogate", "{\"model\":\"\\ud800\"}", 400, "json-invalid-utf8", JSON),
                new Bad("trailing bytes", "{} {}", 400, "json-trailing-bytes", JSON),
                new Bad("trailing null", "{}\0", 400, "json-trailing-bytes", JSON),
                new Bad("empty", "", 400, "json-syntax", JSON),
                new Bad("not JSON", "model=a", 400, "json-syntax", JSON),
                new Bad("array", "[]", 400, "json-syntax", JSON),
                new Bad("cut short", "{\"model\":\"a\"", 400, "json-syntax", JSON),
                new Bad("engine A6: a scalar of another type", "{\"stream\":1}", 400, "json-type", JSON),
                new Bad("engine A6: a key of another case", "{\"Model\":\"a\"}", 400, "json-type", JSON),
                new Bad("form", "{}", 400, "content-type", "content-type: application/x-www-form-urlencoded"),
                new Bad("other charset", "{}", 400, "content-type", "content-type: application/json; charset=utf-16"),
                new Bad("unknown coding", "{}", 415, "coding-unsupported", JSON, "content-encoding: compress"),
                new Bad("two codings", "{}", 415, "coding-unsupported", JSON, "content-encoding: gzip, gzip"),
                new Bad(
                        "two coding fields",
                        "{}",
                        415,
                        "coding-unsupported",
                        JSON,
                        "content-encoding: gzip",
                        "content-encoding: br"),
                new Bad("gzip bomb", Encodings.gzip(bomb), 413, "coding-too-large", JSON, "content-encoding: gzip"),
                new Bad("zstd bomb", Encodings.zstd(bomb), 413, "coding-too-large", JSON, "content-encoding: zstd"),
                new Bad("br bomb", Encodings.brotli(bomb), 413, "coding-too-large", JSON, "content-encoding: br"),
                new Bad(
                        "truncated gzip",
                        Arrays.copyOf(gzip, gzip.length - 5),
                        400,
                        "coding-malformed",
                        JSON,
                        "content-encoding: gzip"),
                new Bad("gzip and more", trailing, 400, "coding-malformed", JSON, "content-encoding: gzip"),
                new Bad("no gzip", "{}", 400, "coding-malformed", JSON, "content-encoding: gzip"));
    }

    @TestFactory
    List<DynamicTest> refused() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String path : PATHS) {
            for (Bad bad : cases()) {
                tests.add(DynamicTest.dynamicTest(bad.name() + " at " + path, () -> refuse(path, bad)));
            }
        }
        return tests;
    }

    private static void refuse(String path, Bad bad) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            RawClient.Response answer =
                    client.send(Requests.post(path, bad.body(), bad.fields())).answer();
            assertThat(answer.status()).isEqualTo(bad.status());
            assertThat(answer.values("content-type")).containsExactly("application/json");
            assertThat(answer.values("x-content-type-options")).containsExactly("nosniff");
            assertThat(answer.text())
                    .contains(
                            path.equals("/v1/messages")
                                    ? "{\"type\":\"error\",\"error\":{"
                                    : "{\"error\":{\"message\":");
            assertThat(rig.reason(bad.code())).isEqualTo(1);
            assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(200);
            assertThat(upstream.connections()).hasSize(1);
            assertThat(rig.finish().getFirst())
                    .contains("\"rejected\"", "\"response_code_details\":\"" + bad.code() + "\"");
        }
    }

    @Test
    @DisplayName("engine A3: a few bytes are not decompressed to many megabytes")
    void decompressionBombIsRefused() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            byte[] small = Encodings.gzip(repetitive(4_000_000));
            byte[] large = Encodings.gzip(repetitive(5_000_000));
            assertThat(5_000_000 / large.length).as("ratio").isBetween(25, 95);
            assertThat(client.send(Requests.post("/v1/messages", small, JSON, "content-encoding: gzip"))
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertThat(client.send(Requests.post("/v1/messages", large, JSON, "content-encoding: gzip"))
                            .answer()
                            .status())
                    .isEqualTo(413);
            assertThat(rig.reason("coding-too-large")).isEqualTo(1);
        }
    }

    private static String repetitive(int length) {
        Random random = new Random(1);
        StringBuilder json = new StringBuilder("{\"a\":\"");
        while (json.length() < length - 160) {
            json.append("the same words in every line ".repeat(5)).append(random.nextInt(100));
        }
        return json.append("\"}").toString();
    }

    @Test
    void bodyOfExcessiveLengthIsRefusedBeforeItArrives() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).limits("{body: 100KiB}").start();
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/messages", JSON, "Content-Length: 102401") + "\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(client.rest()).isEmpty();
            assertThat(rig.reason("body-too-large")).isEqualTo(1);
        }
    }

    @Test
    void chunkedBodyIsRefusedWhenItExceedsTheLimit() {
        for (String path : List.of("/v1/messages", "/v1/blobs/1")) {
            UpstreamScript upstream = UpstreamScript.of(UpstreamScript.Connection::drain);
            try (upstream;
                    GatewayRig rig = GatewayRig.with()
                            .to(upstream)
                            .limits("{body: 100KiB}")
                            .start();
                    RawClient client = rig.connect()) {
                client.send(Requests.head("POST", path, JSON, "Transfer-Encoding: chunked") + "\r\n");
                client.send(UpstreamScript.chunk(" ".repeat(10_000)).repeat(11));
                assertThat(client.answer().status()).isEqualTo(413);
                assertThat(rig.reason("body-too-large")).isEqualTo(1);
            }
        }
    }

    @Test
    void validCodingsReachTheUpstreamDecodedWithTheirLength() throws IOException {
        for (String path : PATHS) {
            try (UpstreamScript upstream = UpstreamScript.answering();
                    GatewayRig rig = GatewayRig.before(upstream)) {
                String large = "{\"model\":\"m\",\"pad\":\"" + noise() + "\u00e9" + "\"}";
                for (String text : List.of(Requests.CHAT_BODY, large)) {
                    send(rig, path, Encodings.gzip(text), "gzip");
                    send(rig, path, Encodings.brotli(text), "br");
                    send(rig, path, Encodings.zstd(text), "zstd");
                    send(rig, path, text.getBytes(StandardCharsets.UTF_8), "identity");
                }
                List<UpstreamScript.Request> requests = upstream.requests();
                assertThat(requests).hasSize(8);
                for (int i = 0; i < 8; i++) {
                    byte[] plain = (i < 4 ? Requests.CHAT_BODY : large).getBytes(StandardCharsets.UTF_8);
                    assertThat(requests.get(i).body()).isEqualTo(plain);
                    assertThat(requests.get(i).values("content-encoding")).isEmpty();
                }
            }
        }
    }

    /** Returns text that hardly compresses, unlike a decompression bomb. */
    private static String noise() {
        java.util.Random random = new java.util.Random(7);
        StringBuilder text = new StringBuilder();
        while (text.length() < 200_000) {
            text.append(Long.toString(random.nextLong(), 36));
        }
        return text.toString();
    }

    private static void send(GatewayRig rig, String path, byte[] body, String coding) {
        try (RawClient client = rig.connect()) {
            byte[] request = Requests.post(path, body, JSON, "content-encoding: " + coding);
            assertThat(client.send(request).answer().status()).as(coding).isEqualTo(200);
        }
    }

    @Test
    void exhaustedMemoryIs503WithRetryAfterAndRecovers() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{body: 200KiB, bodyMemory: 300KiB, bodyMemoryPerAddress: 300KiB}")
                        .start();
                RawClient first = rig.connect()) {
            String body = "{\"model\":\"m\",\"pad\":\"" + "x".repeat(150_000) + "\"}";
            first.send(Requests.head("POST", "/v1/messages", JSON, "Content-Length: " + body.length()) + "\r\n"
                    + body.substring(0, 149_000));
            GatewayRig.eventually("held", () -> rig.metric("stillgate_body_memory_bytes") >= 149_000);
            for (String path : PATHS) {
                RawClient.Response full = rig.ask(Requests.post(path, body));
                assertThat(full.status()).isIn(503, 529);
                assertThat(full.values("retry-after")).containsExactly("1");
            }
            assertThat(rig.reason("body-memory")).isEqualTo(3);
            first.send(body.substring(149_000));
            assertThat(first.answer().status()).isEqualTo(200);
            GatewayRig.eventually("given back", () -> rig.metric("stillgate_body_memory_bytes") == 0);
            assertThat(rig.ask(Requests.post("/v1/messages", body)).status()).isEqualTo(200);
        }
    }
}
