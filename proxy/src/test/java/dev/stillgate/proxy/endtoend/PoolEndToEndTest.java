package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests accounts that draw from one pool, from the published standing to the client. */
@ExtendWith(NoLeaks.class)
class PoolEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILTERS = "[{name: s, type: linking}, {name: limits, type: token-bucket, config: {"
            + "pool: {requests: 3/1d}, verify: {url: 'https://example.com/verify'},"
            + " limits: [{name: requests, measure: requests, capacity: 100, refill: 100/1m}]}}]";
    private static final String SENTENCE = "This account shares a limit with linked accounts until it is verified."
            + " Verify it at https://example.com/verify, or try again in ";

    @TempDir
    private Path directory;

    /** Returns the entry of the accounts file of an account, whose key is {@code sk-} and its id. */
    private static String entry(String id, String more) {
        byte[] key = ("sk-" + id).getBytes(StandardCharsets.US_ASCII);
        String hash = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(key, 0, key.length);
        return "  - {id: " + id + ", keys: [\"" + hash + "\"]" + more + "}\n";
    }

    private static String accounts(String moreOfA3) {
        return "accounts:\n" + entry("a-1", "") + entry("a-2", "") + entry("a-3", moreOfA3) + entry("b", "");
    }

    private GatewayRig rig(UpstreamScript upstream) throws IOException {
        Path plugins = TestPlugins.in(directory, "linking", """
                java.util.List<String> linked = java.util.List.of("a-1", "a-2", "a-3");
                java.util.Map<String, Standing> standings = new java.util.HashMap<>();
                java.util.Map<String, String> groups = new java.util.HashMap<>();
                linked.forEach(id -> standings.put(id, Standing.POOLED));
                linked.forEach(id -> groups.put(id, "c-1"));
                context.publisher().publish(standings, groups);
                return (RequestFilter) exchange -> Verdict.ALLOW;""");
        return GatewayRig.with()
                .to(upstream)
                .plugins(plugins)
                .accounts("{file: accounts.yaml}")
                .accountsFile(accounts(""))
                .filters(FILTERS)
                .start();
    }

    private static String key(String id) {
        return "x-api-key: sk-" + id;
    }

    @Test
    void linkedAccountsShareABudgetAndAreAskedToVerify() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)) {
            RawClient.Response first = rig.ask(Requests.messages(key("a-1")));
            assertThat(first.status()).isEqualTo(200);
            // The account's own limit: that of the pool would tell how much the linked accounts use.
            assertThat(first.values("anthropic-ratelimit-requests-remaining")).containsExactly("99");
            assertThat(rig.ask(Requests.chat(key("a-2"))).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.post("/v1/responses", Requests.CHAT_BODY, key("a-3")))
                            .status())
                    .isEqualTo(200);

            RawClient.Response anthropic = refused(rig, Requests.messages(key("a-1")));
            assertThat(anthropic.values("anthropic-ratelimit-requests-limit")).isEmpty();
            assertThat(Integer.parseInt(anthropic.values("retry-after").getFirst()))
                    .isBetween(8 * 3600 - 60, 8 * 3600);
            JsonNode error = JSON.readTree(anthropic.text()).path("error");
            assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
            assertThat(error.path("message").asText()).startsWith(SENTENCE);

            for (String path : new String[] {"/v1/chat/completions", "/v1/responses"}) {
                RawClient.Response openAi = refused(rig, Requests.post(path, Requests.CHAT_BODY, key("a-3")));
                assertThat(openAi.values("x-ratelimit-limit-requests")).isEmpty();
                assertThat(openAi.values("retry-after")).isEmpty();
                error = JSON.readTree(openAi.text()).path("error");
                assertThat(error.path("code").asText()).isEqualTo("account_unverified");
                assertThat(error.path("message").asText()).startsWith(SENTENCE);
            }
            assertThat(rig.ask(Requests.messages(key("b"))).status()).isEqualTo(200);
            assertThat(rig.metric("stillgate_token_bucket_refused_total", "limit=\"pool-requests\"", "bucket=\"pool\""))
                    .isEqualTo(3);
            assertThat(upstream.requests()).hasSize(4);
        }
    }

    private static RawClient.Response refused(GatewayRig rig, String request) {
        RawClient.Response refused = rig.ask(request);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.values("x-stillgate-code")).containsExactly("account_unverified");
        assertThat(refused.values("x-should-retry")).containsExactly("false");
        return refused;
    }

    @Test
    void verificationTakesAnAccountOut() throws IOException, ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.ask(Requests.messages(key("a-1"))).status()).isEqualTo(200);
            }
            assertThat(rig.ask(Requests.messages(key("a-3"))).status()).isEqualTo(429);
            Files.writeString(rig.directory().resolve("accounts.yaml"), accounts(", verified: true"));
            rig.reload();
            RawClient.Response served = rig.ask(Requests.messages(key("a-3")));
            assertThat(served.status()).isEqualTo(200);
            assertThat(served.values("anthropic-ratelimit-requests-limit")).containsExactly("100");
            assertThat(rig.ask(Requests.messages(key("a-1"))).status()).isEqualTo(429);
        }
    }

    @Test
    void adminPagesShowThePool() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)) {
            assertThat(rig.admin("GET /pools/c-1").status()).isEqualTo(404);
            assertThat(rig.ask(Requests.messages(key("a-1"))).status()).isEqualTo(200);
            JsonNode pool = JSON.readTree(rig.admin("GET /pools/c-1").text()).at("/filters/limits/limits");
            assertThat(pool.findValuesAsText("name")).containsExactly("requests", "pool-requests");
            assertThat(pool.findValuesAsText("left")).containsExactly("99", "2");
            JsonNode account = JSON.readTree(rig.admin("GET /accounts/a-1").text());
            assertThat(account.at("/filters/limits/pools").toString()).isEqualTo("[\"c-1\"]");
        }
    }

    @Test
    void operatorPoolsAnAccountAndTakesItOut() throws IOException {
        String filters = FILTERS.replace("{name: s, type: linking}", "{name: s, type: fingerprint, mode: shadow}");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{file: accounts.yaml}")
                        .accountsFile(accounts(", organisation: org-9"))
                        .filters(filters)
                        .start()) {
            for (String id : new String[] {"a-1", "a-3"}) {
                order(rig, id, "standing", "{\"standing\":\"pooled\",\"for\":\"1h\"}");
                for (int i = 0; i < 3; i++) {
                    assertThat(rig.ask(Requests.messages(key(id))).status()).isEqualTo(200);
                }
                refused(rig, Requests.messages(key(id)));
            }
            assertThat(rig.ask(Requests.messages(key("b"))).status()).isEqualTo(200);
            order(rig, "a-1", "unpin", "{}");
            assertThat(rig.ask(Requests.messages(key("a-1"))).status()).isEqualTo(200);
        }
    }

    private static void order(GatewayRig rig, String account, String action, String body) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            String head = "POST /accounts/" + account + '/' + action
                    + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ";
            assertThat(client.send(head + body.length() + "\r\n\r\n" + body)
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }
}
