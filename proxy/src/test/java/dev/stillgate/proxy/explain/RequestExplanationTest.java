package dev.stillgate.proxy.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.rig.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explanations of one request by the filters of a policy, without a gateway. */
class RequestExplanationTest {
    private static final String REQUEST = """
            POST /v1/messages HTTP/1.1
            host: api.example
            x-api-key: sk-test
            content-type: application/json

            {"model":"m-1","max_tokens":16,"messages":[{"role":"user","content":"hi"}]}
            """;

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        write("stillgate.yaml", "hashing: {h1: a secret of the test}\nstate: {directory: state}\n");
        write("policy.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9000"]}]
                routes: [{path: /v1/, upstream: model, opaque: [/v1/models]}]
                filters:
                  - {name: networks, type: geo-restriction, config: {deny: {networks: [203.0.113.0/24]}}}
                  - {name: watch, type: fingerprint, mode: shadow}
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                        - {name: input, measure: input-tokens, capacity: 1, refill: 1/1m}
                  - {name: unused, type: geo-restriction, mode: off}
                """);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Map<String, Object> explain(String request, @Nullable String account, @Nullable String address)
            throws IOException, ConfigException {
        return RequestExplanation.of(
                new RequestExplanation.Question(
                        directory.resolve("stillgate.yaml"),
                        request.getBytes(StandardCharsets.UTF_8),
                        "request.txt",
                        account,
                        address == null ? null : InetAddress.ofLiteral(address)),
                name -> null);
    }

    private static String logged(String outcome, String more) {
        return "{\"start_time\":\"2026-01-02T03:04:05.678Z\",\"request_id\":\"req-7\",\"method\":\"POST\","
                + "\"path\":\"/v1/messages\",\"response_code\":403,\"outcome\":\"" + outcome + "\"" + more
                + ",\"downstream_remote_address\":\"203.0.113.7\",\"account\":\"a-1\"}\n";
    }

    @Test
    void refusalForCostNamesTheAmounts() throws Exception {
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replace(
                                "limits:\n        - {name: input, measure: input-tokens, capacity: 1, refill: 1/1m}",
                                "prices: {currency: USD, unlisted: {input: 3, output: 15}}\n      limits: [{name: spend,"
                                        + " measure: cost, capacity: 0.00001, refill: 0.00001/1d, reserve: strict}]"));
        assertThat(Files.readString(policy)).contains("prices:");
        assertThat(explain(REQUEST, null, null).toString())
                .contains("Request too large: limit 0.00001 USD, requested 0.00027.");
    }

    @Test
    @DisplayName("newcomer B4: an access-log line is shown as it is, and no filter is evaluated")
    void accessLogLineIsShown() throws Exception {
        Files.delete(directory.resolve("policy.yaml"));
        Map<String, Object> page = explain(
                logged("rejected", ",\"response_code_details\":\"country-denied\",\"filter\":\"regions\""), null, null);
        assertThat(page)
                .containsEntry("request", "POST /v1/messages")
                .containsEntry("requestId", "req-7")
                .containsEntry("at", "2026-01-02T03:04:05.678Z")
                .doesNotContainKeys("filters", "body");
        assertThat(page.get("note").toString()).contains("access log", "no body");
        assertThat(map(page.get("caller"))).containsEntry("account", "a-1").containsEntry("address", "203.0.113.7");
        assertThat(map(page.get("result")))
                .containsEntry("verdict", "refused")
                .containsEntry("by", "regions")
                .containsEntry("code", "country-denied")
                .containsEntry("message", "the filter regions refused the request: country-denied");
    }

    @ParameterizedTest
    @DisplayName("newcomer B4: every outcome of the access log is explained, including unknown ones")
    @CsvSource({"served", "upstream_failed", "truncated", "downstream_gone", "tampered"})
    void everyOutcomeIsExplained(String outcome) throws Exception {
        Map<String, Object> result =
                map(explain(logged(outcome, ",\"flags\":[{}]"), null, null).get("result"));
        assertThat(result).containsEntry("verdict", outcome).containsKey("message");
    }

    @Test
    @DisplayName("newcomer B4: a default address is reported as assumed")
    void assumedAddressIsNamedAssumed() throws Exception {
        assertThat(map(explain(REQUEST, null, null).get("caller"))).containsKey("addressNote");
        assertThat(map(explain(REQUEST, null, "203.0.113.8").get("caller"))).doesNotContainKey("addressNote");
    }

    private static Map<String, Object> map(Object value) {
        Map<String, Object> map = new java.util.TreeMap<>();
        ((Map<?, ?>) value).forEach((key, item) -> map.put((String) key, item));
        return map;
    }

    @Test
    void everyFilterIsEvaluatedAndFirstEnforcingOneDecides() throws Exception {
        Map<String, Object> page = explain(REQUEST, null, "203.0.113.7");
        assertThat(page)
                .containsEntry("request", "POST /v1/messages")
                .containsEntry("operation", "messages")
                .containsEntry("route", "/v1/")
                .containsEntry("upstream", "model");
        assertThat(map(page.get("caller")).get("trust")).isEqualTo("provisional");
        assertThat(map(page.get("caller")).get("account").toString()).startsWith("h1:");
        assertThat(map(page.get("body")).get("model")).isEqualTo("m-1");
        List<?> filters = (List<?>) page.get("filters");
        assertThat(filters).hasSize(4);
        assertThat(map(filters.get(0)).get("says")).isEqualTo("refuse");
        assertThat(map(filters.get(1)).get("says")).isEqualTo("allow");
        assertThat(map(filters.get(2)).get("says"))
                .as("although another filter has refused")
                .isEqualTo("refuse");
        assertThat(map(filters.get(2)).get("code").toString()).contains("input");
        assertThat(map(filters.get(3)).get("says")).isEqualTo("nothing: it is off");
        assertThat(map(page.get("result")).get("by")).isEqualTo("networks");
        assertThat(map(page.get("result")).get("status")).isEqualTo(403);
        assertThat(page.toString()).doesNotContain("sk-test");
        assertThat(directory.resolve("state")).as("no state is written").doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"m-1, model, second", "m-2, second,", "m-23, third, model", "other, model, second"})
    void upstreamOfTheModelAndItsFallbackAreNamed(String model, String upstream, @Nullable String fallback)
            throws Exception {
        write("policy.yaml", """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["http://model.invalid:9000"], fallback: {upstream: second}}
                  - {name: second, endpoints: ["http://model.invalid:9001"]}
                  - {name: third, endpoints: ["http://model.invalid:9002"], fallback: {upstream: model}}
                routes:
                  - path: /v1/
                    upstream: model
                    models: [{names: [m-2], upstream: second}, {names: ["m-2*"], upstream: third}]
                """);
        Map<String, Object> page = explain(REQUEST.replace("m-1", model), null, null);
        assertThat(page).containsEntry("upstream", upstream);
        assertThat(page.get("fallback")).isEqualTo(fallback);
    }

    @Test
    void exchangeLogLineUsesItsAccount() throws Exception {
        Map<String, Object> page = explain("""
                {"ts":1770000000123,"account":"a-17","ip":"198.51.100.1","headers":[["user-agent","x"]],
                 "path":"/v1/chat/completions?x=1","request":{"model":"m-2","messages":[{"role":"user","content":"hi"}]},
                 "status":200,"response":null}
                """, null, null);
        assertThat(map(page.get("caller")))
                .containsEntry("account", "a-17")
                .containsEntry("trust", "accepted")
                .containsEntry("address", "198.51.100.1");
        assertThat(map(page.get("result")).get("by")).isEqualTo("limits");
        assertThat(map(page.get("result")).get("status")).isEqualTo(400);
        assertThat(map(explain(REQUEST, "named", null).get("caller")).get("account"))
                .isEqualTo("named");
    }

    @Test
    void restrictionOfTheAccountIsExplainedBesideTheFilters() throws Exception {
        Path policy = directory.resolve("policy.yaml");
        Files.writeString(policy, Files.readString(policy) + "accounts: {file: accounts.yaml}\n");
        write("accounts.yaml", "accounts:\n- {id: a, keys: [\"h1:%032x\"], models: [m-2]}\n".formatted(1));
        Map<String, Object> page = explain(REQUEST, "a", "198.51.100.1");
        assertThat(map(page.get("result"))).containsEntry("by", "gateway").containsEntry("code", "account-model");
        assertThat(page).containsKey("filters");
        write("accounts.yaml", "accounts:\n- {id: a, keys: [\"h1:%032x\"], until: 2026-01-01}\n".formatted(1));
        assertThat(map(explain(REQUEST, "a", "198.51.100.1").get("result"))).containsEntry("code", "account-expired");
    }

    @Test
    void acceptedRequestIsPassedOn() throws Exception {
        Map<String, Object> page = explain("GET /v1/models HTTP/1.1\nhost: x\n", "a", "198.51.100.1");
        assertThat(map(page.get("result"))).isEqualTo(Map.of("verdict", "passed on to the upstream"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /v2/ HTTP/1.1 | no-route | 404",
                "GET /v1//x HTTP/1.1 | path-not-normal | 400",
                "GET /v1/models HTTP/2 | version | 400",
            })
    void refusalByTheGatewayIsExplained(String line, String code, int status) throws Exception {
        Map<?, ?> result = map(explain(line + "\nhost: x\n\n", null, null).get("result"));
        assertThat(result.get("by")).isEqualTo("gateway");
        assertThat(result.get("status")).isEqualTo(status);
        assertThat(result.get("code").toString()).contains(code);
    }

    @Test
    void ambiguousBodyIsRefused() throws Exception {
        String twice = REQUEST.replace("\"model\":\"m-1\"", "\"model\":\"m-1\",\"model\":\"m-2\"");
        Map<?, ?> result = map(explain(twice, "a", null).get("result"));
        assertThat(result.get("code")).isEqualTo("json-duplicate-key");
        assertThat(result.get("status")).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`  ` | is empty",
                "{ | is not a line of the exchange log",
                "{\"headers\":[]} | the field \"path\" is missing",
                "{\"path\":\"/v1/\",\"ip\":\"localhost\"} | ip: expected an address",
                "{\"path\":\"/v1/\",\"headers\":[[\"a\"]]} | headers: expected a list",
                "{\"path\":\"/v1/ \\r\\nx: y\"} | a control character",
            })
    void fileWithoutRequestIsNamed(String content, String message) {
        assertThatThrownBy(() -> explain(content, null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("request.txt", message);
    }

    @Test
    void tokenIsJudged() throws Exception {
        Tokens key = Tokens.p256("k-1");
        write("keys.json", Tokens.set(key));
        write("policy.yaml", """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9000"]}]
                routes: [{path: /v1/, upstream: model}]
                accounts:
                  credential: [jwt]
                  jwt: {issuer: "https://id.test", audience: models, jwks: {file: keys.json}, claims: {tier: plan}}
                """);
        long now = System.currentTimeMillis();
        String valid = key.token(Tokens.claims("s-1", now + 600_000, ",\"plan\":\"pro\""));
        Map<String, Object> page =
                explain(REQUEST.replace("x-api-key: ", "authorization: Bearer ").replace("sk-test", valid), null, null);
        assertThat(map(page.get("caller"))).containsEntry("trust", "accepted").containsEntry("tier", "pro");
        assertThat(map(page.get("result"))).isEqualTo(Map.of("verdict", "passed on to the upstream"));
        String expired = key.token(Tokens.claims("s-1", now - 600_000, ""));
        page = explain(
                REQUEST.replace("x-api-key: ", "authorization: Bearer ").replace("sk-test", expired), null, null);
        assertThat(map(page.get("result")))
                .containsEntry("verdict", "refused")
                .containsEntry("by", "gateway")
                .containsEntry("status", 401)
                .containsEntry("code", "jwt-expired");
        assertThat(page.toString()).doesNotContain(valid, expired);
    }
}
