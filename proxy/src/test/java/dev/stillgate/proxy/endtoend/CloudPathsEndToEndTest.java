package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RefusingPorts;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests Messages requests on the paths of Vertex AI and Amazon Bedrock. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class CloudPathsEndToEndTest {
    private static final String MODELS = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/";
    private static final String VERTEX = MODELS + "claude-opus-4-1@20250805:rawPredict";
    private static final String VERTEX_STREAM = MODELS + "claude-opus-4-1@20250805:streamRawPredict";
    private static final String BEDROCK = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke";
    private static final String REST = "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String VERTEX_BODY = "{\"anthropic_version\":\"vertex-2023-10-16\"," + REST;
    private static final String BEDROCK_BODY = "{\"anthropic_version\":\"bedrock-2023-05-31\"," + REST;
    private static final String GOOGLE = "Authorization: Bearer ya29.token";
    private static final String AMAZON = "Authorization: AWS4-HMAC-SHA256"
            + " Credential=AKIAEXAMPLE/20260101/us-east-1/bedrock/aws4_request,"
            + " SignedHeaders=content-type;host;x-amz-date, Signature=0123";
    private static final String MESSAGE =
            "{\"id\":\"msg_8\",\"model\":\"claude-answering\",\"content\":[{\"type\":\"text\",\"text\":\"Mix it\"}],"
                    + "\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}";
    private static final String STREAM = "event: message_start\n"
            + "data: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_7\",\"usage\":{\"input_tokens\":3}}}\n\n"
            + "event: content_block_start\n"
            + "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
            + "event: content_block_delta\n"
            + "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Mix it\"}}\n\n"
            + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":9}}\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    @TempDir
    private Path directory;

    private static RigBuilder to(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).route("/model/").accounts("{credential: [bearer]}");
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @ParameterizedTest
    @CsvSource({
        VERTEX + ", vertex, false, claude-opus-4-1@20250805",
        VERTEX_STREAM + ", vertex, true, claude-opus-4-1@20250805",
        BEDROCK + ", bedrock, false, us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    })
    @DisplayName("engine A1: a cloud's request is read, forwarded as it was sent, metered and edited like Messages")
    void requestIsReadAndTheAnswerMeteredAndEdited(String path, String cloud, boolean stream, String model)
            throws IOException {
        String body = cloud.equals("vertex") ? VERTEX_BODY : BEDROCK_BODY;
        String authorization = cloud.equals("vertex") ? GOOGLE : AMAZON;
        String answer = stream
                ? "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + STREAM.length()
                        + "\r\n\r\n" + STREAM
                : UpstreamScript.json(MESSAGE);
        try (UpstreamScript upstream = UpstreamScript.answering(answer);
                GatewayRig rig = to(upstream)
                        .plugins(TestPlugins.tapping(directory))
                        .filters("[{name: t, type: tapping}]")
                        .start()) {
            RawClient.Response got = rig.ask(Requests.post(path, body, authorization));
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.text()).contains("Mi[so]");
            UpstreamScript.Request seen = upstream.requests().getLast();
            assertThat(seen.line()).isEqualTo("POST " + path + " HTTP/1.1");
            assertThat(seen.text()).isEqualTo(body);
            assertThat(seen.values("authorization")).containsExactly(authorization.substring(15));
            String provider = cloud.equals("vertex") ? "gcp.vertex_ai" : "aws.bedrock";
            GatewayRig.eventually(
                    "counted for the cloud",
                    () -> rig.metric("gen_ai_client_inference_duration_seconds_count", '"' + provider + '"') == 1);
            JsonNode line = json(rig.finish().getLast());
            assertThat(line.path("gen_ai.request.model").asText()).isEqualTo(model);
            assertThat(line.path("gen_ai.usage.input_tokens").asLong()).isEqualTo(3);
            assertThat(line.path("gen_ai.usage.output_tokens").asLong()).isEqualTo(9);
            assertThat(line.path("gen_ai.operation.name").asText()).isEqualTo("messages");
        }
    }

    /** Repeats a request until its account is at its limit. */
    private static RawClient.Response refusal(GatewayRig rig, String request) {
        int answers = 0;
        RawClient.Response last = rig.ask(request);
        while (last.status() != 429) {
            assertThat(answers++).isLessThan(5);
            last = rig.ask(request);
        }
        return last;
    }

    @Test
    @DisplayName("engine A1: the limits of filters apply to clouds, and errors have the shape that their SDKs read")
    void refusalsHaveTheShapeOfTheCloud() throws IOException {
        String limit = "[{name: l, type: token-bucket, config: {limits: "
                + "[{name: r, measure: requests, capacity: 1, refill: 1/1h}]}}]";
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = to(upstream).filters(limit).start()) {
            RawClient.Response vertex = refusal(rig, Requests.post(VERTEX, VERTEX_BODY, GOOGLE));
            assertThat(json(vertex.text()).at("/error/type").asText()).isEqualTo("rate_limit_error");
            assertThat(json(vertex.text()).at("/error/status").asText()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(json(vertex.text()).at("/error/code").asInt()).isEqualTo(429);
            RawClient.Response bedrock = refusal(rig, Requests.post(BEDROCK, BEDROCK_BODY, GOOGLE));
            assertThat(bedrock.values("x-amzn-errortype")).containsExactly("ThrottlingException");
            assertThat(json(bedrock.text()).at("/message").asText()).isNotEmpty();
            assertThat(json(bedrock.text()).at("/error/type").asText()).isEqualTo("rate_limit_error");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "anthropic.claude-opus-4-1-20250805-v1%3A0, 429",
        "eu.anthropic.claude-opus-4-1-20250805-v1:0, 429",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-opus-4-1-v1%3A0, 429",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fanthropic.claude-opus-4-1-v1%3A0, 429",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fab12cd34, 429",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0, 200"
    })
    @DisplayName("engine A1: a limit by model counts every name of the model at a cloud")
    void limitByModelCountsEveryName(String name, int status) {
        String limit = "[{name: l, type: token-bucket, config: {limits: [{name: r, measure: requests, capacity: 1,"
                + " refill: 1/1h, scope: [route], models: [claude-opus-*]}]}}]";
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = to(upstream).filters(limit).start()) {
            String first = "/model/us.anthropic.claude-opus-4-1-20250805-v1%3A0/invoke";
            assertThat(rig.ask(Requests.post(first, BEDROCK_BODY, GOOGLE)).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.post("/model/" + name + "/invoke", BEDROCK_BODY, GOOGLE))
                            .status())
                    .isEqualTo(status);
        }
    }

    @Test
    @DisplayName("engine A1: a body that the gateway would have to change under a signature is refused")
    void codedBodyOfBedrockIsRefused() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(BEDROCK_BODY.getBytes(StandardCharsets.UTF_8));
        }
        String[] fields = {AMAZON, "content-type: application/json", "content-encoding: gzip"};
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start();
                RawClient client = rig.connect()) {
            RawClient.Response got = client.send(Requests.post(BEDROCK, packed.toByteArray(), fields))
                    .answer();
            assertThat(got.status()).isEqualTo(415);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/model/meta.llama3-70b-instruct-v1:0/invoke",
                "/model/anthropic.claude/converse",
                MODELS + "claude%0Aopus:rawPredict",
                MODELS + "claude%2Fopus:rawPredict",
                MODELS + "..%2F..:rawPredict",
                "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2F..%2Fx/invoke",
                "/v1/projects/p/locations/l/publishers/meta/models/llama:rawPredict"
            })
    @DisplayName("engine A1: a path of another model, or one that could become another path, reaches no upstream")
    void otherPathsReachNoUpstream(String path) {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.post(path, BEDROCK_BODY)).status()).isIn(400, 404);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/model/anthropic.claude/converse, 404, ResourceNotFoundException",
        "/model/anthropic.claude/../x, 400, ValidationException",
        "/v1/projects/p/locations/l/publishers/meta/models/llama:predict, 404, NOT_FOUND",
        "/v1/projects/p/%41, 400, INVALID_ARGUMENT"
    })
    @DisplayName("engine A1: errors of unknown paths have the shape that the cloud's SDKs read")
    void errorOfAnUnknownPathHasTheShapeOfTheCloud(String path, int status, String type) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.post(path, BEDROCK_BODY, AMAZON));
            JsonNode body = json(got.text());
            assertThat(got.status()).isEqualTo(status);
            assertThat(body.at("/error/type").asText())
                    .isEqualTo(status == 404 ? "not_found_error" : "invalid_request_error");
            if (path.startsWith("/model/")) {
                assertThat(got.values("x-amzn-errortype")).containsExactly(type);
                assertThat(got.values("x-amzn-requestid")).isEqualTo(got.values("request-id"));
                assertThat(body.at("/message").asText()).isNotEmpty();
            } else {
                assertThat(body.at("/error/status").asText()).isEqualTo(type);
                assertThat(body.at("/error/code").asInt()).isEqualTo(status);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        VERTEX + "?access_token=ya29.other",
        VERTEX + "?alt=sse&key=AIza-other",
        VERTEX_STREAM + "?%24alt=sse%26key=AIza-other",
        BEDROCK + "?X-Amz-Credential=AKIAOTHER/20260101/us-east-1/bedrock/aws4_request"
    })
    @DisplayName("engine A7: a cloud gets no credential in the query, which could be of another account")
    void credentialInTheQueryIsRefused(String target) throws IOException {
        boolean bedrock = target.startsWith(BEDROCK);
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start()) {
            RawClient.Response got = rig.ask(Requests.post(target, bedrock ? BEDROCK_BODY : VERTEX_BODY, GOOGLE));
            assertThat(got.status()).isEqualTo(400);
            assertThat(rig.reason("query-parameter")).isEqualTo(1);
            assertThat(got.values("x-amzn-errortype")).isEqualTo(bedrock ? List.of("ValidationException") : List.of());
            assertThat(json(got.text()).at("/error/status").asText()).isEqualTo(bedrock ? "" : "INVALID_ARGUMENT");
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?alt=sse", "?$alt=sse", "?%24alt=sse"})
    void queryThatAsksForEventsIsForwarded(String query) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.post(VERTEX_STREAM + query, VERTEX_BODY, GOOGLE))
                            .status())
                    .isEqualTo(200);
            assertThat(upstream.requests().getLast().line()).contains(VERTEX_STREAM + query);
        }
    }

    @Test
    void longModelIsRefused() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = to(upstream).start()) {
            String path = MODELS + "c".repeat(10_000) + ":rawPredict";
            assertThat(rig.ask(Requests.post(path, VERTEX_BODY)).status()).isIn(404, 414);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    @DisplayName("engine A1: a resource name of Bedrock with its escaped slash is forwarded as it was sent")
    void resourceNameIsForwarded() throws IOException {
        String path = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3A"
                + "application-inference-profile%2Fab12cd34ef56/invoke";
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = to(upstream).start()) {
            assertThat(rig.ask(Requests.post(path, BEDROCK_BODY, AMAZON)).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.post(path, "{\"prompt\":\"hi\"}", AMAZON))
                            .status())
                    .isEqualTo(400);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(upstream.requests().getFirst().line()).isEqualTo("POST " + path + " HTTP/1.1");
        }
    }

    @Test
    @DisplayName("engine A1: the Host field is the endpoint's, or with host: preserve the client's, also on a retry")
    void hostIsPreserved() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = to(upstream).start()) {
            rig.ask(Requests.post(BEDROCK, BEDROCK_BODY, AMAZON));
            assertThat(upstream.requests().getLast().values("host")).containsExactly("127.0.0.1:" + upstream.port());
        }
        try (RefusingPorts closed = new RefusingPorts();
                UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = GatewayRig.with()
                        .toPort(closed.next())
                        .to(upstream)
                        .route("/model/, host: preserve")
                        .start()) {
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(Requests.post(BEDROCK, BEDROCK_BODY, AMAZON)).status())
                        .isEqualTo(200);
            }
            assertThat(upstream.requests())
                    .hasSize(4)
                    .allSatisfy(seen -> assertThat(seen.values("host")).containsExactly("gateway.test"));
        }
    }

    @Test
    @DisplayName("engine A1: a request without a forwarded signature does not choose the Host field of the upstream")
    void hostOfAnUnsignedRequestIsTheEndpoints() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .route("/model/, host: preserve")
                        .accounts("{credential: [x-api-key, bearer]}")
                        .start()) {
            rig.ask(Requests.post(BEDROCK, BEDROCK_BODY, GOOGLE));
            rig.ask(Requests.post(BEDROCK, BEDROCK_BODY));
            rig.ask(Requests.post(BEDROCK, BEDROCK_BODY, AMAZON, "x-api-key: k"));
            assertThat(upstream.requests())
                    .hasSize(3)
                    .allSatisfy(
                            seen -> assertThat(seen.values("host")).containsExactly("127.0.0.1:" + upstream.port()));
        }
    }

    @Test
    @DisplayName("engine A1: the exchange log has the call, and a backtest reads it again")
    void exchangeIsRecorded() throws IOException {
        Path log = directory.resolve("exchanges.jsonl");
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json(MESSAGE));
                GatewayRig rig =
                        to(upstream).record("{path: " + log + ", text: full}").start()) {
            rig.ask(Requests.post(
                    VERTEX,
                    VERTEX_BODY,
                    GOOGLE,
                    "X-Amz-Security-Token: of-a-session",
                    "X-Goog-IAM-Authorization-Token: of-a-delegate"));
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 1);
        }
        JsonNode line = json(Files.readString(log));
        assertThat(line.at("/request/anthropic_version").asText()).isEqualTo("vertex-2023-10-16");
        assertThat(line.toString()).contains(VERTEX).contains("msg_8").doesNotContain("ya29", "of-a-");
    }
}
