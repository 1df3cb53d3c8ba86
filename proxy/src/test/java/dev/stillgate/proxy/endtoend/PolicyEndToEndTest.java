package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests accounts, reloads and filter modes, from the file to the response. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class PolicyEndToEndTest {
    private static final String SECRET = "sk-very-secret-0001";
    private static final String BUCKET =
            "[{name: limits, type: token-bucket, mode: %s, config: {limits: [{name: requests, measure: requests,"
                    + " capacity: %d, refill: 1/1h}]}}]";

    private static String key() {
        return new dev.stillgate.proxy.account.Accounts(
                        java.util.Map.of("h1", "0123456789abcdef-test"), dev.stillgate.spi.Ticker.system())
                .id(SECRET.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, SECRET.length());
    }

    /** A policy that lists the one credential, because unlisted credentials keep no state. */
    private static RigBuilder listed(UpstreamScript upstream) {
        return GatewayRig.with()
                .to(upstream)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"" + key() + "\"], organisation: org-9}\n");
    }

    @Test
    @DisplayName("newcomer F12: the metrics say how many listed accounts need each hashing secret")
    void metricsCountAccountsBySecret() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = listed(upstream).start()) {
            assertThat(rig.metric("stillgate_accounts_by_secret", "secret=\"h1\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void missingRequiredCredentialIs401() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{required: true}")
                        .start()) {
            RawClient.Response none = rig.ask(Requests.messages());
            assertThat(none.status()).isEqualTo(401);
            assertThat(none.text()).contains("\"authentication_error\"");
            assertThat(rig.ask(Requests.chat("Authorization: Basic YTpi")).text())
                    .contains("\"invalid_api_key\"");
            assertThat(rig.ask(Requests.messages("x-api-key: " + SECRET)).status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.chat("Authorization: bearer " + SECRET)).status())
                    .isEqualTo(200);
            assertThat(rig.reason("no-credential")).isEqualTo(2);
            List<String> log = rig.finish();
            assertThat(log).noneMatch(line -> line.contains("secret") || line.contains("YTpi"));
            assertThat(log.get(2)).contains("\"account\":\"" + key() + "\"");
            assertThat(log.get(3)).contains("\"account\":\"" + key() + "\"");
        }
    }

    @Test
    void listedAccountIsKnownByItsName() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = listed(upstream).start()) {
            rig.ask(Requests.messages("x-api-key: " + SECRET));
            rig.ask(Requests.messages("x-api-key: other"));
            List<String> log = rig.finish();
            assertThat(log.getFirst()).contains("\"account\":\"a-17\"", "\"organisation\":\"org-9\"");
            assertThat(log.getLast()).contains("\"account\":\"h1:").doesNotContain("other");
        }
    }

    @Test
    void ambiguousCredentialIsRefused() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            String[][] cases = {
                {"x-api-key: a", "x-api-key: b"},
                {"x-api-key: a", "x-api-key: a"},
                {"Authorization: Bearer a", "Authorization: Bearer b"},
                {"Authorization: Basic a", "Authorization: Bearer b"},
                {"x-api-key: a b"},
                {"Connection: x-api-key", "x-api-key: a"},
                {"Authorization: Bearer\tb"},
                {"Authorization: Basic a, Bearer b"},
                {"x-api-key: a\u00a0"},
                {"Authorization: Bearer a\tb"},
            };
            for (String[] fields : cases) {
                assertThat(rig.ask(Requests.messages(fields)).status())
                        .as(List.of(fields).toString())
                        .isEqualTo(401);
            }
            assertThat(rig.reason("credential-ambiguous")).isEqualTo(cases.length);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void onlyTheAccountsCredentialIsForwarded() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.chat("Authorization: Bearer real", "x-api-key: " + SECRET));
            rig.ask(Requests.chat("Authorization: Bearer   " + SECRET));
            assertThat(upstream.requests().getFirst().values("authorization")).isEmpty();
            assertThat(upstream.requests().getFirst().values("x-api-key")).containsExactly(SECRET);
            assertThat(rig.finish()).allMatch(line -> line.contains(key()));
        }
    }

    @Test
    void credentialLikeFieldIsNotForwarded() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            rig.ask(Requests.messages("x-api-key: known", "X_API_KEY: other", "X_Forwarded_For: 192.0.2.9"));
            assertThat(upstream.requests().getFirst().values("x_api_key")).isEmpty();
            assertThat(upstream.requests().getFirst().values("x_forwarded_for")).isEmpty();
            assertThat(upstream.requests().getFirst().values("x-api-key")).containsExactly("known");
        }
    }

    @Test
    void forgedKeysCreateNoState() {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            for (UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                boolean real = r.values("x-api-key").contains(SECRET);
                c.send(real ? UpstreamScript.JSON_ANSWER : "HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
            }
        });
        try (upstream;
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .filters(BUCKET.formatted("enforce", 2))
                        .start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.ask(Requests.messages("x-api-key: forged-" + i)).status())
                        .isIn(401, 429);
            }
            assertThat(rig.ask(Requests.messages("x-api-key: " + SECRET)).status())
                    .isIn(200, 429);
        }
    }

    @Test
    void reloadKeepsStreamsAndAppliesToNewRequests() throws ConfigException {
        CountDownLatch reloaded = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
            c.send(UpstreamScript.chunk("data: 1\n\n"));
            reloaded.await();
            c.send(UpstreamScript.chunk("data: 2\n\n") + "0\r\n\r\n");
        });
        RigBuilder builder = GatewayRig.with().to(upstream);
        try (upstream;
                GatewayRig rig = builder.start();
                RawClient client = rig.connect()) {
            client.send(Requests.chat());
            GatewayRig.eventually(
                    "streaming", () -> upstream.connection(0).received().endsWith("]}"));
            rig.policy(builder.accounts("{required: true}").policy());
            rig.reload();
            assertThat(rig.ask(Requests.chat()).status()).isEqualTo(401);
            reloaded.countDown();
            RawClient.Response stream = client.answer();
            assertThat(stream.whole()).isTrue();
            assertThat(stream.text()).isEqualTo("data: 1\n\ndata: 2\n\n");
            assertThat(client.send(Requests.chat()).answer().status()).isEqualTo(401);
        }
    }

    @Test
    void invalidFileChangesNothingAndRaisesAGauge() throws ConfigException {
        RigBuilder builder = GatewayRig.with();
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder.to(upstream).start()) {
            String good = builder.policy();
            assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
            for (String bad : List.of(
                    "version: 2", good + "surprise: 1\n", good.replace("upstream: model", "upstream: gone"), "", "{")) {
                rig.policy(bad);
                assertThatThrownBy(rig::reload)
                        .isInstanceOf(ConfigException.class)
                        .hasMessageContaining("policy.yaml");
                assertThat(rig.metric("stillgate_config_synchronized")).isZero();
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            rig.policy(good);
            rig.reload();
            assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
        }
    }

    @Test
    void reloadNeverRefillsABucket() throws ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        listed(upstream).filters(BUCKET.formatted("enforce", 2)).start()) {
            String request = Requests.messages("x-api-key: " + SECRET);
            assertThat(rig.ask(request).status()).isEqualTo(200);
            rig.reload();
            assertThat(rig.ask(request).status()).isEqualTo(200);
            rig.reload();
            RawClient.Response limited = rig.ask(request);
            assertThat(limited.status()).isEqualTo(429);
            assertThat(limited.has("retry-after")).isTrue();
            assertThat(limited.text()).contains("\"rate_limit_error\"");
        }
    }

    @Test
    void shadowFilterCountsAndLogsOnly() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        listed(upstream).filters(BUCKET.formatted("shadow", 1)).start()) {
            String request = Requests.messages("x-api-key: " + SECRET);
            assertThat(rig.ask(request).status()).isEqualTo(200);
            assertThat(rig.ask(request).status()).isEqualTo(200);
            assertThat(rig.metric("stillgate_filter_decisions_total", "verdict=\"reject\"", "mode=\"shadow\""))
                    .isEqualTo(1);
            assertThat(rig.finish().getLast()).contains("\"shadow\":\"limits:", "\"served\"");
        }
    }

    @Test
    void failingFilterFollowsItsOnErrorSetting(@TempDir Path directory) throws IOException, ConfigException {
        RigBuilder builder = GatewayRig.with().plugins(TestPlugins.failing(directory));
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = builder.to(upstream)
                        .filters("[{name: f, type: failing, onError: open}]")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            rig.policy(builder.filters("[{name: f, type: failing, onError: closed}]")
                    .policy());
            rig.reload();
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(500);
            rig.policy(builder.filters("[{name: f, type: failing, onError: closed, mode: shadow}]")
                    .policy());
            rig.reload();
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.metric("stillgate_filter_decisions_total", "filter=\"f\"", "verdict=\"error\""))
                    .isEqualTo(3);
        }
    }
}
