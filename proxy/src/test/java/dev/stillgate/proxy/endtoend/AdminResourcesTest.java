package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the admin page of an account, from the filter to the socket. */
class AdminResourcesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCOUNTS = """
            accounts:
              - {id: a-17, keys: ["h1:%032x"], organisation: org-9, tier: gold, verified: true, created: 2026-01-12,
                 facts: {payment: "h:0123456789abcdefABCD-_"}}
              - {id: "a/18 ü", keys: ["h1:%032x"]}
            """.formatted(17, 18);

    @TempDir
    private Path directory;

    private static RawClient.Response get(GatewayRig rig, String path) {
        return ask(rig, "GET", path);
    }

    private static RawClient.Response ask(GatewayRig rig, String method, String path) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(method + " " + path + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
                    .answer();
        }
    }

    private static JsonNode json(RawClient.Response answer) throws IOException {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.values("content-type")).containsExactly("application/json");
        return JSON.readTree(answer.text());
    }

    private RigBuilder rig() throws IOException {
        TestPlugins.in(directory, "knowing", """
                context.adminView("accounts", id -> id.startsWith("a") ? java.util.Map.of("left", id.length()) : null);
                context.adminView("clusters", id -> id.equals("c-1") ? java.util.List.of(id) : null);
                context.publisher().publish(java.util.Map.of("a-17", Standing.POOLED));
                return (RequestFilter) exchange -> Verdict.ALLOW;""");
        Path plugins = TestPlugins.in(directory, "throwing", """
                context.adminView("accounts", id -> { if (id.equals("unseen")) return null;
                    throw new IllegalStateException("as \\"meant\\""); });
                return (RequestFilter) exchange -> Verdict.ALLOW;""");
        return GatewayRig.with()
                .toPort(1)
                .plugins(plugins)
                .accounts("{file: accounts.yaml}")
                .accountsFile(ACCOUNTS)
                .filters("[{name: know, type: knowing}]");
    }

    @Test
    void accountPageShowsEachFiltersFacts() throws IOException {
        try (GatewayRig rig = rig().filters("[{name: t, type: throwing}, {name: know, type: knowing}]")
                .start()) {
            assertThat(json(get(rig, "/accounts/a-17"))).isEqualTo(JSON.readTree("""
                    {"id":"a-17","account":{"trust":"listed","organisation":"org-9","tier":"gold","region":null,"verified":true,
                     "created":"2026-01-12T00:00:00Z","facts":{"payment":"h:0123456789abcdefABCD-_"},"access":null,
                     "standing":"marked"},
                     "inForce":"marked","filters":{"t":{"error":"java.lang.IllegalStateException: as \\"meant\\""},"know":{"left":4}}}"""));
            assertThat(json(get(rig, "/accounts/abc")).get("account").isNull()).isTrue();
            assertThat(json(get(rig, "/accounts/%61%2d17?x=1")).get("id").asText())
                    .isEqualTo("a-17");
            assertThat(json(get(rig, "/clusters/c-1")))
                    .isEqualTo(JSON.readTree("{\"id\":\"c-1\",\"filters\":{\"know\":[\"c-1\"]}}"));
            assertThat(get(rig, "/accounts/unseen").status()).isEqualTo(404);
        }
    }

    @Test
    void pagesDisappearWithTheirPolicy() throws IOException, ConfigException {
        RigBuilder builder = rig();
        try (GatewayRig rig = builder.start()) {
            assertThat(json(get(rig, "/accounts/a-17")).at("/filters/know/left").asInt())
                    .isEqualTo(4);
            rig.policy(builder.filters("[{name: know, type: knowing, mode: shadow}]")
                    .policy());
            rig.reload();
            assertThat(json(get(rig, "/accounts/a-17")).at("/account/standing").asText())
                    .isEqualTo("clear");
            rig.policy(builder.filters("[]").policy());
            rig.reload();
            JsonNode bare = json(get(rig, "/accounts/a-17"));
            assertThat(bare.get("filters")).isEmpty();
            assertThat(get(rig, "/clusters/c-1").status()).isEqualTo(404);
        }
    }

    @Test
    void hostileIdsFindNothing() throws IOException {
        try (GatewayRig rig = rig().start()) {
            for (String id : List.of(
                    "", "%2f", "a%2f18%20%C3%BC", "a%0a", "a%00", "%", "%4", "%zz", "%c3", "%ff", "%c2%85", "%7f")) {
                RawClient.Response answer = get(rig, "/accounts/" + id);
                assertThat(answer.status()).as(id).isIn(400, 404);
                assertThat(answer.text()).doesNotContain("listed");
            }
            assertThat(get(rig, "/accounts/a%2517").status()).as("decoded once").isEqualTo(200);
            assertThat(json(get(rig, "/accounts/a%2517")).get("id").asText()).isEqualTo("a%17");
            assertThat(get(rig, "/accounts/" + "a".repeat(10_240)).status()).isEqualTo(400);
            assertThat(get(rig, "/accounts/" + "a".repeat(256)).status()).isEqualTo(200);
            for (String path : List.of(
                    "/accounts/",
                    "//a",
                    "/accounts/a/b",
                    "/none/a",
                    "/Accounts/a",
                    "/accounts/../a",
                    "/healthz/x",
                    "/metrics/",
                    "/filters/a-17")) {
                assertThat(get(rig, path).status()).as(path).isIn(400, 404);
            }
            RawClient.Response unknown = get(rig, "/accounts/zzz");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(JSON.readTree(unknown.text()).get("error").asText()).isNotEmpty();
            for (String method : List.of("POST", "DELETE", "PUT")) {
                assertThat(ask(rig, method, "/accounts/a-17").status()).isEqualTo(405);
            }
            assertThat(get(rig, "/healthz").status()).isEqualTo(200);
        }
    }
}
