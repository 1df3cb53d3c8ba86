package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests OpenAI's embeddings, images, audio and moderations: metered, limited, and forwarded as they came. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ConvertedInputEndToEndTest {
    private static final String KEY = "Authorization: Bearer sk-one";
    private static final String EMBEDDINGS = "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
            + "\"embedding\":[0.5,-2e-3]}],\"model\":\"e-3\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
    private static final String IMAGE = "{\"created\":1,\"data\":[{\"b64_json\":\"AAAA\"}],"
            + "\"usage\":{\"input_tokens\":20,\"output_tokens\":272,\"total_tokens\":292}}";
    private static final String TRANSCRIPT = "{\"text\":\"The lamp is lit\",\"usage\":{\"type\":\"tokens\","
            + "\"input_tokens\":14,\"output_tokens\":4,\"total_tokens\":18}}";
    private static final String EVENTS = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"The lamp\"}\n\n"
            + "data: {\"type\":\"transcript.text.done\",\"text\":\"The lamp\",\"usage\":{\"type\":\"tokens\","
            + "\"input_tokens\":14,\"output_tokens\":2,\"total_tokens\":16}}\n\n";

    @TempDir
    private Path directory;

    /** Returns a gateway that limits one listed account. */
    private static GatewayRig limited(UpstreamScript upstream, String measure, long capacity) {
        byte[] secret = "sk-one".getBytes(StandardCharsets.US_ASCII);
        String hash = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
        return GatewayRig.with()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + hash + "\"]}\n")
                .filters("[{name: l, type: token-bucket, config: {limits: [{name: t, measure: " + measure
                        + ", capacity: " + capacity + ", refill: 1/1h}]}}]")
                .start();
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static String events(String text) {
        return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + text.length() + "\r\n\r\n"
                + text;
    }

    private static byte[] upload(String path, int size) {
        String start = "--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
                + "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n";
        byte[] body = (start + "\0".repeat(size) + "\r\n--b--\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return Requests.post(path, body, KEY, "content-type: multipart/form-data; boundary=b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/embeddings         | embeddings       | embeddings       | 8  | 0",
                "/v1/images/generations | image_generation | generate_content | 20 | 272",
                "/v1/moderations        | moderation       | moderation       | 0  | 0"
            })
    void requestIsForwardedUnchangedAndMetered(String path, String api, String operation, long input, long output)
            throws IOException {
        String answer = api.equals("embeddings")
                ? EMBEDDINGS
                : api.equals("moderation") ? "{\"id\":\"modr-1\",\"model\":\"m\",\"results\":[]}" : IMAGE;
        String body = "{\"model\": \"m-1\", \"input\": \"hi\", \"prompt\": \"hi\"}";
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(answer));
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start()) {
            assertThat(rig.ask(Requests.post(path, body, KEY)).text()).isEqualTo(answer);
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.text()).isEqualTo(body);
            assertThat(seen.values("accept-encoding")).containsExactly("identity");
            String[] labels = {"api=\"" + api + "\"", "gen_ai_operation_name=\"" + operation + "\""};
            assertThat(rig.metric("gen_ai_client_inference_duration_seconds_count", labels))
                    .isEqualTo(1);
            assertThat(rig.metric("gen_ai_client_inference_usage_input_tokens_total", labels[0]))
                    .isEqualTo(input);
            assertThat(rig.metric("gen_ai_client_inference_usage_output_tokens_total", labels[0]))
                    .isEqualTo(output);
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo(api);
            assertThat(line.path("gen_ai.request.model").asText()).isEqualTo("m-1");
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(input);
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(output);
            assertThat(line.path("account").asText()).isNotEmpty();
        }
    }

    @Test
    void embeddingsAreLimitedByTheirInput() throws IOException {
        String ids = "{\"model\":\"m\",\"input\":[[1,2,3],[4,5,6]]}";
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(EMBEDDINGS));
                GatewayRig rig = limited(upstream, "input-tokens", 14)) {
            assertThat(rig.ask(Requests.post("/v1/embeddings", ids, KEY)).status())
                    .isEqualTo(200);
            RawClient.Response second = rig.ask(Requests.post("/v1/embeddings", ids, KEY));
            assertThat(second.status()).isEqualTo(200); // 8 tokens are charged, 6 are left
            RawClient.Response third = rig.ask(Requests.post("/v1/embeddings", ids, KEY));
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.values("x-ratelimit-limit-tokens")).containsExactly("14");
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void malformedInputIsRefusedInTheProvidersFormat() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(EMBEDDINGS));
                GatewayRig rig = GatewayRig.before(upstream)) {
            RawClient.Response answer = rig.ask(Requests.post("/v1/embeddings", "{\"input\":7}", KEY));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(json(answer.text()).at("/error/type").asText()).isEqualTo("invalid_request_error");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void uploadPassesUnchangedAndItsTokensAreCharged() throws IOException {
        byte[] request = upload("/v1/audio/transcriptions", 300_000);
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(TRANSCRIPT));
                GatewayRig rig = limited(upstream, "total-tokens", 17);
                RawClient client = rig.connect()) {
            assertThat(client.send(request).answer().text()).isEqualTo(TRANSCRIPT);
            String sent = new String(request, StandardCharsets.ISO_8859_1);
            assertThat(upstream.requests().getFirst().text()).isEqualTo(sent.substring(sent.indexOf("\r\n\r\n") + 4));
            assertThat(client.send(upload("/v1/audio/transcriptions", 9))
                            .answer()
                            .status())
                    .isEqualTo(429);
            assertThat(upstream.requests()).hasSize(1);
            JsonNode line = json(rig.finish().getFirst());
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo("transcription");
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/audio/transcriptions", "/v1/audio/translations", "/v1/images/edits"})
    void uploadStreamsBeforeItsEnd(String path) throws Exception {
        byte[] request = upload(path, 200_000);
        CountDownLatch begun = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) c.in().read());
            }
            int length = Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1"));
            c.in().readNBytes(100_000);
            begun.countDown();
            c.in().readNBytes(length - 100_000);
            c.send(UpstreamScript.json(TRANSCRIPT));
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            client.send(Arrays.copyOf(request, 150_000));
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(rig.metric("stillgate_body_memory_bytes")).isZero();
            client.send(Arrays.copyOfRange(request, 150_000, request.length));
            assertThat(client.answer().text()).isEqualTo(TRANSCRIPT);
        }
    }

    @Test
    void eventsOfATranscriptionAreMetered() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(events(EVENTS));
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(upload("/v1/audio/transcriptions", 9))
                            .answer()
                            .text())
                    .isEqualTo(EVENTS);
            JsonNode line = json(rig.finish().getFirst());
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(14);
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(2);
            assertThat(line.path("usage_estimated").asBoolean()).isFalse();
        }
    }

    @Test
    void soundAndTextPassUnread() throws IOException {
        String sound = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 9\r\n\r\n{\"a\":]\0\1\2";
        try (UpstreamScript upstream = UpstreamScript.answering(sound);
                GatewayRig rig = GatewayRig.before(upstream)) {
            String body = "{\"model\":\"tts-1\",\"input\":\"hi\",\"voice\":\"alloy\"}";
            assertThat(rig.ask(Requests.post("/v1/audio/speech", body, KEY)).text())
                    .isEqualTo("{\"a\":]\0\1\2");
            assertThat(rig.metric("stillgate_upstream_unreadable_answers_total"))
                    .isZero();
        }
    }
}
