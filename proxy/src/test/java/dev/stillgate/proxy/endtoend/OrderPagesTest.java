package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages and actions of orders, from the admin socket to the journal. */
class OrderPagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A filter whose action gives an order about as many accounts as it is told. */
    private static final String GIVES = """
            context.adminAction("clusters", "confirm", (id, arguments) -> {
                java.util.List<String> accounts = java.util.stream.IntStream
                        .range(0, ((Number) arguments.get("accounts")).intValue())
                        .mapToObj(i -> "a-" + i)
                        .toList();
                int needs = ((Number) arguments.get("needs")).intValue();
                var draft = new dev.stillgate.spi.orders.OrderDraft(
                        (String) arguments.get("by"), (String) arguments.get("why"), "confirm", "cluster " + id, "judgement",
                        accounts, java.util.List.of(), false,
                        dev.stillgate.spi.orders.OrderEnd.after(java.time.Duration.ofDays(30)), needs,
                        "confirm " + id, java.util.Map.of("pool", id));
                return java.util.Map.of("id", context.orders().give(draft).order().id());
            });
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    private GatewayRig rig() throws IOException {
        Path state = Files.createDirectories(directory.resolve("state"));
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "giving", GIVES))
                .filters("[{name: act, type: giving}]")
                .state(state)
                .start();
    }

    private static RawClient.Response ask(GatewayRig rig, String line, String body) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(
                            line + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
                                    + body.length() + "\r\n\r\n" + body)
                    .answer();
        }
    }

    private static JsonNode get(GatewayRig rig, String path) throws IOException {
        RawClient.Response answer = ask(rig, "GET " + path, "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return JSON.readTree(answer.text());
    }

    private static String give(GatewayRig rig, String cluster, String by, int accounts, int needs) throws IOException {
        RawClient.Response answer = ask(
                rig,
                "POST /clusters/" + cluster + "/confirm",
                "{\"by\":\"" + by + "\",\"why\":\"ticket 7\",\"accounts\":" + accounts + ",\"needs\":" + needs + "}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return JSON.readTree(answer.text()).at("/filters/act/id").asText();
    }

    private static RawClient.Response act(GatewayRig rig, String id, String action, String by) {
        return ask(rig, "POST /orders/" + id + "/" + action, by.isEmpty() ? "{}" : "{\"by\":\"" + by + "\"}");
    }

    private static List<String> listed(GatewayRig rig, String query) throws IOException {
        List<String> found = new ArrayList<>();
        get(rig, "/orders" + query)
                .get("orders")
                .forEach(order -> found.add(order.get("subject").asText()));
        return found;
    }

    @Test
    void ordersAreListedNewestFirstWithFilters() throws IOException {
        try (GatewayRig rig = rig()) {
            String first = give(rig, "c1", "ann", 3, 1);
            give(rig, "c2", "Bob", 0, 1);
            String third = give(rig, "c3", "ann", 250, 1);
            assertThat(listed(rig, "")).containsExactly("cluster c3", "cluster c2", "cluster c1");
            assertThat(listed(rig, "?limit=2")).containsExactly("cluster c3", "cluster c2");
            assertThat(get(rig, "/orders?limit=2").get("more").asBoolean()).isTrue();
            assertThat(listed(rig, "?before=" + third)).containsExactly("cluster c2", "cluster c1");
            assertThat(listed(rig, "?by=bob")).containsExactly("cluster c2");
            assertThat(listed(rig, "?cluster=c1")).containsExactly("cluster c1");
            assertThat(listed(rig, "?account=a-2")).containsExactly("cluster c3", "cluster c1");
            assertThat(listed(rig, "?account=a-249")).containsExactly("cluster c3");
            assertThat(listed(rig, "?status=replaced")).containsExactly("cluster c1");
            assertThat(listed(rig, "?status=in-force&by=ann")).containsExactly("cluster c3");
            assertThat(listed(rig, "?since=2999-01-01")).isEmpty();
            assertThat(listed(rig, "?since=2020-01-01T00:00:00Z")).hasSize(3);
            JsonNode order = get(rig, "/orders/" + third);
            assertThat(order.get("accounts").asInt()).isEqualTo(250);
            assertThat(order.get("account_ids")).hasSize(100);
            assertThat(order.get("reach").asText()).isEqualTo("disk");
            assertThat(order.get("why").asText()).isEqualTo("ticket 7");
            assertThat(get(rig, "/orders/" + third + "?accounts=all").get("account_ids"))
                    .hasSize(250);
            assertThat(get(rig, "/orders/" + first).get("status").asText()).isEqualTo("replaced");
            for (String wrong :
                    List.of("limit=0", "limit=1001", "x=1", "by=a&by=b", "since=soon", "status=x", "by=%")) {
                assertThat(ask(rig, "GET /orders?" + wrong, "").status())
                        .as(wrong)
                        .isEqualTo(400);
            }
            assertThat(ask(rig, "GET /orders?before=" + "0".repeat(32), "").status())
                    .isEqualTo(400);
            assertThat(ask(rig, "GET /orders/" + "0".repeat(32), "").status()).isEqualTo(404);
            assertThat(ask(rig, "GET /orders/" + first + "?accounts=some", "").status())
                    .isEqualTo(400);
            assertThat(ask(rig, "POST /orders", "{}").status()).isEqualTo(405);
            assertThat(ask(rig, "GET /orders/" + first + "/approve", "").status())
                    .isEqualTo(405);
        }
    }

    @Test
    void waitingOrderIsInForceOnceAnotherOperatorApprovesIt() throws IOException {
        try (GatewayRig rig = rig()) {
            String id = give(rig, "c1", "ann", 2, 2);
            JsonNode waiting = get(rig, "/orders/" + id);
            assertThat(waiting.get("status").asText()).isEqualTo("waiting");
            assertThat(waiting.get("needs").asInt()).isEqualTo(2);
            assertThat(waiting.get("asked").toString()).isEqualTo("[\"ann\"]");
            assertThat(act(rig, id, "withdraw", "ann").status()).isEqualTo(409);
            assertThat(act(rig, id, "approve", "").status()).isEqualTo(400);
            assertThat(act(rig, id, "approve", " Ann").status()).isEqualTo(409);
            RawClient.Response approved = act(rig, id, "approve", "bob");
            assertThat(approved.status()).isEqualTo(200);
            JsonNode order = JSON.readTree(approved.text());
            assertThat(order.get("status").asText()).isEqualTo("in-force");
            assertThat(order.get("asked").toString()).isEqualTo("[\"ann\",\"bob\"]");
            assertThat(order.get("account_ids").toString()).isEqualTo("[\"a-0\",\"a-1\"]");
            assertThat(order.at("/details/pool").asText()).isEqualTo("c1");
            assertThat(act(rig, order.get("id").asText(), "approve", "carl").status())
                    .isEqualTo(409);
        }
    }

    @Test
    void withdrawalEndsWhatTheOrderStillDecidesAndOutlivesARestart() throws IOException {
        String withdrawal;
        try (GatewayRig rig = rig()) {
            String whole = give(rig, "c1", "ann", 3, 1);
            String later = give(rig, "c2", "ann", 1, 1);
            RawClient.Response answer = act(rig, whole, "withdraw", "bob");
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            JsonNode order = JSON.readTree(answer.text());
            assertThat(order.get("account_ids").toString()).isEqualTo("[\"a-1\",\"a-2\"]");
            assertThat(order.get("action").asText()).isEqualTo("unlabel");
            assertThat(order.at("/details/withdraws").asText()).isEqualTo(whole);
            withdrawal = order.get("id").asText();
            assertThat(get(rig, "/orders/" + whole).get("status").asText()).isEqualTo("replaced");
            assertThat(get(rig, "/orders/" + later).get("status").asText()).isEqualTo("in-force");
            assertThat(act(rig, whole, "withdraw", "bob").status()).isEqualTo(409);
            assertThat(act(rig, withdrawal, "withdraw", "bob").status()).isEqualTo(409);
            assertThat(act(rig, "0".repeat(32), "withdraw", "bob").status()).isEqualTo(404);
        }
        try (GatewayRig rig = rig()) {
            assertThat(get(rig, "/orders/" + withdrawal).get("status").asText()).isEqualTo("in-force");
            JsonNode page = get(rig, "/orders");
            assertThat(page.get("known").asInt()).isEqualTo(3);
            assertThat(page.get("unsent").asInt()).isZero();
            assertThat(page.at("/clock/held").asBoolean(true)).isFalse();
            assertThat(page.get("newer")).isEmpty();
            assertThat(ask(rig, "POST /orders/clock/confirm", "{\"by\":\"ann\"}")
                            .status())
                    .isEqualTo(200);
        }
    }
}
