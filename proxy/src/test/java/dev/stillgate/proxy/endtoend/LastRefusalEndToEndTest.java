package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.explain.RequestExplanation;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests that log and admin API show why a request was refused and how a response was treated. */
@ExtendWith(NoLeaks.class)
class LastRefusalEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIMIT =
            "[{name: limits, type: token-bucket, config: {limits: [{name: requests, measure: requests,"
                    + " capacity: 1, refill: 1/1h}]}}]";
    private static final String MESSAGE = "{\"id\":\"msg_8\",\"content\":[{\"type\":\"text\",\"text\":\"Mix it\"}],"
            + "\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}";

    @TempDir
    private Path directory;

    private static JsonNode admin(GatewayRig rig, String path) throws IOException {
        RawClient.Response answer = rig.admin("GET " + path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    /** Plugins with a filter {@code region} that refuses like geo-restriction. */
    private Path regions() throws IOException {
        return TestPlugins.in(directory, "region", """
                Slot<GeoRefusal> slot = context.slot(GeoRefusal.SLOT_LABEL, GeoRefusal.class);
                return (RequestFilter) exchange -> {
                    exchange.set(slot, new GeoRefusal(
                            new GeoFacts("KP", 64500, "Example \\"Net\\"", java.util.Set.of()), "Country 2026-01-31"));
                    return new Verdict.Reject(Verdict.Kind.FORBIDDEN_REGION, "country-denied", "Not here.");
                };""");
    }

    @Test
    @DisplayName("newcomer F3: the account's page and the overview of accounts say why the last request was refused")
    void lastRefusalIsShown() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).filters(LIMIT).start()) {
            String asked = Requests.messages("x-api-key: busy", "x-request-id: mine-7");
            int answers = 0;
            while (rig.ask(asked).status() != 429) {
                assertThat(answers++).isLessThan(5);
            }
            JsonNode line = admin(rig, "/top").get("byRefused").get(0);
            assertThat(line.get("refused").asInt()).isEqualTo(1);
            JsonNode page = admin(rig, "/accounts/" + line.get("account").asText());
            JsonNode last = page.get("lastRefusal");
            assertThat(last.get("filter").asText()).isEqualTo("limits");
            assertThat(last.get("code").asText()).isEqualTo("requests");
            assertThat(last.get("details").asText())
                    .isEqualTo("account's limit: 1 requests, refilled at 1/1h, used 1, requested 1");
            assertThat(last.get("status").asInt()).isEqualTo(429);
            assertThat(last.get("requestId").asText()).isEqualTo("mine-7");
            assertThat(Instant.parse(last.get("at").asText())).isNotNull();
            assertThat(last.has("geo")).isFalse();
            assertThat(line.get("lastRefusal")).isEqualTo(last);
            assertThat(rig.admin("GET /accounts/another").status()).isEqualTo(404);
        }
    }

    @Test
    @DisplayName("newcomer F13: a refusal by region names the country, the network and the databases, in log and admin")
    void refusalByRegionNamesTheCountry() throws IOException {
        try (GatewayRig rig = GatewayRig.with()
                .toPort(1)
                .plugins(regions())
                .filters("[{name: regions, type: region}]")
                .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(403);
            assertThat(admin(rig, "/accounts/anonymous").at("/lastRefusal/geo"))
                    .isEqualTo(JSON.readTree("{\"country\":\"KP\",\"asn\":64500,\"network\":\"Example \\\"Net\\\"\","
                            + "\"databases\":\"Country 2026-01-31\"}"));
            assertThat(rig.finish())
                    .singleElement()
                    .asString()
                    .contains("\"geo.country.iso_code\":\"KP\",\"as.number\":64500,"
                            + "\"geo.databases\":\"Country 2026-01-31\"");
        }
    }

    @Test
    @DisplayName("newcomer F13: the log names the country in shadow mode too")
    void logNamesTheCountryInShadowMode() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .plugins(regions())
                        .filters("[{name: regions, type: region, mode: shadow}]")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.admin("GET /accounts/anonymous").text()).doesNotContain("lastRefusal");
            assertThat(rig.finish())
                    .singleElement()
                    .asString()
                    .contains("\"shadow\":\"regions:country-denied\"", "\"geo.country.iso_code\":\"KP\"");
        }
    }

    @Test
    @DisplayName("newcomer F13: explain request names the country that was refused")
    void explanationNamesTheCountry() throws Exception {
        regions();
        Path config = Files.writeString(directory.resolve("stillgate.yaml"), "plugins: plugins\n");
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9"]}]
                routes: [{path: /v1/, upstream: model}]
                filters: [{name: regions, type: region}]
                """);
        Map<String, Object> page = RequestExplanation.of(
                new RequestExplanation.Question(
                        config,
                        Requests.messages().getBytes(StandardCharsets.UTF_8),
                        "request.txt",
                        null,
                        InetAddress.ofLiteral("203.0.113.7")),
                name -> null);
        assertThat(page.get("geo").toString()).contains("country=KP", "asn=64500", "databases=Country 2026-01-31");
    }

    @Test
    @DisplayName("newcomer F14: the log says that a response was marked, and the account's standing")
    void logSaysHowAResponseWasTreated() throws IOException {
        TestPlugins.tapping(directory);
        Path plugins = TestPlugins.in(directory, "standing", """
                context.publisher().publish(java.util.Map.of("anonymous", Standing.MARKED));
                return (RequestFilter) exchange -> Verdict.ALLOW;""");
        UpstreamScript upstream = UpstreamScript.of(connection -> {
            while (connection.request() != null) {
                connection.send(UpstreamScript.json(MESSAGE));
            }
        });
        String treated = "[{name: s, type: standing}, {name: t, type: tapping}]";
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .plugins(plugins)
                        .filters(treated)
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages("x-api-key: another")).status())
                    .isEqualTo(200);
            List<String> log = rig.finish();
            assertThat(log.getFirst()).contains("\"standing\":\"marked\"", "\"marked\":true");
            assertThat(log.getLast()).doesNotContain("\"standing\"");
        }
    }

    @Test
    @DisplayName("newcomer F14: in shadow mode the log shows no response as marked")
    void shadowModeMarksNoResponse() throws IOException {
        Path plugins = TestPlugins.tapping(directory);
        UpstreamScript upstream = UpstreamScript.of(connection -> {
            while (connection.request() != null) {
                connection.send(UpstreamScript.json(MESSAGE));
            }
        });
        String watched = "[{name: t, type: tapping, mode: shadow}]";
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .plugins(plugins)
                        .filters(watched)
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.finish()).singleElement().asString().doesNotContain("marked", "standing");
        }
    }
}
