package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.Encodings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which upstream receives a request by the model that it names. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ModelRoutingTest {
    private static final String RULES = "models: [{names: [\"claude-*\", \"claude-haiku*\"], upstream: claude},"
            + " {names: [claude-haiku-4-5, gpt-5, \"claude-haiku-5*\"], upstream: other}]";

    private final UpstreamScript model = UpstreamScript.answering(UpstreamScript.json("{\"at\":\"model\"}"));
    private final UpstreamScript claude = UpstreamScript.answering(UpstreamScript.json("{\"at\":\"claude\"}"));
    private final UpstreamScript other = UpstreamScript.answering(UpstreamScript.json("{\"at\":\"other\"}"));

    @AfterEach
    void close() {
        model.close();
        claude.close();
        other.close();
    }

    private RigBuilder rig() {
        return GatewayRig.with()
                .to(model)
                .upstream("claude", claude.port(), "")
                .upstream("other", other.port(), "")
                .routeKeys(RULES);
    }

    private static String body(String model, String prompt) {
        return "{\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}],\"model\":\""
                + model + "\"}";
    }

    private static String at(String upstream) {
        return "{\"at\":\"" + upstream + "\"}";
    }

    @ParameterizedTest
    @CsvSource({
        "claude-opus-4-1, claude",
        "claude-, claude",
        "claude-haiku-3, claude",
        "claude-haiku-4-5, other",
        "claude-haiku-4-5-20251001, claude",
        "claude-haiku-5-2, other",
        "gpt-5, other",
        "gpt-5-mini, model",
        "Claude-opus-4-1, model",
        "claude, model",
        "unknown, model",
        "'', model"
    })
    void modelChoosesTheUpstream(String name, String upstream) {
        try (GatewayRig rig = rig().start()) {
            for (String path : new String[] {"/v1/messages", "/v1/messages/count_tokens", "/v1/chat/completions"}) {
                assertThat(rig.ask(Requests.post(path, body(name, "hi"))).text())
                        .isEqualTo(at(upstream));
            }
            String responses = "{\"input\":\"hi\",\"model\":\"" + name + "\"}";
            assertThat(rig.ask(Requests.post("/v1/responses", responses)).text())
                    .isEqualTo(at(upstream));
            assertThat(rig.metric("stillgate_upstream_requests_total", "upstream=\"" + upstream + "\""))
                    .isEqualTo(4);
            assertThat(rig.metric("stillgate_upstream_requests_total")).isEqualTo(4);
            assertThat(rig.finish())
                    .hasSize(4)
                    .allMatch(line -> line.contains("\"upstream_cluster\":\"" + upstream + "\""));
        }
    }

    @ParameterizedTest
    @CsvSource({"claude-opus-4-1, claude", "gpt-5, other", "gemini-2.5-pro, model"})
    void modelInThePathChoosesTheUpstream(String name, String upstream) {
        String contents = "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}";
        try (GatewayRig rig = rig().start()) {
            for (String call : new String[] {"generateContent", "streamGenerateContent", "countTokens"}) {
                String path = "/v1/models/" + name + ":" + call;
                assertThat(rig.ask(Requests.post(path, contents)).text()).isEqualTo(at(upstream));
            }
        }
    }

    @Test
    void promptArrivesUnchangedWhateverItsSizeAndCoding() throws IOException {
        String small = body("claude-opus-4-1", "hi");
        String large = body("claude-opus-4-1", "long ".repeat(60_000));
        try (GatewayRig rig = rig().start();
                RawClient client = rig.connect()) {
            assertThat(client.send(Requests.post("/v1/messages", large))
                            .answer()
                            .text())
                    .isEqualTo(at("claude"));
            client.send(Requests.post(
                    "/v1/messages", Encodings.gzip(small), "content-type: application/json", "content-encoding: gzip"));
            assertThat(client.answer().text()).isEqualTo(at("claude"));
            assertThat(claude.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(large, small);
            assertThat(claude.requests())
                    .allMatch(request -> request.values("host").equals(List.of("127.0.0.1:" + claude.port())));
            assertThat(model.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "{\"model\":null,\"messages\":[]}"})
    void promptWithoutAModelGoesToTheUpstreamOfTheRoute(String body) {
        try (GatewayRig rig = rig().start()) {
            assertThat(rig.ask(Requests.post("/v1/chat/completions", body)).text())
                    .isEqualTo(at("model"));
        }
    }

    @Test
    void requestThatIsNoSinglePromptGoesToTheUpstreamOfTheRoute() {
        String prompt = body("claude-opus-4-1", "hi");
        String batch = "{\"requests\":[{\"custom_id\":\"a\",\"params\":" + prompt + "}]}";
        try (GatewayRig rig = rig().start()) {
            assertThat(rig.ask(Requests.get("/v1/models")).text())
                    .as("list of models")
                    .isEqualTo(at("model"));
            assertThat(rig.ask(Requests.get("/v1/models/claude-opus-4-1")).text())
                    .isEqualTo(at("model"));
            assertThat(rig.ask(Requests.post("/v1/blobs/1", prompt)).text())
                    .as("an unread body")
                    .isEqualTo(at("model"));
            assertThat(rig.ask(Requests.post("/v1/messages/batches", batch)).text())
                    .isEqualTo(at("model"));
            assertThat(rig.ask(Requests.get("/v1/responses/resp_1")).text()).isEqualTo(at("model"));
        }
    }

    @Test
    void modelInThePathOfACloudChoosesTheUpstream() {
        String path = "/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-1@20250805:rawPredict";
        String body = "{\"anthropic_version\":\"vertex-2023-10-16\",\"max_tokens\":16,\"messages\":[]}";
        try (GatewayRig rig = rig().start()) {
            assertThat(rig.ask(Requests.post(path, body)).text()).isEqualTo(at("claude"));
        }
    }

    private static String split(String shares) {
        return "models: [{names: [\"claude-*\"], upstream: claude, split: [" + shares + "]}]";
    }

    /** Returns the upstreams of accounts by number, of which the first half asks by HTTP/1.1 and the others by HTTP/2. */
    private static List<String> upstreams(GatewayRig rig, int accounts) {
        List<String> upstreams = new ArrayList<>();
        String prompt = body("claude-opus-4-1", "hi");
        try (RawClient client = rig.connect();
                Http2Client http2 = new Http2Client(rig.port())) {
            for (int i = 0; i < accounts / 2; i++) {
                upstreams.add(client.send(Requests.post("/v1/messages", prompt, "x-api-key: k-" + i))
                        .answer()
                        .text());
            }
            for (int i = accounts / 2; i < accounts; i++) {
                String chat = Integer.toString(i);
                int stream = 2 * i + 1;
                http2.frame(
                        Http2Client.HEADERS,
                        Http2Client.END_HEADERS,
                        stream,
                        Http2Client.section(Http2Client.fields(
                                "POST",
                                "/v1/chat/completions",
                                "content-type",
                                "application/json",
                                "x-api-key",
                                "k-" + chat)));
                http2.frame(Http2Client.DATA, Http2Client.END_STREAM, stream, prompt.getBytes(StandardCharsets.UTF_8));
                upstreams.add(http2.answer(stream).text());
            }
        }
        return upstreams;
    }

    @Test
    void splitSendsEachAccountToTheSameUpstreamAtEachGateway() throws ConfigException {
        RigBuilder builder = rig().routeKeys(split("{upstream: other, share: 0.25}"));
        try (GatewayRig rig = builder.start();
                GatewayRig second = builder.start()) {
            List<String> first = upstreams(rig, 200);
            assertThat(first).containsOnly(at("claude"), at("other"));
            assertThat(Collections.frequency(first, at("other"))).isBetween(35, 65);
            assertThat(upstreams(second, 200)).isEqualTo(first);
            rig.policy(builder.routeKeys(split("{upstream: other, share: 0.5}")).policy());
            rig.reload();
            List<String> larger = upstreams(rig, 200);
            assertThat(Collections.frequency(larger, at("other"))).isBetween(80, 120);
            for (int i = 0; i < 200; i++) {
                assertThat(larger.get(i)).isIn(first.get(i), at("other"));
            }
        }
    }

    @Test
    void splitHasAShareForEachUpstream() {
        try (GatewayRig rig = rig().routeKeys(split("{upstream: other, share: 0.3}, {upstream: model, share: 0.3}"))
                .start()) {
            List<String> all = upstreams(rig, 200);
            for (String upstream : List.of("claude", "other", "model")) {
                assertThat(Collections.frequency(all, at(upstream))).isBetween(40, 100);
            }
        }
    }

    @Test
    void timeoutsAreThoseOfTheChosenUpstream() {
        UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (silent;
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .timeouts("{firstByte: off}")
                        .upstream("claude", silent.port(), "timeouts: {firstByte: 5s}")
                        .routeKeys("models: [{names: [\"claude-*\"], upstream: claude}]")
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.post("/v1/messages", body("claude-opus-4-1", "hi")));
            GatewayRig.eventually("asked", () -> silent.connection(0).received().endsWith("}"));
            rig.ticker().jump(Duration.ofSeconds(6));
            assertThat(client.answer().status()).isEqualTo(504);
            assertThat(rig.reason("first-byte-timeout")).isEqualTo(1);
        }
    }

    @Test
    void malformedPromptReachesNoUpstream() {
        try (GatewayRig rig = rig().start()) {
            assertThat(rig.ask(Requests.post("/v1/messages", "{\"model\":\"claude-x\""))
                            .status())
                    .isEqualTo(400);
            assertThat(rig.metric("stillgate_upstream_requests_total")).isZero();
        }
    }
}
