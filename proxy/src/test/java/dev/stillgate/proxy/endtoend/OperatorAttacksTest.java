package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.endtoend.OperatorsTest.bearer;
import static dev.stillgate.proxy.endtoend.OperatorsTest.entry;
import static dev.stillgate.proxy.endtoend.OperatorsTest.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests by which operators try to do more than their role allows. */
class OperatorAttacksTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ANN = OperatorToken.random(RANDOM);
    private static final String BEN = OperatorToken.random(RANDOM);
    private static final String EYE = OperatorToken.random(RANDOM);
    private static final Tokens KEY = Tokens.p256("k-1");
    private static final String PIN = "POST /accounts/a-1/standing?create=true";

    @TempDir
    private Path directory;

    private GatewayRig rig() throws IOException {
        return GatewayRig.with()
                .toPort(1)
                .filters("[{name: one, type: fingerprint}, {name: two, type: fingerprint}]")
                .console("write")
                .adminKeys("operators: [" + entry("ann", ANN, "admin") + ", " + entry("ben", BEN, "review") + ", "
                        + entry("eye", EYE, "read") + "]")
                .start();
    }

    @Test
    void noMethodAndNoPathGoesRoundARole() throws IOException {
        try (GatewayRig rig = rig()) {
            String generation = send(rig, "GET /policies", "", bearer(EYE)).text();
            for (String method :
                    List.of("POST", "post", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X")) {
                for (String path : List.of(
                        "/reload",
                        "/reload?force=true",
                        "/%72eload",
                        "//reload",
                        "/./reload",
                        "/console/../reload",
                        "/console/%2e%2e/reload",
                        "/healthz/../reload",
                        "/rollback",
                        "/drain",
                        "/drain/",
                        "/DRAIN",
                        "http://localhost/drain",
                        "/backtests",
                        "/accounts/a-1",
                        "/orders",
                        "/orders/clock/confirm")) {
                    for (String token : List.of(BEN, EYE)) {
                        RawClient.Response answer = send(rig, method + " " + path, "", bearer(token));
                        assertThat(answer.status()).as("%s %s", method, path).isBetween(400, 499);
                    }
                }
            }
            for (String method : List.of("GET", "HEAD")) {
                for (String path : List.of("/reload", "/drain", "/accounts/a-1/standing", "/orders/clock/confirm")) {
                    assertThat(send(rig, method + " " + path, "", bearer(EYE), "connection: close")
                                    .status())
                            .as("%s %s", method, path)
                            .isEqualTo(405);
                }
            }
            assertThat(send(rig, "GET /policies", "", bearer(EYE)).text()).isEqualTo(generation);
            assertThat(send(rig, "GET /readyz", "", bearer(EYE)).status()).isEqualTo(200);
            rig.bearing(ANN);
        }
    }

    @Test
    void noFormOfTheBodyGoesRoundARole() throws IOException {
        try (GatewayRig rig = rig()) {
            for (String body : List.of(
                    "{\"standing\":\"clear\",\"standing\":\"blocked\",\"why\":\"w\"}",
                    "{\"standing\":\"blocked\",\"standing\":\"clear\",\"why\":\"w\"}",
                    "{\"stand\\u0069ng\":\"bl\\u006fcked\",\"why\":\"w\"}",
                    "{\"standing\":\"BLOC\\u212aED\",\"why\":\"w\"}", // the Kelvin sign, whose lower case is k
                    "{\"standing\":[\"blocked\"],\"why\":\"w\"}",
                    "{\"Standing\":\"blocked\",\"why\":\"w\"}",
                    "{\"standing\":\"marked\",\"by\":\"ben\",\"by\":\"ann\",\"why\":\"w\"}",
                    "{\"standing\":\"marked\",\"BY\":\"ann\",\"why\":\"w\"}",
                    "{\"standing\":\"marked\",\"by\":{\"by\":\"ben\"},\"why\":\"w\"}",
                    "{\"standing\":\"marked\",\"details\":{\"by\":\"ann\"},\"why\":\"w\"}")) {
                RawClient.Response answer = send(rig, PIN, body, bearer(BEN));
                assertThat(answer.status()).as(body).isIn(400, 403);
            }
            JsonNode orders =
                    JSON.readTree(send(rig, "GET /orders", "", bearer(EYE)).text());
            assertThat(orders.get("known").asInt()).isZero();

            assertThat(send(rig, PIN, OperatorsTest.standing("blocked"), bearer(ANN))
                            .status())
                    .isEqualTo(200);
            for (String action : List.of("confirm", "refute", "vouch", "unlabel", "unpin")) {
                send(rig, "POST /accounts/a-1/" + action, "{\"why\":\"w\"}", bearer(BEN));
                JsonNode page = JSON.readTree(
                        send(rig, "GET /accounts/a-1", "", bearer(EYE)).text());
                assertThat(page.get("inForce").asText()).as(action).isEqualTo("blocked");
            }
            rig.bearing(ANN);
        }
    }

    /** A customer's provider signs, with its own key and the ids of the other one, what an operator's token needs. */
    @Test
    void tokensOfCustomersAndOperatorsAreNotExchanged() throws IOException {
        Tokens others = Tokens.p256("k-1");
        Path keys = Files.writeString(directory.resolve("keys.json"), Tokens.set(KEY));
        try (GatewayRig rig = GatewayRig.with()
                .toPort(1)
                .adminKeys("identity: {issuer: \"" + Tokens.ISSUER + "\", audience: " + Tokens.AUDIENCE
                        + ", jwks: {file: \"" + keys + "\"}, name: email, role: groups, roles: {root: admin}}")
                .start()) {
            String known = ",\"email\":\"ann\",\"groups\":\"root\"";
            String claims = Tokens.claims("s", rig.ticker().millis() + 600_000, known);
            assertThat(send(rig, "GET /config", "", bearer(others.token(claims)))
                            .status())
                    .isEqualTo(401);
            for (String header : List.of(
                    "{\"alg\":\"ES256\",\"kid\":\"k-2\"}",
                    "{\"alg\":\"ES256\",\"kid\":[\"k-1\"]}",
                    "{\"alg\":\"ES256\",\"kid\":\"../k-1\"}",
                    "{\"alg\":\"ES384\",\"kid\":\"k-1\"}",
                    "{\"alg\":\"ES256\",\"kid\":\"k-1\",\"crit\":[\"exp\"]}",
                    "{\"alg\":\"ES256\",\"kid\":\"k-1\",\"kid\":\"k-2\"}")) {
                assertThat(send(rig, "GET /config", "", bearer(KEY.token(header, claims)))
                                .status())
                        .as(header)
                        .isIn(401, 429);
            }
            long later = rig.ticker().millis() / 1000 + 300;
            RawClient.Response early = send(
                    rig,
                    "GET /config",
                    "",
                    bearer(KEY.token(
                            Tokens.claims("s", rig.ticker().millis() + 600_000, known + ",\"nbf\":" + later))));
            assertThat(early.status()).isEqualTo(401);
            String list = claims.replace(
                    "\"aud\":\"" + Tokens.AUDIENCE + "\"", "\"aud\":[\"other\",\"" + Tokens.AUDIENCE + "\"]");
            assertThat(list).isNotEqualTo(claims);
            assertThat(send(rig, "GET /config", "", bearer(KEY.token(list))).status())
                    .isEqualTo(200);
            String nested = claims.replace("\"" + Tokens.AUDIENCE + "\"", "[[\"" + Tokens.AUDIENCE + "\"]]");
            assertThat(send(rig, "GET /config", "", bearer(KEY.token(nested))).status())
                    .isEqualTo(401);
            rig.bearing(KEY.token(claims));
        }
    }
}
