package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Tests access control, gateway-wide operations and the audit log of the admin API. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Isolated("listens to a logger of the whole JVM")
class AdminOperationsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "the.token-of+this/test=";

    private final ListAppender<ILoggingEvent> audit = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.stillgate.audit");

    @BeforeEach
    void listen() {
        audit.start();
        logger.addAppender(audit);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(audit);
    }

    private List<String> audited() {
        return audit.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "GET /reload,POST",
        "DELETE /rollback,POST",
        "PUT /drain,POST",
        "POST /config,GET",
        "POST /top,GET",
        "POST /upstreams,GET",
        "DELETE /filters,GET",
        "POST /metrics,GET",
        "HEAD /reload,POST",
        "OPTIONS /drain,POST",
        "POST /readyz,GET"
    })
    void wrongMethodIsToldTheAllowedOne(String line, String allowed) {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            try (RawClient client = new RawClient(rig.adminPort())) {
                RawClient.Response answer = client.send(line + " HTTP/1.1\r\nhost: localhost\r\n\r\n")
                        .answer(line.startsWith("HEAD"));
                assertThat(answer.status()).isEqualTo(405);
                assertThat(answer.values("allow")).containsExactly(allowed);
            }
            assertThat(audited()).isEmpty();
        }
    }

    @Test
    @DisplayName("newcomer F25: the first page lists the others, and the page of accounts says how many are listed")
    void firstPageListsTheOthers() throws IOException {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            JsonNode pages = JSON.readTree(rig.admin("GET /").text()).get("pages");
            assertThat(pages.has("GET /config")).isTrue();
            assertThat(rig.admin("GET /accounts").text()).contains("\"listed\":0");
            assertThat(rig.admin("POST /").status()).isEqualTo(404);
            for (String page :
                    List.of("/healthz", "/metrics", "/config", "/filters", "/upstreams", "/top", "/accounts")) {
                assertThat(pages.has("GET " + page)).as(page).isTrue();
                assertThat(rig.admin("GET " + page).status()).as(page).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reload", "/rollback", "/drain"})
    void irregularPostIsRefusedAndAudited(String path) {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            assertThat(rig.admin("POST " + path, "content-length: 0", "origin: https://evil.example")
                            .status())
                    .isEqualTo(403);
            assertThat(rig.admin("POST " + path + "?x=1").status()).isEqualTo(400);
            assertThat(body(rig, path, 1).status()).isEqualTo(path.equals("/drain") ? 400 : 415);
            assertThat(body(rig, path, 64 * 1024 + 1).status()).isEqualTo(413);
            assertThat(rig.admin("GET /readyz").status()).isEqualTo(200);
            assertThat(audited()).hasSize(4);
            assertThat(audited().get(1)).contains("POST " + path + "?x=1").endsWith("-> 400");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /config,attacker.example,,403",
        "GET /metrics,attacker.example:9090,,403",
        "POST /reload,attacker.example,,403",
        "GET /config,localhost,same-origin,200",
        "GET /config,localhost,same-site,403",
        "GET /config,evil.example,same-origin,403",
        "GET /config,127.0.0.1:9090,cross-site,403",
        "GET /config,localhost.attacker.example,,403",
        "GET /config,[::1.attacker.example],,403",
        "GET /config,1.2.3.4.5,,403",
        "GET /healthz,attacker.example,,200",
        "GET /readyz,attacker.example,cross-site,200",
        "GET /config,LocalHost:9090,none,200",
        "GET /config,10.1.2.3:9090,,200",
        "GET /config,[2001:db8::1]:9090,,200",
        "GET /metrics,gateway.example.com:9090,,200",
        "POST /reload,Gateway.Example.Com,,200"
    })
    @DisplayName("plugins 8: without a token a request with a foreign Host is refused")
    void foreignHostIsRefusedWithoutToken(String line, String host, @Nullable String site, int status) {
        try (GatewayRig rig =
                GatewayRig.with().toPort(1).adminHosts("gateway.example.com").start()) {
            try (RawClient client = new RawClient(rig.adminPort())) {
                String fetch = site == null ? "" : "sec-fetch-site: " + site + "\r\n";
                assertThat(client.send(line + " HTTP/1.1\r\nhost: " + host + "\r\n" + fetch + "\r\n")
                                .answer()
                                .status())
                        .isEqualTo(status);
            }
        }
    }

    @Test
    @DisplayName("plugins 8: with a token any Host is allowed")
    void anyHostIsAllowedWithToken() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start();
                RawClient client = new RawClient(rig.adminPort())) {
            rig.bearing(TOKEN);
            assertThat(client.send("GET /config HTTP/1.1\r\nhost: gateway.example.com\r\nauthorization: Bearer " + TOKEN
                                    + "\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("plugins 11: a method with a line feed cannot inject a line into the audit log")
    void invalidMethodIsRefused() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start();
                RawClient client = new RawClient(rig.adminPort())) {
            rig.bearing(TOKEN);
            RawClient.Response answer = client.send(
                            "FOO\n2026-11-28T11:59:00.000Z\u00a0INFO\u00a0audit /reload HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(audited()).noneMatch(line -> line.contains("\n"));
        }
    }

    private static RawClient.Response body(GatewayRig rig, String path, int length) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send("POST " + path + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + length + "\r\n\r\n"
                            + "x".repeat(length))
                    .answer();
        }
    }

    @Test
    void onlyHealthIsPublicWithToken() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start()) {
            for (String open : List.of("/healthz", "/readyz")) {
                assertThat(rig.admin("GET " + open).status()).isEqualTo(200);
            }
            for (String line : List.of(
                    "GET /metrics",
                    "GET /config",
                    "GET /filters",
                    "GET /top",
                    "GET /upstreams",
                    "GET /accounts/a",
                    "GET /nothing",
                    "POST /reload",
                    "POST /rollback",
                    "POST /drain",
                    "DELETE /accounts/a",
                    "GET /healthz/")) {
                RawClient.Response answer = rig.admin(line);
                assertThat(answer.status()).as(line).isEqualTo(401);
                assertThat(answer.values("www-authenticate")).containsExactly("Bearer realm=\"stillgate\"");
            }
            assertThat(audited()).as("the refused changes").hasSize(4).allMatch(line -> line.endsWith("-> 401"));
            for (String wrong :
                    List.of(TOKEN + "x", TOKEN.substring(1), TOKEN.toUpperCase(Locale.ROOT), "", "x".repeat(8000))) {
                assertThat(rig.admin("GET /config", "authorization: Bearer " + wrong)
                                .status())
                        .as(wrong)
                        .isEqualTo(401);
            }
            RawClient.Response config = rig.admin("GET /config", "authorization: bearer " + TOKEN);
            assertThat(config.status()).isEqualTo(200);
            assertThat(config.text()).doesNotContain(TOKEN).contains("<redacted>");
            assertThat(rig.admin("POST /reload", "Authorization: Bearer " + TOKEN)
                            .status())
                    .isEqualTo(200);
            assertThat(audited()).noneMatch(line -> line.contains(TOKEN));
            assertThat(rig.admin("GET /metrics", "Authorization: Bearer " + TOKEN)
                            .text())
                    .contains("stillgate_exchanges_active 0");
            rig.bearing(TOKEN);
        }
    }

    @Test
    void tokenInAnotherSchemeOrTwiceIsNone() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).adminToken(TOKEN).start()) {
            assertThat(rig.admin("GET /config", "authorization: Basic " + TOKEN).status())
                    .isEqualTo(401);
            assertThat(rig.admin("GET /config", "authorization: Bearer " + TOKEN, "authorization: Bearer " + TOKEN)
                            .status())
                    .as("twice")
                    .isEqualTo(401);
            rig.bearing(TOKEN);
        }
    }

    @Test
    void busiestAccountIsAtTheTop() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            for (int i = 0; i < 3; i++) {
                rig.ask(Requests.messages("x-api-key: busy"));
            }
            rig.ask(Requests.messages("x-api-key: other"));
            rig.ask(Requests.get("/nowhere"));
            JsonNode top = JSON.readTree(rig.admin("GET /top").text());
            assertThat(top.get("accounts").asInt()).isEqualTo(3);
            assertThat(top.get("complete").asBoolean()).isTrue();
            JsonNode first = top.get("byRequests").get(0);
            assertThat(first.get("account").asText()).startsWith("h1:");
            assertThat(first.get("requests").asInt()).isEqualTo(3);
            assertThat(top.get("byRequests")).hasSize(3);
            assertThat(top.toString()).contains("\"account\":\"anonymous\",\"requests\":1,\"refused\":1");
            assertThat(top.toString()).doesNotContain("busy");
        }
    }

    @Test
    void drainRequestReachesTheProcess() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start()) {
            int[] asked = {0};
            rig.onDrainRequest(() -> asked[0]++);
            assertThat(rig.admin("POST /drain").status()).isEqualTo(202);
            assertThat(asked[0]).isEqualTo(1);
            assertThat(rig.admin("GET /readyz").status()).isEqualTo(503);
            assertThat(audited())
                    .singleElement()
                    .asString()
                    .contains(" POST /drain ")
                    .endsWith("-> 202");
        }
    }

    @Test
    void slowClientDoesNotBlockHealth() {
        try (GatewayRig rig = GatewayRig.with().toPort(1).start();
                RawClient head = new RawClient(rig.adminPort());
                RawClient body = new RawClient(rig.adminPort())) {
            head.send("POST /reload HTTP/1.1\r\nhost:");
            body.send("POST /reload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n");
            for (int i = 0; i < 20; i++) {
                assertThat(rig.admin("GET /healthz").status()).isEqualTo(200);
            }
            assertThat(rig.admin("POST /reload").status()).isEqualTo(200);
        }
    }
}
