package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the effect of operator actions on an account's requests, from the admin socket to the client. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class FingerprintEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "x-api-key: sk-one";
    private static final String OTHER_KEY = "x-api-key: sk-two";
    private static final String EVENT =
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                    + "{\"type\":\"text_delta\",\"text\":\"of the old wall\"}}\n\n";
    private static final String SSE =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

    private static GatewayRig rig(UpstreamScript upstream, String config) {
        return GatewayRig.with()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + key() + "\"]}\n")
                .filters("[{name: behaviour, type: fingerprint, config: " + config + "}]")
                .start();
    }

    private static RawClient.Response admin(GatewayRig rig, String line, String body) throws IOException {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(
                            line + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
                                    + body.length() + "\r\n\r\n" + body)
                    .answer();
        }
    }

    private static String key() {
        byte[] secret = "sk-one".getBytes(StandardCharsets.US_ASCII);
        return new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(secret, 0, secret.length);
    }

    private static JsonNode pin(GatewayRig rig, String standing) throws IOException {
        RawClient.Response answer =
                admin(rig, "POST /accounts/a-17/standing", "{\"standing\":\"" + standing + "\",\"for\":\"1h\"}");
        assertThat(answer.status()).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    @Test
    void blockedAccountIsRefusedOnEveryPathAtOnce() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
                GatewayRig rig = rig(upstream, "{}")) {
            JsonNode page = pin(rig, "blocked");
            assertThat(page.at("/filters/behaviour/standing").asText()).isEqualTo("blocked");
            List<String> requests = List.of(
                    Requests.messages(KEY),
                    Requests.chat(KEY),
                    Requests.post("/v1/responses", Requests.CHAT_BODY, KEY),
                    Requests.post("/v1/messages/batches", "{\"requests\":[]}", KEY),
                    Requests.get("/v1/messages/batches/b-1/results", KEY),
                    Requests.get("/v1/responses/resp-1", KEY),
                    Requests.get("/v1/files/f-1/content", KEY),
                    Requests.get("/v1/models", KEY));
            for (String request : requests) {
                RawClient.Response answer = rig.ask(request);
                assertThat(answer.status()).as(request).isEqualTo(403);
                assertThat(answer.text())
                        .contains("This account is not served.")
                        .doesNotContain("behaviour");
            }
            assertThat(rig.ask(Requests.messages(OTHER_KEY)).status()).isEqualTo(200);
            assertThat(admin(rig, "POST /accounts/a-17/unpin", "{}").status()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("newcomer F2: operator actions apply when the filter is in shadow mode")
    void operatorOrderAppliesInShadowMode() throws IOException {
        String events = EVENT.repeat(3);
        UpstreamScript upstream = UpstreamScript.answering(SSE + UpstreamScript.chunk(events) + "0\r\n\r\n");
        GatewayRig rig;
        try (upstream;
                GatewayRig opened = GatewayRig.with()
                        .to(upstream)
                        .accounts("{file: accounts.yaml}")
                        .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + key() + "\"]}\n")
                        .filters("[{name: behaviour, type: fingerprint, mode: shadow, config: {}}]")
                        .start()) {
            rig = opened;
            assertThat(JSON.readTree(adminText(rig, "GET /accounts/a-17"))
                            .at("/inForce")
                            .asText())
                    .isEqualTo("clear");
            JsonNode answer = pin(rig, "blocked");
            assertThat(answer.at("/inForce").asText()).isEqualTo("blocked");
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(403);
            assertThat(rig.ask(Requests.messages(OTHER_KEY)).status()).isEqualTo(200);
            JsonNode page = JSON.readTree(adminText(rig, "GET /accounts/a-17"));
            assertThat(page.at("/account/standing").asText()).isEqualTo("blocked");
            assertThat(page.at("/filters/behaviour/standing").asText()).isEqualTo("blocked");
            assertThat(pin(rig, "pooled").at("/inForce").asText()).isEqualTo("pooled");
            assertThat(rig.ask(Requests.messages(KEY)).text()).isEqualTo(events);
            JsonNode unpinned =
                    JSON.readTree(admin(rig, "POST /accounts/a-17/unpin", "{}").text());
            assertThat(unpinned.at("/inForce").asText()).isEqualTo("clear");
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
        }
        JsonNode refused = JSON.readTree(rig.finish().getFirst());
        assertThat(refused.get("response_code").asInt()).isEqualTo(403);
        assertThat(refused.get("filter").asText()).isEqualTo("behaviour");
        assertThat(refused.get("response_code_details").asText()).isEqualTo("standing-blocked");
    }

    @Test
    @DisplayName("newcomer F16: an unknown account gets a standing only when the operator asks to create it")
    void standingOfUnknownAccountMustBeRequested() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
                GatewayRig rig = rig(upstream, "{}")) {
            String order = "{\"standing\":\"blocked\"}";
            RawClient.Response unknown = admin(rig, "POST /accounts/unseen/standing", order);
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(JSON.readTree(unknown.text()).get("known").asBoolean(true))
                    .isFalse();
            assertThat(admin(rig, "GET /accounts/unseen", "").status()).isEqualTo(404);
            assertThat(admin(rig, "POST /accounts/unseen/standing?create=yes", order)
                            .status())
                    .isEqualTo(400);
            assertThat(admin(rig, "POST /accounts/unseen/standing?create=true", order)
                            .status())
                    .isEqualTo(200);
            assertThat(admin(rig, "POST /accounts/unseen/standing", order).status())
                    .as("known now")
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("newcomer F25: times on the pages are ISO 8601 in UTC")
    void timesAreInIso8601() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
                GatewayRig rig = rig(upstream, "{}")) {
            String order = "{\"standing\":\"blocked\",\"until\":\"2030-01-02T03:04:05Z\"}";
            RawClient.Response answer = admin(rig, "POST /accounts/a-17/standing", order);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            JsonNode page = JSON.readTree(answer.text()).at("/filters/behaviour");
            assertThat(page.at("/expires").asText()).isEqualTo("2030-01-02T03:04:05Z");
            assertThat(page.at("/pinned/until").asText()).isEqualTo("2030-01-02T03:04:05Z");
            assertThat(page.at("/since").asText()).matches("20\\d\\d-.*Z");
            assertThat(page.at("/changes/0/at").asText())
                    .isEqualTo(page.at("/since").asText());
        }
    }

    @Test
    void impossibleActionNamesItsPlace() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
                GatewayRig rig = rig(upstream, "{}")) {
            RawClient.Response answer = admin(rig, "POST /accounts/a-17/standing", "{\"standing\":\"bocked\"}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(JSON.readTree(answer.text()).get("at").asText()).isEqualTo("standing");
            assertThat(admin(rig, "POST /clusters/c1/standing", "{\"standing\":\"blocked\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(admin(rig, "DELETE /accounts/a-1", "").status()).isEqualTo(404);
        }
    }

    @Test
    void pagesAreJsonOfBoundedSize() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering(UpstreamScript.json("{}"));
                GatewayRig rig = rig(upstream, "{allow: {clients: [famous-agent]}, samples: 1}")) {
            assertThat(rig.ask(Requests.messages(KEY)).status()).isEqualTo(200);
            GatewayRig.eventually(
                    "analysed", () -> adminText(rig, "GET /accounts/a-17").contains("\"exchanges\":1.0"));
            JsonNode page = JSON.readTree(adminText(rig, "GET /accounts/a-17"));
            assertThat(page.at("/filters/behaviour/standing").asText()).isEqualTo("clear");
            assertThat(page.at("/filters/behaviour/signals/under-dispersion/hours-entropy")
                            .isNumber())
                    .isTrue();
            assertThat(JSON.readTree(adminText(rig, "GET /clusters"))
                            .at("/filters/behaviour")
                            .isArray())
                    .isTrue();
            assertThat(JSON.readTree(adminText(rig, "GET /clusters/hidden"))
                            .at("/filters/behaviour/0/value")
                            .asText())
                    .isEqualTo("famous-agent");
            assertThat(rig.metric("stillgate_fingerprint_accounts")).isEqualTo(1);
        }
    }

    private static String adminText(GatewayRig rig, String line) {
        try {
            return admin(rig, line, "").text();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
