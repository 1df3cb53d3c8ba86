package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.endtoend.OperatorsTest.bearer;
import static dev.stillgate.proxy.endtoend.OperatorsTest.entry;
import static dev.stillgate.proxy.endtoend.OperatorsTest.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Names that the withdrawal of an order by its id needs. */
class WithdrawalTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ANN = OperatorToken.random(RANDOM);
    private static final String BEN = OperatorToken.random(RANDOM);

    private final RigBuilder builder = GatewayRig.with()
            .toPort(1)
            .filters(behaviour(2))
            .adminKeys("operators: [" + entry("ann", ANN, "admin") + ", " + entry("ben", BEN, "admin") + "]");

    private static String behaviour(int approvals) {
        return "[{name: behaviour, type: fingerprint, config: {review: {approvals: " + approvals + "}}}]";
    }

    private static JsonNode sent(GatewayRig rig, String line, String body, String token) throws IOException {
        RawClient.Response done = send(rig, line, body, bearer(token));
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        return JSON.readTree(done.text());
    }

    private static void pin(GatewayRig rig, String standing, String token) throws IOException {
        sent(rig, "POST /accounts/a-1/standing?create=true", OperatorsTest.standing(standing), token);
    }

    /** Returns whether the block of an account waits for another operator. */
    private static boolean waits(GatewayRig rig, String account) {
        try {
            sent(rig, "POST /accounts/" + account + "/standing?create=true", OperatorsTest.standing("blocked"), ANN);
            return sent(rig, "GET /orders", "", ANN)
                    .at("/orders/0/status")
                    .asText()
                    .equals("waiting");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lastOrder(GatewayRig rig) throws IOException {
        return sent(rig, "GET /orders", "", ANN).at("/orders/0/id").asText();
    }

    private static void withdraws(GatewayRig rig, String order, String token, String status) throws IOException {
        JsonNode given = sent(rig, "POST /orders/" + order + "/withdraw", "{}", token);
        assertThat(given.get("status").asText()).isEqualTo(status);
    }

    private static String inForce(GatewayRig rig) throws IOException {
        return sent(rig, "GET /accounts/a-1", "", ANN).get("inForce").asText();
    }

    private static void becomes(GatewayRig rig, String standing) {
        GatewayRig.eventually(
                standing,
                () -> send(rig, "GET /accounts/a-1", "", bearer(ANN))
                        .text()
                        .contains("\"inForce\":\"" + standing + "\""));
    }

    @Test
    void blockFromBeforeTwoApprovalsIsLiftedByTwo() throws IOException, ConfigException {
        try (GatewayRig rig = builder.filters(behaviour(1)).start()) {
            pin(rig, "blocked", ANN);
            String block = lastOrder(rig);
            rig.policy(builder.filters(behaviour(2)).policy());
            rig.reload();
            AtomicInteger tried = new AtomicInteger();
            GatewayRig.eventually("two operators", () -> waits(rig, "b-" + tried.incrementAndGet()));
            withdraws(rig, block, ANN, "waiting");
            withdraws(rig, block, ANN, "waiting");
            assertThat(inForce(rig)).isEqualTo("blocked");
            withdraws(rig, block, BEN, "in-force");
            becomes(rig, "clear");
            rig.bearing(ANN);
        }
    }

    @Test
    void pinThatKeepsAConfirmedAccountClearIsTakenBackByTwo() throws IOException {
        try (GatewayRig rig = builder.start()) {
            pin(rig, "clear", ANN);
            String pin = lastOrder(rig);
            for (String token : new String[] {ANN, BEN}) {
                sent(rig, "POST /accounts/a-1/confirm", "{\"why\":\"w\"}", token);
            }
            assertThat(inForce(rig)).isEqualTo("clear");
            withdraws(rig, pin, ANN, "waiting");
            assertThat(inForce(rig)).isEqualTo("clear");
            withdraws(rig, pin, BEN, "in-force");
            becomes(rig, "pooled");
            rig.bearing(ANN);
        }
    }

    @Test
    void orderThatBindsNobodyIsTakenBackByOne() throws IOException {
        try (GatewayRig rig = builder.start()) {
            pin(rig, "marked", ANN);
            withdraws(rig, lastOrder(rig), BEN, "in-force");
            rig.bearing(ANN);
        }
    }
}
