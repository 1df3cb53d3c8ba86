package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Tests names and roles of operators, from the admin socket to the filter and the audit log. */
class OperatorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ANN = OperatorToken.random(RANDOM);
    private static final String BEN = OperatorToken.random(RANDOM);
    private static final String EYE = OperatorToken.random(RANDOM);
    private static final Tokens KEY = Tokens.p256("k-1");
    private static final String SAME = "sec-fetch-site: same-origin";
    private static final String OWN = "origin: http://localhost";
    private static final String STANDING = "POST /accounts/a-1/standing?create=true";
    private static final String ACTS = """
            for (String action : java.util.List.of("confirm", "standing", "import", AdminAction.ERASE)) {
                context.adminAction("accounts", action, (id, arguments) -> java.util.Map.of("given", arguments));
            }
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    static String entry(String name, String token, String role) {
        return "{name: \"" + name + "\", role: " + role + ", token: \"" + OperatorToken.of(token, RANDOM) + "\"}";
    }

    private GatewayRig rig(String adminKeys, String audit) throws IOException {
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "acting", ACTS))
                .filters("[{name: act, type: acting}]")
                .console("write")
                .adminKeys(adminKeys)
                .audit(audit)
                .start();
    }

    private Path log() {
        return directory.resolve("audit.jsonl");
    }

    private GatewayRig operators() throws IOException {
        String keys = "operators: [" + entry("Ann Lee", ANN, "admin") + ", " + entry("ben", BEN, "review") + ", "
                + entry("eye", EYE, "read") + "]";
        return rig(keys, "{path: \"" + log() + "\"}");
    }

    private GatewayRig identity(String jwks) throws IOException {
        String keys = "identity: {issuer: \"" + Tokens.ISSUER + "\", audience: " + Tokens.AUDIENCE + ", jwks: " + jwks
                + ", name: email, role: groups, roles: {desk: review, staff: read, root: admin}}";
        return rig(keys, "{path: \"" + log() + "\"}");
    }

    private String keys(Tokens... keys) throws IOException {
        return "{file: \"" + Files.writeString(directory.resolve("keys.json"), Tokens.set(keys)) + "\"}";
    }

    private static String claims(GatewayRig rig, String more) {
        return Tokens.claims("s-1", rig.ticker().millis() + 600_000, more);
    }

    static RawClient.Response send(GatewayRig rig, String line, String body, String... fields) {
        List<String> lines = new ArrayList<>(List.of(line + " HTTP/1.1", "host: localhost"));
        lines.addAll(List.of(fields));
        if (fields.length > 0 && body.startsWith("{")) {
            lines.add("content-type: application/json");
        }
        lines.add("content-length: " + body.length());
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(String.join("\r\n", lines) + "\r\n\r\n" + body).answer();
        }
    }

    static String bearer(String token) {
        return "authorization: Bearer " + token;
    }

    private static int status(GatewayRig rig, String line, String token) {
        return send(rig, line, line.startsWith("POST /accounts") ? "{}" : "", bearer(token))
                .status();
    }

    static String standing(String name) {
        return "{\"standing\":\"" + name + "\",\"why\":\"w\"}";
    }

    private List<JsonNode> audited() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(log())) {
            JsonNode event = JSON.readTree(line);
            if (event.get("type").asText().startsWith("admin.")) {
                lines.add(event);
            }
        }
        return lines;
    }

    @Test
    void roleDecidesWhatAnOperatorMay() throws IOException {
        try (GatewayRig rig = operators()) {
            String confirm = "POST /accounts/a-1/confirm?create=true";
            for (String token : List.of(ANN, BEN, EYE)) {
                assertThat(status(rig, "GET /config", token)).isEqualTo(200);
                assertThat(status(rig, "GET /metrics", token)).isEqualTo(200);
            }
            RawClient.Response refused = send(rig, confirm, "{}", bearer(EYE));
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("needs the role review; eye has the role read");
            assertThat(status(rig, confirm, BEN)).isEqualTo(200);
            for (String standing : List.of("clear", "marked", "pooled")) {
                assertThat(send(rig, STANDING, standing(standing), bearer(BEN)).status())
                        .isEqualTo(200);
            }
            for (String standing : List.of("blocked", "BLOCKED", " blocked ")) {
                RawClient.Response blocked = send(rig, STANDING, standing(standing), bearer(BEN));
                assertThat(blocked.status()).isEqualTo(403);
                assertThat(blocked.text()).contains("needs the role admin; ben has the role review");
                assertThat(send(rig, STANDING, standing(standing), bearer(ANN)).status())
                        .isEqualTo(200);
            }
            for (String line : List.of(
                    "DELETE /accounts/a-1",
                    "POST /reload",
                    "POST /accounts/a-1/import",
                    "POST /accounts/a-1/%63onfirm",
                    "PUT /accounts/a-1",
                    "POST /accounts//confirm/x",
                    "POST /rollback",
                    "POST /drain",
                    "POST /backtests")) {
                assertThat(status(rig, line, BEN)).as(line).isEqualTo(403);
                assertThat(status(rig, line, EYE)).as(line).isEqualTo(403);
            }
            assertThat(status(rig, "DELETE /accounts/a-1", ANN)).isEqualTo(200);
            assertThat(status(rig, "POST /reload", ANN)).isEqualTo(200);
            assertThat(status(rig, "POST /accounts/a-1/import", ANN)).isEqualTo(200);
            assertThat(rig.admin("GET /readyz").status()).isEqualTo(200);
            rig.bearing(EYE);
        }
    }

    @Test
    void blockedIsTakenBackByItsRoleAlone() throws IOException {
        String operators = "operators: [" + entry("ann", ANN, "admin") + ", " + entry("ben", BEN, "review") + "]";
        try (GatewayRig rig = GatewayRig.with()
                .toPort(1)
                .filters("[{name: behaviour, type: fingerprint}]")
                .adminKeys(operators)
                .audit("{path: \"" + log() + "\"}")
                .start()) {
            String pin = "POST /accounts/a-1/standing?create=true";
            String unpin = "POST /accounts/a-1/unpin";
            assertThat(send(rig, pin, standing("blocked"), bearer(ANN)).status())
                    .isEqualTo(200);
            RawClient.Response taken = send(rig, unpin, "{\"why\":\"w\"}", bearer(BEN));
            assertThat(taken.status()).isEqualTo(403);
            assertThat(taken.text()).contains("needs the role admin; ben has the role review");
            assertThat(send(rig, pin, standing("clear"), bearer(BEN)).status()).isEqualTo(403);
            JsonNode page = JSON.readTree(
                    send(rig, "GET /accounts/a-1", "", bearer(BEN)).text());
            assertThat(page.get("inForce").asText()).isEqualTo("blocked");
            assertThat(send(rig, unpin, "{\"why\":\"w\"}", bearer(ANN)).status())
                    .isEqualTo(200);
            assertThat(send(rig, pin, standing("pooled"), bearer(BEN)).status()).isEqualTo(200);
            assertThat(send(rig, unpin, "{\"why\":\"w\"}", bearer(BEN)).status())
                    .isEqualTo(200);
            assertThat(audited())
                    .extracting(event -> event.path("orders").asText().length())
                    .as("lengths of ids")
                    .containsExactly(32, 0, 0, 32, 32, 32);
            rig.bearing(ANN);
        }
    }

    @Test
    void orderBearsTheNameOfTheCredential() throws IOException {
        try (GatewayRig rig = operators()) {
            RawClient.Response done = send(rig, STANDING, standing("marked"), bearer(BEN));
            assertThat(JSON.readTree(done.text()).at("/filters/act/given/by").asText())
                    .isEqualTo("ben");
            RawClient.Response same = send(rig, STANDING, "{\"by\":\" ANN lee\"}", bearer(ANN));
            assertThat(JSON.readTree(same.text()).at("/filters/act/given/by").asText())
                    .isEqualTo("Ann Lee");
            RawClient.Response erased = send(rig, "DELETE /accounts/a-1", "", bearer(ANN));
            assertThat(JSON.readTree(erased.text()).at("/filters/act/given/by").asText())
                    .isEqualTo("Ann Lee");
            for (String by : List.of("\"Ann Lee\"", "\"\"", "7", "[\"ben\"]")) {
                RawClient.Response refused = send(rig, STANDING, "{\"by\":" + by + "}", bearer(BEN));
                assertThat(refused.status()).as(by).isEqualTo(400);
                assertThat(JSON.readTree(refused.text()).get("at").asText()).isEqualTo("by");
            }
            assertThat(send(rig, "POST /reload", "{\"by\":\"eve\"}", bearer(ANN))
                            .status())
                    .isEqualTo(400);
            send(rig, "POST /reload", "", bearer(ANN));
            JsonNode config =
                    JSON.readTree(send(rig, "GET /config", "", bearer(EYE)).text());
            assertThat(config.get("by").asText()).isEqualTo("Ann Lee");
            assertThat(audited()).hasSize(9);
            assertThat(audited().subList(3, 7)).allSatisfy(event -> {
                assertThat(event.get("by").asText()).isEqualTo("ben");
                assertThat(event.get("role").asText()).isEqualTo("review");
                assertThat(event.get("status").asInt()).isEqualTo(400);
            });
            rig.bearing(EYE);
        }
    }

    @Test
    void hostileCredentialsAreRefused() throws IOException {
        try (GatewayRig rig = operators()) {
            String hash = OperatorToken.of(ANN, RANDOM).toString();
            assertThat(send(rig, "GET /config", "", bearer(ANN), bearer(ANN)).status())
                    .isEqualTo(401);
            assertThat(send(rig, "GET /config", "", bearer(ANN), bearer(BEN)).status())
                    .isEqualTo(401);
            for (String field : List.of(
                    "authorization: Basic " + Tokens.encoded("ann:" + ANN),
                    bearer(""),
                    bearer(hash),
                    bearer("x".repeat(100_000)),
                    bearer(ANN + "x"),
                    bearer(ANN.substring(1)),
                    bearer(ANN + ", Bearer " + ANN),
                    bearer("ä".repeat(30)))) {
                assertThat(send(rig, "GET /config", "", field).status()).isEqualTo(401);
            }
            assertThat(send(rig, "GET /config", "", bearer("x")).status()).isEqualTo(429);
            assertThat(status(rig, "GET /config", ANN)).isEqualTo(200);
            String page = send(rig, "GET /config", "", bearer(EYE)).text();
            assertThat(page).contains("Ann Lee", "redacted").doesNotContain("h:", ANN, BEN, EYE);
            assertThat(Files.readString(log())).doesNotContain("h:", ANN, BEN, EYE);
            rig.bearing(EYE);
        }
    }

    private static RawClient.Response signIn(GatewayRig rig, String token) {
        return send(rig, "POST /console/session", "token=" + token, OWN, SAME);
    }

    private static String cookie(RawClient.Response answer) {
        String set = answer.values("set-cookie").getFirst();
        return "cookie: " + set.substring(0, set.indexOf(';'));
    }

    @Test
    void sessionHasNameAndRoleOfItsOperator() throws IOException {
        try (GatewayRig rig = operators()) {
            JsonNode before = JSON.readTree(rig.admin("GET /console/session").text());
            assertThat(before.get("credential").asText()).isEqualTo("operator");
            assertThat(before.get("signedIn").asBoolean()).isFalse();
            assertThat(before.get("name").isNull()).isTrue();
            String ben = cookie(signIn(rig, BEN));
            JsonNode session =
                    JSON.readTree(rig.admin("GET /console/session", ben, SAME).text());
            assertThat(session.get("name").asText()).isEqualTo("ben");
            assertThat(session.get("role").asText()).isEqualTo("review");
            RawClient.Response done = send(rig, STANDING, standing("marked"), ben, OWN, SAME);
            assertThat(JSON.readTree(done.text()).at("/filters/act/given/by").asText())
                    .isEqualTo("ben");
            assertThat(send(rig, STANDING, standing("blocked"), ben, OWN, SAME).status())
                    .isEqualTo(403);
            assertThat(send(rig, "POST /reload", "", ben, OWN, SAME).status()).isEqualTo(403);
            String eye = cookie(signIn(rig, EYE));
            assertThat(rig.admin("GET /now", eye, SAME).status()).isEqualTo(200);
            assertThat(send(rig, STANDING, standing("marked"), eye, OWN, SAME).status())
                    .isEqualTo(403);
            assertThat(audited())
                    .extracting(event -> event.get("token").asText() + " "
                            + event.get("by").asText() + " " + event.get("role").asText())
                    .containsExactly(
                            "right ben review",
                            "session ben review",
                            "session ben review",
                            "session ben review",
                            "right eye read",
                            "session eye read");
            rig.bearing(EYE);
        }
    }

    @Test
    void tokensOfTheIdentityProviderNameOperators() throws IOException {
        try (GatewayRig rig = identity(keys(KEY))) {
            String desk = KEY.token(
                    claims(rig, ",\"email\":\"ann.lee@example.org\",\"groups\":[\"x\",\"staff\",\"desk\",\"y\"]"));
            RawClient.Response done = send(rig, STANDING, standing("marked"), bearer(desk));
            assertThat(JSON.readTree(done.text()).at("/filters/act/given/by").asText())
                    .isEqualTo("ann.lee@example.org");
            assertThat(status(rig, "POST /reload", desk)).isEqualTo(403);
            String root = KEY.token(claims(rig, ",\"email\":\"ben\",\"groups\":\"root\""));
            assertThat(status(rig, "POST /reload", root)).isEqualTo(200);

            String session = cookie(signIn(rig, root));
            assertThat(rig.admin("GET /now", session, SAME).status()).isEqualTo(200);
            rig.bearing(KEY.token(claims(rig, ",\"email\":\"ben\",\"groups\":\"staff\"")));
        }
    }

    @Test
    void hostileTokensOfTheIdentityProviderAreRefused() throws IOException {
        try (GatewayRig rig = identity(keys(KEY))) {
            String known = ",\"email\":\"ann\",\"groups\":\"root\"";
            String good = claims(rig, known);
            String signed = KEY.token(good);
            String none = Tokens.encoded("{\"alg\":\"none\"}") + "." + Tokens.encoded(good) + ".";
            String shared = KEY.token("{\"alg\":\"HS256\",\"kid\":\"k-1\"}", good);
            String[][] refused = {
                {none, "jwt-form"},
                {none + "AA", "jwt-algorithm"},
                {shared, "jwt-algorithm"},
                {KEY.token(good.replace("\"aud\":\"" + Tokens.AUDIENCE, "\"aud\":\"other")), "jwt-audience"},
                {KEY.token(good.replace(Tokens.ISSUER, "https://evil.test")), "jwt-issuer"},
                {KEY.token(Tokens.claims("s", rig.ticker().millis() - 120_000, known)), "jwt-expired"},
                {Tokens.p256("k-1").token(good), "jwt-signature"},
                {signed + "A".repeat(9_000), "jwt-too-long"},
                {ANN, "jwt-form"},
            };
            for (String[] each : refused) {
                RawClient.Response answer = send(rig, "GET /config", "", bearer(each[0]));
                assertThat(answer.status()).as(each[1]).isEqualTo(401);
                assertThat(answer.text()).contains(each[1]);
            }
            for (String claims : List.of(
                    ",\"email\":\"ann\"",
                    ",\"email\":\"ann\",\"groups\":\"nothing\"",
                    ",\"email\":\"ann\",\"groups\":[]",
                    ",\"email\":\"ann\",\"groups\":{\"root\":true}",
                    ",\"groups\":\"root\"",
                    ",\"email\":\"\",\"groups\":\"root\"",
                    ",\"email\":7,\"groups\":\"root\"",
                    ",\"email\":\"ann \",\"groups\":\"root\"",
                    ",\"email\":\"ann\\u0000\",\"groups\":\"root\"",
                    ",\"email\":\"a\\nnn\",\"groups\":\"root\"",
                    ",\"email\":\"a\\u202enn\",\"groups\":\"root\"",
                    ",\"email\":\"" + "a".repeat(101) + "\",\"groups\":\"root\"")) {
                assertThat(status(rig, "GET /config", KEY.token(claims(rig, claims))))
                        .as(claims)
                        .isEqualTo(403);
            }
            assertThat(signIn(rig, KEY.token(claims(rig, ",\"email\":\"ann\""))).values("location"))
                    .containsExactly("/console/?wrong=403");
            assertThat(status(rig, "GET /config", signed)).isEqualTo(200);
            rig.bearing(signed);
        }
    }

    private static boolean hasFullDevice() {
        return Files.exists(Path.of("/dev/full"));
    }

    @Test
    @EnabledIf("hasFullDevice")
    void changeIsRefusedWithoutARequiredAuditLog() throws IOException {
        String operators = "operators: [" + entry("ann", ANN, "admin") + "]";
        try (GatewayRig rig = rig(operators, "{path: /dev/full, required: true}")) {
            for (String line : List.of("POST /reload", "DELETE /accounts/a-1", STANDING)) {
                RawClient.Response refused = send(rig, line, line.equals(STANDING) ? "{}" : "", bearer(ANN));
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.text()).contains("audit log cannot be written");
            }
            JsonNode config =
                    JSON.readTree(send(rig, "GET /config", "", bearer(ANN)).text());
            assertThat(config.get("cause").asText()).as("nothing was reloaded").isEqualTo("start");
            assertThat(config.get("history")).hasSize(1);
            rig.bearing(ANN);
        }
    }

    @Test
    void requiredAuditLogHasEachChangeBeforeAndAfter() throws IOException {
        String operators = "operators: [" + entry("ann", ANN, "admin") + "]";
        try (GatewayRig rig = rig(operators, "{path: \"" + log() + "\", required: true}")) {
            assertThat(send(rig, STANDING, standing("marked"), bearer(ANN)).status())
                    .isEqualTo(200);
            assertThat(audited())
                    .extracting(event ->
                            event.get("type").asText() + " " + event.get("by").asText() + " "
                                    + event.path("status").asInt())
                    .containsExactly("admin.begin ann 0", "admin.request ann 200");
            rig.bearing(ANN);
        }
    }
}
