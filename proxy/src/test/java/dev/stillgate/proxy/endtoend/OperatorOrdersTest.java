package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.endtoend.OperatorsTest.bearer;
import static dev.stillgate.proxy.endtoend.OperatorsTest.entry;
import static dev.stillgate.proxy.endtoend.OperatorsTest.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what roles may do to the orders of others, and that each change is audited. */
class OperatorOrdersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ANN = OperatorToken.random(RANDOM);
    private static final String BEN = OperatorToken.random(RANDOM);
    private static final String CAT = OperatorToken.random(RANDOM);
    private static final String EYE = OperatorToken.random(RANDOM);

    /** A filter that gives and withdraws standings, which need as many operators as it is told; its erasures fail. */
    private static final String GIVES = """
            for (String action : java.util.List.of("standing", "unpin")) {
                context.adminAction("accounts", action, (id, arguments) -> {
                    boolean withdraws = action.equals("unpin");
                    String standing = String.valueOf(arguments.get("standing"));
                    var draft = new dev.stillgate.spi.orders.OrderDraft(
                            (String) arguments.get("by"), null, action, "account " + id, "standing",
                            java.util.List.of(id), java.util.List.of(), withdraws,
                            dev.stillgate.spi.orders.OrderEnd.after(java.time.Duration.ofDays(30)),
                            ((Number) arguments.get("needs")).intValue(), action + " " + standing + " " + id,
                            withdraws ? java.util.Map.of() : java.util.Map.of("standing", standing));
                    return java.util.Map.of("id", context.orders().give(draft).order().id());
                });
            }
            context.adminAction("accounts", AdminAction.ERASE, new AdminAction() {
                @Override
                public Object perform(String id, java.util.Map<String, Object> arguments) {
                    return null;
                }

                @Override
                public int operators(String id) {
                    throw new IllegalStateException("broken");
                }
            });
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    private GatewayRig rig() throws IOException {
        String keys = "operators: [" + entry("ann", ANN, "admin") + ", " + entry("ben", BEN, "review") + ", "
                + entry("cat", CAT, "admin") + ", " + entry("eye", EYE, "read") + "]";
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "giving", GIVES))
                .filters("[{name: act, type: giving}]")
                .adminKeys(keys)
                .audit("{path: \"" + log() + "\"}")
                .start();
    }

    private Path log() {
        return directory.resolve("audit.jsonl");
    }

    private static RawClient.Response ask(GatewayRig rig, String action, String standing, int needs, String token) {
        String body = "{\"needs\":" + needs + (standing.isEmpty() ? "" : ",\"standing\":\"" + standing + "\"") + "}";
        return send(
                rig,
                "POST /accounts/a-1/" + action + (action.equals("standing") ? "?create=true" : ""),
                body,
                bearer(token));
    }

    private static String given(GatewayRig rig, String action, String standing, int needs, String token)
            throws IOException {
        RawClient.Response answer = ask(rig, action, standing, needs, token);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return JSON.readTree(answer.text()).at("/filters/act/id").asText();
    }

    private static RawClient.Response act(GatewayRig rig, String id, String action, String token) {
        return send(rig, "POST /orders/" + id + "/" + action, "{}", bearer(token));
    }

    private static void refused(RawClient.Response answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(403);
        assertThat(answer.text()).contains("needs the role admin; ben has the role review");
    }

    private static String status(GatewayRig rig, String id) throws IOException {
        return JSON.readTree(send(rig, "GET /orders/" + id, "", bearer(EYE)).text())
                .get("status")
                .asText();
    }

    @Test
    void approvalAndWithdrawalNeedTheRoleOfWhatTheyChange() throws IOException {
        try (GatewayRig rig = rig()) {
            String blocked = given(rig, "standing", "blocked", 2, ANN);
            refused(act(rig, blocked, "approve", BEN));
            assertThat(act(rig, blocked, "approve", ANN).status()).isEqualTo(409);
            RawClient.Response approved = act(rig, blocked, "approve", CAT);
            assertThat(approved.status()).isEqualTo(200);
            String inForce = JSON.readTree(approved.text()).get("id").asText();

            refused(act(rig, inForce, "withdraw", BEN));
            for (String freeing : List.of("unpin", "standing")) { // its own details name no blocked standing
                String waiting = given(rig, freeing, freeing.equals("unpin") ? "" : "clear", 2, ANN);
                refused(act(rig, waiting, "approve", BEN));
                assertThat(status(rig, waiting)).isEqualTo("waiting");
            }
            assertThat(status(rig, inForce)).isEqualTo("in-force");
            for (String action : List.of("approve", "withdraw", "APPROVE", "approve/", "%61pprove")) {
                assertThat(act(rig, inForce, action, EYE).status()).as(action).isEqualTo(403);
            }
            assertThat(act(rig, "clock", "confirm", BEN).status()).isEqualTo(403);

            String withdrawal = JSON.readTree(act(rig, inForce, "withdraw", ANN).text())
                    .get("id")
                    .asText();
            assertThat(act(rig, withdrawal, "approve", CAT).status()).isEqualTo(200);
            String pooled = given(rig, "standing", "pooled", 2, ANN);
            assertThat(act(rig, pooled, "approve", BEN).status()).isEqualTo(200);
            rig.bearing(ANN);
        }
    }

    private JsonNode lastAudited() throws IOException {
        JsonNode last = JSON.readTree(Files.readAllLines(log()).getLast());
        assertThat(last.get("type").asText()).isEqualTo("admin.request");
        return last;
    }

    @Test
    void auditLogHasTheOrderOfAnApprovalAndAFailure() throws IOException {
        try (GatewayRig rig = rig()) {
            String waiting = given(rig, "standing", "pooled", 2, ANN);
            RawClient.Response approved = act(rig, waiting, "approve", BEN);
            assertThat(lastAudited().path("orders").asText())
                    .isEqualTo(JSON.readTree(approved.text()).get("id").asText());
            assertThat(send(rig, "DELETE /accounts/a-1", "", bearer(ANN)).status())
                    .isEqualTo(500);
            JsonNode failed = lastAudited();
            assertThat(failed.get("path").asText()).isEqualTo("/accounts/a-1");
            assertThat(failed.get("by").asText()).isEqualTo("ann");
            assertThat(failed.get("status").asInt()).isEqualTo(500);
            rig.bearing(ANN);
        }
    }
}
