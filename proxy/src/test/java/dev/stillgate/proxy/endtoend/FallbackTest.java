package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RefusingPorts;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which requests go to the fallback of an upstream that does not answer, and which must not. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class FallbackTest {
    private static final int REFUSED_STREAM = 7;
    private static final String ON_529 = "fallback: {upstream: spare, statuses: [529]}";
    private static final String LARGE =
            "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + "long ".repeat(60_000) + "\"}]}";
    private static final String HALF =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                    + UpstreamScript.chunk("event: message_start\ndata: {\"type\":\"message_start\"}\n\n");

    private final RefusingPorts refusing = new RefusingPorts();
    private final UpstreamScript spare = UpstreamScript.answering();

    @AfterEach
    void close() throws IOException {
        refusing.close();
        spare.close();
    }

    private static UpstreamScript refusing(int status) {
        return UpstreamScript.answering(refusal(status));
    }

    private static String refusal(int status) {
        return "HTTP/1.1 " + status + " No\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    }

    private RigBuilder rig(String keys) {
        return GatewayRig.with().upstreamKeys(keys).upstream("spare", spare.port(), "");
    }

    private static double fallbacks(GatewayRig rig, String reason) {
        return rig.metric("stillgate_upstream_fallbacks_total", "upstream=\"model\"", "reason=\"" + reason + "\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusedConnectionLeadsToTheFallback(boolean large) throws IOException {
        String body = large ? LARGE : Requests.MESSAGES_BODY;
        try (GatewayRig rig = rig("fallback: {upstream: spare}")
                        .toPort(refusing.next())
                        .toPort(refusing.next())
                        .start();
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(Requests.post("/v1/messages", body))
                                .answer()
                                .text())
                        .isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(spare.requests()).hasSize(2).allSatisfy(request -> {
                assertThat(request.text()).isEqualTo(body);
                assertThat(request.values("host")).containsExactly("127.0.0.1:" + spare.port());
            });
            assertThat(fallbacks(rig, "connect")).isEqualTo(2);
            assertThat(rig.metric("stillgate_upstream_requests_total", "upstream=\"spare\""))
                    .isEqualTo(2);
            assertThat(rig.metric("stillgate_upstream_places_taken")).isZero();
            assertThat(rig.finish())
                    .hasSize(2)
                    .allMatch(line ->
                            line.contains("\"upstream_cluster\":\"spare\"") && line.contains("\"outcome\":\"served\""));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listedStatusLeadsToTheFallback(boolean large) throws IOException {
        String body = large ? LARGE : Requests.MESSAGES_BODY;
        try (UpstreamScript model = refusing(529);
                GatewayRig rig = rig(ON_529).to(model).start();
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Response answer =
                        client.send(Requests.post("/v1/messages", body)).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(model.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(body, body);
            assertThat(spare.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(body, body);
            assertThat(fallbacks(rig, "status")).isEqualTo(2);
            assertThat(rig.finish())
                    .as("usage is counted once")
                    .hasSize(2)
                    .allMatch(line -> line.contains("\"upstream_cluster\":\"spare\"")
                            && line.contains("\"response_code\":200")
                            && line.contains("\"gen_ai.usage.output_tokens\":7"));
        }
    }

    @Test
    void statusBeforeTheEndOfTheUploadLeadsToTheFallback() throws IOException {
        UpstreamScript hasty = UpstreamScript.of(c -> c.send(refusal(529)));
        try (hasty;
                GatewayRig rig = rig(ON_529).to(hasty).start()) {
            assertThat(rig.ask(Requests.post("/v1/messages", LARGE)).status()).isEqualTo(200);
            assertThat(spare.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(LARGE);
        }
    }

    @Test
    void promptsOfGeminiGoToTheFallbackUnlessTheyNeedCachedContent() {
        String contents = "\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}";
        try (UpstreamScript model = refusing(529);
                GatewayRig rig = rig(ON_529).to(model).start()) {
            for (String path : List.of("/v1/models/g:generateContent", "/v1/models/g:streamGenerateContent?alt=sse")) {
                assertThat(rig.ask(Requests.post(path, "{" + contents)).status())
                        .isEqualTo(200);
                assertThat(rig.ask(Requests.post(path, "{\"cachedContent\":\"c/1\"," + contents))
                                .status())
                        .isEqualTo(529);
            }
            assertThat(fallbacks(rig, "status")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fallback: {upstream: spare, statuses: [503]}", "fallback: {upstream: spare}"})
    void otherStatusIsTheResponse(String keys) {
        try (UpstreamScript model = refusing(529);
                GatewayRig rig = rig(keys).to(model).start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(529);
            assertThat(spare.connections()).isEmpty();
            assertThat(rig.finish().getFirst()).contains("\"upstream_cluster\":\"model\"");
        }
    }

    @Test
    void limitsAreTakenOnce() {
        try (UpstreamScript busy = refusing(529);
                UpstreamScript answering = UpstreamScript.answering()) {
            int direct = served(answering);
            assertThat(direct).isBetween(2, 9);
            assertThat(served(busy)).isEqualTo(direct);
        }
    }

    /** Returns how many of ten prompts a limit of four lets through. */
    private int served(UpstreamScript model) {
        String limits = "[{name: l, type: token-bucket, config: {limits: [{name: r, measure: requests, capacity: 4,"
                + " refill: 4/1h}]}}]";
        try (GatewayRig rig = rig(ON_529).to(model).filters(limits).start()) {
            int served = 0;
            for (int i = 0; i < 10; i++) {
                served += rig.ask(Requests.messages("x-api-key: k")).status() == 200 ? 1 : 0;
            }
            return served;
        }
    }

    @Test
    void fallbackOfAFallbackIsNotAsked() throws IOException {
        try (UpstreamScript model = refusing(529);
                UpstreamScript tired = refusing(529);
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .upstreamKeys("fallback: {upstream: tired, statuses: [529]}")
                        .upstream("tired", tired.port(), "fallback: {upstream: model, statuses: [529]}")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(529);
            assertThat(model.requests()).hasSize(1);
            assertThat(tired.requests()).hasSize(1);
            assertThat(rig.finish().getFirst()).contains("\"upstream_cluster\":\"tired\"");
        }
    }

    @Test
    void failureOfTheFallbackIsTheResponse() throws IOException {
        try (GatewayRig rig = GatewayRig.with()
                .toPort(refusing.next())
                .upstreamKeys("fallback: {upstream: dead}")
                .upstream("dead", refusing.next(), "")
                .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("connect-failed")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void promptThatTheModelMayHaveReadIsNotRepeated(boolean begun) {
        UpstreamScript closing = UpstreamScript.of(c -> {
            c.request();
            c.send(begun ? HALF : "").close();
        });
        try (closing;
                GatewayRig rig = rig(ON_529).to(closing).start()) {
            RawClient.Response answer = rig.ask(Requests.messages());
            assertThat(answer.status()).isEqualTo(begun ? 200 : 502);
            assertThat(answer.whole()).isEqualTo(!begun);
            assertThat(spare.connections()).isEmpty();
        }
    }

    @Test
    void onlyPromptsGoToTheFallback() throws IOException {
        String batch = "{\"requests\":[{\"custom_id\":\"a\",\"params\":" + Requests.MESSAGES_BODY + "}]}";
        List<String> others = List.of(
                Requests.get("/v1/models"),
                Requests.post("/v1/blobs/1", Requests.MESSAGES_BODY),
                Requests.post("/v1/messages/batches", batch),
                Requests.get("/v1/responses/resp_1"));
        try (UpstreamScript model = refusing(529);
                GatewayRig busy = rig(ON_529).to(model).start();
                GatewayRig down = rig(ON_529).toPort(refusing.next()).start()) {
            for (String other : others) {
                assertThat(busy.ask(other).status()).isEqualTo(529);
                assertThat(down.ask(other).status()).isEqualTo(502);
            }
            List<String> stored = List.of(
                    "\"previous_response_id\":\"resp_1\"",
                    "\"background\":true",
                    "\"conversation\":{\"id\":\"conv_1\"}",
                    "\"prompt\":{\"id\":\"pmpt_1\"}",
                    "\"input\":[{\"role\":\"user\",\"content\":\"hi\"},{\"type\":\"item_reference\",\"id\":\"msg_1\"}]",
                    "\"input\":[{\"type\":null,\"id\":\"rs_1\"},{\"role\":\"user\",\"content\":\"hi\"}]",
                    "\"input\":[{\"id\":\"rs_1\"}]");
            for (String kept : stored) {
                String input = kept.contains("input") ? "" : "\"input\":\"hi\",";
                String body = "{\"model\":\"m\"," + input + kept + "}";
                assertThat(down.ask(Requests.post("/v1/responses", body)).status())
                        .as(kept)
                        .isEqualTo(502);
            }
            assertThat(spare.connections()).isEmpty();
            assertThat(down.ask(Requests.post("/v1/messages/count_tokens", Requests.MESSAGES_BODY))
                            .status())
                    .isEqualTo(200);
            for (String input : List.of(
                    "\"hi\",\"conversation\":null",
                    "[{\"role\":\"user\",\"content\":\"hi\",\"id\":\"msg_1\"}]",
                    "[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"e\"}]")) {
                String body = "{\"model\":\"m\",\"input\":" + input + "}";
                assertThat(down.ask(Requests.post("/v1/responses", body)).status())
                        .as(input)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void upstreamOutOfServiceIsNotAskedAndTakesNoRetry() throws IOException {
        UpstreamScript unwell = refusing(500);
        String keys = "health: {path: /health, interval: 1s, unhealthyAfter: 1}, retries: {percent: 0, perSecond: 0},"
                + " fallback: {upstream: spare}";
        try (unwell;
                GatewayRig rig = rig(keys).to(unwell).start()) {
            GatewayRig.eventually(
                    "unhealthy", () -> rig.metric("stillgate_upstream_endpoints_unwell", "upstream=\"model\"") == 1);
            for (int i = 0; i < 20; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            assertThat(rig.ask(Requests.get("/v1/models")).status())
                    .as("not a prompt")
                    .isEqualTo(500);
            assertThat(unwell.requests())
                    .filteredOn(request -> request.line().contains("/v1/messages"))
                    .isEmpty();
            assertThat(fallbacks(rig, "unavailable")).isEqualTo(20);
        }
    }

    @Test
    void fallbackHasItsOwnAttempts() throws IOException {
        try (GatewayRig rig = GatewayRig.with()
                .upstreamKeys("retries: {percent: 100}, fallback: {upstream: several}")
                .toPort(refusing.next())
                .toPort(refusing.next())
                .upstream("several", List.of(refusing.next(), spare.port()), "retries: {attempts: 2, percent: 100}")
                .start()) {
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            assertThat(spare.requests()).hasSize(4);
        }
    }

    @Test
    void retryBudgetLimitsFallbacks() throws IOException {
        try (GatewayRig rig = rig("retries: {attempts: 1, percent: 0, perSecond: 1}, fallback: {upstream: spare}")
                .toPort(refusing.next())
                .start()) {
            rig.ticker().stop();
            int failed = 0;
            for (int i = 0; i < 30; i++) {
                failed += rig.ask(Requests.messages()).status() == 502 ? 1 : 0;
            }
            assertThat(failed).isEqualTo(20);
            assertThat(spare.requests()).hasSize(10);
        }
    }

    @Test
    void placeAtTheFirstUpstreamIsLeft() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        UpstreamScript slow = UpstreamScript.of(c -> {
            while (c.request() != null) {
                end.await();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (slow;
                UpstreamScript model = refusing(529);
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .upstreamKeys("concurrency: {most: 1, queue: 0}, fallback: {upstream: slow, statuses: [529]}")
                        .upstream("slow", slow.port(), "concurrency: {most: 1, queue: 1}")
                        .start();
                RawClient one = rig.connect();
                RawClient two = rig.connect();
                RawClient three = rig.connect()) {
            one.send(Requests.messages());
            slow.connection(0);
            assertThat(rig.metric("stillgate_upstream_places_taken", "upstream=\"model\""))
                    .isZero();
            two.send(Requests.messages());
            GatewayRig.eventually("waiting", () -> rig.metric("stillgate_upstream_waiting", "upstream=\"slow\"") == 1);
            assertThat(three.send(Requests.messages()).answer().status())
                    .as("the queue of the fallback is full")
                    .isEqualTo(503);
            end.countDown();
            assertThat(one.answer().status()).isEqualTo(200);
            assertThat(two.answer().status()).isEqualTo(200);
            assertThat(rig.metric("stillgate_upstream_places_taken")).isZero();
        }
    }

    @Test
    void clientThatDisconnectsWhileTheFallbackWorksLeavesNothing() throws InterruptedException {
        UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (silent;
                UpstreamScript model = refusing(529);
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .upstreamKeys("fallback: {upstream: silent, statuses: [529]}")
                        .upstream("silent", silent.port(), "")
                        .start()) {
            try (RawClient client = rig.connect()) {
                client.send(Requests.messages());
                silent.connection(0);
            }
            silent.connection(0).closedAt();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestThatHttp2DeclaresUnreadGoesToTheFallback(boolean large) throws IOException {
        String body = large ? LARGE : Requests.MESSAGES_BODY;
        Http2UpstreamScript declining = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.number(Http2Client.RST_STREAM, r.stream(), REFUSED_STREAM);
            }
        });
        try (declining;
                GatewayRig rig = rig("protocol: http2, retries: {attempts: 1}, fallback: {upstream: spare}")
                        .toPort(declining.port())
                        .start()) {
            assertThat(rig.ask(Requests.post("/v1/messages", body)).status()).isEqualTo(200);
            assertThat(spare.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(body);
            assertThat(fallbacks(rig, "unprocessed")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listedStatusOfHttp2LeadsToTheFallback(boolean large) throws IOException {
        String body = large ? LARGE : Requests.MESSAGES_BODY;
        Http2UpstreamScript busy = Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.head(r.stream(), true, ":status", "529");
            }
        });
        try (busy;
                GatewayRig rig =
                        rig("protocol: http2, " + ON_529).toPort(busy.port()).start()) {
            for (int i = 0; i < 2; i++) {
                assertThat(rig.ask(Requests.post("/v1/messages", body)).status())
                        .isEqualTo(200);
            }
            assertThat(spare.requests())
                    .extracting(UpstreamScript.Request::text)
                    .containsExactly(body, body);
        }
    }

    @Test
    void modelsUpstreamHasItsOwnFallback() throws IOException {
        try (UpstreamScript model = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .upstream("claude", refusing.next(), "fallback: {upstream: spare}")
                        .upstream("spare", spare.port(), "")
                        .routeKeys("models: [{names: [m-1], upstream: claude}]")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(spare.requests())
                    .extracting(UpstreamScript.Request::text)
                    .as("the model's name stays")
                    .containsExactly(Requests.MESSAGES_BODY);
            assertThat(model.connections()).isEmpty();
        }
    }
}
