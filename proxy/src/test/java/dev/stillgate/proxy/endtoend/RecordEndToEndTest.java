package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.backtest.Backtest;
import dev.stillgate.proxy.backtest.BacktestFindings;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the recording of exchanges and its replay by a backtest. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RecordEndToEndTest {
    private static final String SECRET = "sk-very-secret-0002";

    @TempDir
    private Path directory;

    private List<JsonNode> lines(Path log) {
        try {
            return Files.readAllLines(log).stream()
                    .map(RecordEndToEndTest::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path record(String text, String filters, String... requests) throws IOException {
        return record(UpstreamScript.answering(), text, filters, requests);
    }

    private Path record(UpstreamScript script, String text, String filters, String... requests) throws IOException {
        Path log = directory.resolve(text + ".jsonl");
        try (UpstreamScript upstream = script;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .filters(filters)
                        .record("{path: " + log + ", text: " + text + "}")
                        .start()) {
            for (String request : requests) {
                rig.ask(request);
            }
            Files.copy(rig.directory().resolve("policy.yaml"), directory.resolve("policy.yaml"));
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == requests.length);
            assertThat(rig.metric("stillgate_record_dropped_total")).isZero();
        }
        return log;
    }

    @Test
    void exchangesAreRecordedWithoutCredentialsAndReplayed() throws Exception {
        Path log = record(
                "full",
                "[]",
                Requests.messages("X-API-Key: " + SECRET, "Cookie: a=b", "User-Agent: me"),
                Requests.chat("Authorization: Bearer " + SECRET),
                Requests.post("/v1/messages", "{\"broken\""),
                Requests.get("/v1/models"),
                Requests.get("/v2/nothing"));
        assertThat(Files.readString(log)).doesNotContain("secret", "a=b");
        List<JsonNode> lines = lines(log);
        JsonNode first = lines.getFirst();
        assertThat(first.get("request").toString())
                .isEqualTo(parse(Requests.MESSAGES_BODY).toString());
        assertThat(first.get("response").toString()).isEqualTo(UpstreamScript.JSON_BODY);
        assertThat(first.get("status").asInt()).isEqualTo(200);
        assertThat(first.get("account").asText()).startsWith("h1:");
        assertThat(first.get("account")).isEqualTo(lines.get(1).get("account"));
        assertThat(first.get("headers").toString()).contains("[\"User-Agent\",\"me\"]");
        assertThat(first.get("connection")).isNotEqualTo(lines.get(1).get("connection"));
        assertThat(lines.get(2).get("request").isNull()).isTrue();
        assertThat(lines.get(2).get("status").asInt()).isEqualTo(400);
        assertThat(lines.get(2).get("response").isNull()).isTrue();
        assertThat(lines).extracting(line -> line.get("path").asText()).endsWith("/v1/models", "/v2/nothing");
        BacktestFindings findings = new Backtest(name -> null)
                .run(new Backtest.Options(
                        directory.resolve("policy.yaml"),
                        null,
                        null,
                        null,
                        List.of(log),
                        false,
                        null,
                        Backtest.Listener.NONE,
                        (exchanges, millis, part) -> {}));
        assertThat(findings.tally().exchanges()).isEqualTo(5);
    }

    @Test
    void onlyValuesThatDescribeSoftwareAreRecorded() throws Exception {
        List<String> secret = List.of(
                "Ocp-Apim-Subscription-Key",
                "X-Access-Token",
                "X-Forwarded-Client-Cert",
                "Referer",
                "Proxy-Authorization",
                "X-Amz-Security-Token",
                "X-Their-Own-Field",
                "Cookie");
        List<String> fields = new ArrayList<>(List.of("Authorization: Bearer " + SECRET, "X-Stainless-Lang: js"));
        secret.forEach(name -> fields.add(name + ": " + SECRET));
        Path log = record("full", "[]", Requests.chat(fields.toArray(String[]::new)));
        assertThat(Files.readString(log)).doesNotContain("secret");
        String headers = lines(log).getFirst().get("headers").toString();
        assertThat(headers).contains("[\"X-Stainless-Lang\",\"js\"]", "[\"content-type\",\"application/json\"]");
        secret.forEach(name -> assertThat(headers).contains("[\"" + name + "\",\"\"]"));
    }

    @Test
    void eventsOfAStreamAreRecorded() throws Exception {
        String stream = """
                data: {"id":"c-1","model":"m","choices":[{"index":0,"delta":{"content":"hel"}}]}

                data: {"id":"c-1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

                data: [DONE]

                """;
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + stream.length()
                    + "\r\n\r\n" + stream);
            c.drain();
        });
        JsonNode line = lines(record(upstream, "full", "[]", Requests.chat())).getFirst();
        assertThat(line.get("response")).hasSize(2);
        assertThat(line.at("/response/0/choices/0/delta/content").asText()).isEqualTo("hel");
        assertThat(line.at("/response/1/choices/0/delta/content").asText()).isEqualTo("lo");
        assertThat(line.get("account").asText()).isEqualTo("anonymous");
    }

    @Test
    void textsAreHashedUnlessRequested() throws Exception {
        Path log = record("hashed", "[]", Requests.chat("Authorization: Bearer " + SECRET));
        JsonNode request = lines(log).getFirst().get("request");
        assertThat(request.at("/model").asText()).isEqualTo("m-2");
        assertThat(request.at("/messages/0/role").asText()).isEqualTo("user");
        assertThat(request.at("/messages/0/content").asText())
                .matches("[a-z]{2}")
                .isNotEqualTo("hi");
    }

    @Test
    void refusedRequestsAreRecorded() throws Exception {
        String full = "[{name: l, type: token-bucket, config: {limits: [{name: t, measure: input-tokens, capacity: 1,"
                + " refill: 1/1h}]}}]";
        JsonNode line = lines(record("full", full, Requests.chat("Authorization: Bearer " + SECRET)))
                .getFirst();
        assertThat(line.get("status").asInt()).isEqualTo(400);
        assertThat(line.get("request").toString()).isEqualTo(Requests.CHAT_BODY);
        assertThat(line.get("response").isNull()).isTrue();
    }
}
