package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests clients that are identified by tokens of an identity provider. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class JwtEndToEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Tokens KEY = Tokens.p256("k-1");
    private static final Tokens NEXT = Tokens.p256("k-2");

    @TempDir
    private Path directory;

    private static String token(Tokens key, String more) {
        return key.token(Tokens.claims("s-1", System.currentTimeMillis() + 600_000, more));
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private static String jwt(String jwks, String more) {
        return "issuer: \"" + Tokens.ISSUER + "\", audience: " + Tokens.AUDIENCE + ", jwks: " + jwks
                + ", claims: {organisation: org, tier: plan, verified: kyc}, organisations: [o-1]" + more;
    }

    private String file(Tokens... keys) throws IOException {
        return "{file: \"" + Files.writeString(directory.resolve("keys.json"), Tokens.set(keys)) + "\"}";
    }

    private static RigBuilder rig(UpstreamScript upstream, String places, String jwt) {
        return GatewayRig.with().to(upstream).accounts("{credential: [" + places + "], jwt: {" + jwt + "}}");
    }

    private static String accountId(String credential) {
        CredentialHash hash = CredentialHash.of("0123456789abcdef-test");
        byte[] bytes = credential.getBytes(StandardCharsets.UTF_8);
        hash.hash(bytes, 0, bytes.length);
        return CredentialHash.id("h1", hash.hi(), hash.lo());
    }

    @Test
    void tokenIdentifiesItsSubjectAndIsForwarded() throws IOException {
        String id = accountId("jwt " + Tokens.ISSUER + " s-1");
        String first = token(KEY, ",\"org\":\"o-1\",\"plan\":\"pro\",\"kyc\":true");
        String second = token(KEY, ",\"n\":2");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(file(KEY), "")).start()) {
            assertThat(rig.ask(Requests.messages(bearer(second))).status()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages(bearer(first), "x-api-key: smuggled"))
                            .status())
                    .isEqualTo(200);
            assertThat(rig.ask(Requests.chat(bearer(first))).status()).isEqualTo(200);
            UpstreamScript.Request seen = upstream.requests().get(1);
            assertThat(seen.values("authorization")).containsExactly("Bearer " + first);
            assertThat(seen.values("x-api-key")).isEmpty();
            assertThat(rig.metric("stillgate_jwt_signatures_total", "valid")).isEqualTo(2);
            JsonNode page = JSON.readTree(rig.admin("GET /accounts/" + id).text());
            assertThat(page.at("/account/organisation").asText()).isEqualTo("o-1");
            assertThat(page.at("/account/tier").asText()).isEqualTo("pro");
            assertThat(page.at("/account/verified").asBoolean()).isTrue();
            assertThat(page.get("trust").asText()).isEqualTo("accepted");
            assertThat(rig.finish()).hasSize(3).allMatch(line -> line.contains("\"account\":\"" + id + "\""));
        }
    }

    @Test
    void tokenIsTakenOutIfThePolicySaysSo() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [jwt], required: true, jwt: {" + jwt(file(KEY), ", forward: false")
                                + "}}")
                        .start()) {
            assertThat(rig.ask(Requests.messages(bearer(token(KEY, "")))).status())
                    .isEqualTo(200);
            assertThat(upstream.requests().getLast().values("authorization")).isEmpty();
            for (String other : List.of("authorization: Basic dTpw", "x-api-key: a", "authorization: Bearer sk-1")) {
                assertThat(rig.ask(Requests.messages(other)).status()).as(other).isEqualTo(401);
            }
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void invalidTokenIsRefusedInTheProvidersShape() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(file(KEY), "")).start()) {
            String expired = KEY.token(Tokens.claims("s", System.currentTimeMillis() - 120_000, ""));
            RawClient.Response answer = rig.ask(Requests.messages(bearer(expired)));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.values("www-authenticate")).containsExactly("Bearer error=\"invalid_token\"");
            assertThat(answer.text()).contains("authentication_error", "The access token is invalid.");
            assertThat(answer.text() + answer.head()).doesNotContain("expired");
            RawClient.Response chat = rig.ask(Requests.chat(bearer("sk-a-plain-key")));
            assertThat(chat.status()).isEqualTo(401);
            assertThat(chat.values("www-authenticate")).containsExactly("Bearer error=\"invalid_token\"");
            assertThat(rig.ask(Requests.chat(bearer(token(NEXT, "")))).status()).isEqualTo(401);
            assertThat(upstream.requests()).isEmpty();
            List<String> log = rig.finish();
            assertThat(log.get(0)).contains("\"response_code_details\":\"jwt-expired\"");
            assertThat(log.get(1)).contains("\"response_code_details\":\"jwt-form\"");
            assertThat(log.get(2)).contains("\"response_code_details\":\"jwt-unknown-key\"");
            assertThat(String.join("", log)).doesNotContain(expired, "sk-a-plain-key");
        }
    }

    @Test
    void missingTokenIsChallenged() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [jwt], required: true, jwt: {" + jwt(file(KEY), "") + "}}")
                        .start()) {
            RawClient.Response answer = rig.ask(Requests.messages("x-api-key: a"));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.values("www-authenticate")).containsExactly("Bearer realm=\"stillgate\"");
        }
    }

    @Test
    void keysAndTokensMayShareTheField() throws IOException {
        for (String places : List.of("jwt, bearer", "bearer, jwt", "x-api-key, bearer, jwt")) {
            try (UpstreamScript upstream = UpstreamScript.answering();
                    GatewayRig rig = rig(upstream, places, jwt(file(KEY), "")).start()) {
                assertThat(rig.ask(Requests.messages(bearer("sk-1"))).status()).isEqualTo(200);
                assertThat(rig.ask(Requests.messages(bearer("sk.with.dots"))).status())
                        .isEqualTo(200);
                assertThat(rig.ask(Requests.messages(bearer(token(KEY, "")))).status())
                        .isEqualTo(200);
                assertThat(rig.ask(Requests.messages(bearer(token(NEXT, "")))).status())
                        .as("an invalid token is not taken for a key")
                        .isEqualTo(401);
                List<String> log = rig.finish();
                assertThat(log.get(0)).contains(accountId("sk-1"));
                assertThat(log.get(1)).contains(accountId("sk.with.dots"));
                assertThat(log.get(2)).contains(accountId("jwt " + Tokens.ISSUER + " s-1"));
            }
        }
    }

    @Test
    void listedSubjectHasTheListsAttributes() throws IOException {
        String entry = "accounts:\n  - {id: a-7, keys: [\"" + accountId("jwt " + Tokens.ISSUER + " s-1")
                + "\"], tier: standard}\n";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .accounts("{credential: [jwt], file: accounts.yaml, jwt: {" + jwt(file(KEY), "") + "}}")
                        .accountsFile(entry)
                        .start()) {
            rig.ask(Requests.messages(bearer(token(KEY, ",\"plan\":\"pro\""))));
            JsonNode page = JSON.readTree(rig.admin("GET /accounts/a-7").text());
            assertThat(page.at("/account/tier").asText()).isEqualTo("standard");
            assertThat(rig.finish()).singleElement().asString().contains("\"account\":\"a-7\"");
        }
    }

    @Test
    void reloadSwapsSettingsAndKeys() throws IOException, ConfigException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(file(KEY), "")).start()) {
            String old = Requests.messages(bearer(token(KEY, "")));
            assertThat(rig.ask(old).status()).isEqualTo(200);
            file(NEXT);
            rig.reload();
            assertThat(rig.ask(old).status()).isEqualTo(401);
            assertThat(rig.ask(Requests.messages(bearer(token(NEXT, "")))).status())
                    .isEqualTo(200);
            Files.writeString(directory.resolve("keys.json"), "{}");
            try {
                rig.reload();
            } catch (ConfigException e) {
                assertThat(e).hasMessageContaining("policy.yaml:").hasMessageContaining("is not a key set");
            }
            assertThat(rig.ask(Requests.messages(bearer(token(NEXT, "")))).status())
                    .as("the keys in force stay")
                    .isEqualTo(200);
        }
    }

    /** An identity provider's endpoint. */
    private static final class Provider implements AutoCloseable {
        private final HttpServer server;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile String set;

        Provider(String set) throws IOException {
            this.set = set;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                asked.incrementAndGet();
                byte[] body = this.set.getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(body.length == 0 ? 500 : 200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        String jwks() {
            return "{url: \"http://127.0.0.1:" + server.getAddress().getPort() + "/jwks\"}";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static int status(GatewayRig rig, String token) {
        return rig.ask(Requests.messages(bearer(token))).status();
    }

    @Test
    void keysAreFetchedInTheBackground() throws IOException {
        try (Provider provider = new Provider("");
                UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(provider.jwks(), "")).start()) {
            RawClient.Response none = rig.ask(Requests.messages(bearer(token(KEY, ""))));
            assertThat(none.status()).isEqualTo(503);
            assertThat(none.has("retry-after")).isTrue();
            GatewayRig.eventually(
                    "the first fetch fails", () -> rig.metric("stillgate_jwks_fetches_total", "failed") > 0);
            provider.set = Tokens.set(KEY);
            rig.ticker().jump(Duration.ofMinutes(1));
            GatewayRig.eventually("the keys are fetched", () -> status(rig, token(KEY, "")) == 200);
            provider.set = Tokens.set(KEY, NEXT);
            rig.ticker().jump(Duration.ofSeconds(31));
            int before = provider.asked.get();
            GatewayRig.eventually("an unknown key has them fetched", () -> status(rig, token(NEXT, "")) == 200);
            assertThat(status(rig, token(KEY, ""))).isEqualTo(200);
            assertThat(provider.asked.get()).isEqualTo(before + 1);
            provider.set = Tokens.set(NEXT);
            rig.ticker().jump(Duration.ofMinutes(10));
            GatewayRig.eventually("the old key is refused", () -> status(rig, token(KEY, "")) == 401);
            assertThat(rig.metric("stillgate_jwks_keys")).isEqualTo(1);
            assertThat(rig.metric("stillgate_jwks_fetches_total", "changed")).isEqualTo(3);
        }
    }

    @Test
    void reloadToAnotherProviderWaitsForItsKeys() throws IOException, ConfigException {
        try (Provider first = new Provider(Tokens.set(KEY));
                Provider second = new Provider("");
                UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(first.jwks(), "")).start()) {
            GatewayRig.eventually("the keys are fetched", () -> status(rig, token(KEY, "")) == 200);
            String policy = Files.readString(rig.directory().resolve("policy.yaml"));
            rig.policy(policy.replace(first.jwks(), second.jwks()));
            assertThatThrownBy(rig::reload).hasMessageContaining("/jwks was answered with status 500");
            assertThat(status(rig, token(KEY, "")))
                    .as("the policy in force stays")
                    .isEqualTo(200);
            second.set = Tokens.set(NEXT);
            rig.reload();
            assertThat(status(rig, token(NEXT, ""))).isEqualTo(200);
            assertThat(status(rig, token(KEY, ""))).isEqualTo(401);
        }
    }

    @Test
    void keysOutliveARestartWithoutNetwork() throws IOException {
        Path state = directory.resolve("state");
        String jwks;
        try (Provider provider = new Provider(Tokens.set(KEY));
                UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "jwt", jwt(provider.jwks(), ""))
                        .state(state)
                        .start()) {
            jwks = provider.jwks();
            GatewayRig.eventually("the keys are fetched", () -> status(rig, token(KEY, "")) == 200);
            GatewayRig.eventually("the copy is written", () -> holdsFile(state.resolve("jwks")));
        }
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        rig(upstream, "jwt", jwt(jwks, "")).state(state).start()) {
            assertThat(status(rig, token(KEY, ""))).isEqualTo(200);
        }
    }

    private static boolean holdsFile(Path in) {
        try (var files = Files.list(in)) {
            return files.anyMatch(file -> file.toString().endsWith(".json"));
        } catch (IOException e) {
            return false;
        }
    }
}
