package dev.stillgate.proxy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.fleet.ValkeyServer;
import dev.stillgate.proxy.orders.GatewayOrders;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the admin API answers for orders that reach less than they should. */
class OrdersReachTest {
    private static final String KNOWS = """
            context.adminView("accounts", id -> "known");
            context.adminAction("accounts", AdminAction.ERASE, (id, arguments) -> java.util.Map.of("erased", id));
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    private RigBuilder rig(Path state) throws IOException {
        return GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "knowing", KNOWS))
                .filters("[{name: know, type: knowing}]")
                .state(state);
    }

    private static RawClient.Response erase(GatewayRig rig, String account) {
        try (RawClient client = new RawClient(rig.adminPort())) {
            return client.send(
                            "DELETE /accounts/" + account + " HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
                    .answer();
        }
    }

    private static JsonNode json(RawClient.Response answer) throws IOException {
        return new ObjectMapper().readTree(answer.text());
    }

    @Test
    void orderIsAcceptedWhileTheStoreIsLostAndSentLater() throws Exception {
        try (ValkeyServer store = ValkeyServer.running(directory);
                GatewayRig rig = rig(directory.resolve("state"))
                        .fleet("{store: 'redis://127.0.0.1:" + store.port() + "', node: one}")
                        .start()) {
            GatewayRig.eventually("joined", () -> rig.metric("stillgate_fleet_link") == 1);
            RawClient.Response answer = erase(rig, "a-1");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(json(answer).has("kept")).isFalse();
            store.kill();
            answer = erase(rig, "a-2");
            assertThat(answer.status()).isEqualTo(202);
            assertThat(json(answer).path("kept").asText()).isEqualTo("here, not yet known to the fleet");
            assertThat(json(answer).at("/filters/know/erased").asText()).isEqualTo("a-2");
            assertThat(rig.metric("stillgate_orders_unsent")).isEqualTo(1);
            store.start();
            GatewayRig.eventually("sent", () -> rig.metric("stillgate_orders_unsent") == 0);
        }
    }

    @Test
    void orderIsRefusedWhileTheDiskIsFull() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString()), "mounts a file system");
        try (GatewayRig rig = rig(disk).start()) {
            assertThat(erase(rig, "a-1").status()).isEqualTo(200);
            Path filler = disk.resolve("filler");
            try {
                Files.write(filler, new byte[1 << 20]);
            } catch (IOException full) {
                assertThat(filler).exists();
            }
            RawClient.Response answer = erase(rig, "b-0");
            int accepted = 0;
            while (answer.status() == 200 && accepted < 30) { // the last page of the journal has some room left
                accepted++;
                answer = erase(rig, "b-" + accepted);
            }
            assertThat(answer.status()).isEqualTo(503);
            assertThat(json(answer).path("error").asText()).contains("the order was not accepted");
            assertThat(rig.metric("stillgate_orders_journal_writable")).isZero();
            assertThat(rig.metric("stillgate_orders_known")).isEqualTo(1 + accepted);
            Files.delete(filler);
            assertThat(erase(rig, "a-2").status()).isEqualTo(200);
            assertThat(rig.metric("stillgate_orders_journal_writable")).isEqualTo(1);
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void startThatFindsFewerOrdersNeedsTheOption() throws Exception {
        Path state = Files.createDirectory(directory.resolve("state"));
        Path journal = state.resolve("orders.jsonl");
        try (GatewayOrders orders =
                new GatewayOrders(journal, account -> "h" + account, Ticker.system(), null, false)) {
            orders.erase("a-1", "ann", 1);
            orders.erase("a-2", "ann", 1);
        }
        Files.delete(journal);
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:1"]}]
                routes: [{path: /v1/, upstream: model}]
                """);
        Path config = Files.writeString(directory.resolve("stillgate.yaml"), """
                listeners: [{address: "127.0.0.1:0"}]
                admin: {address: "127.0.0.1:0"}
                policy: policy.yaml
                hashing: {h1: "the secret of a test"}
                state: {directory: "%s"}
                """.formatted(state));
        assertThatThrownBy(() -> Gateway.start(config, name -> null, Ticker.system()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("lacks at least 2 orders")
                .hasMessageContaining("--accept-lost-orders");
        assertThat(lost(config, true)).isEqualTo("2.0");
        assertThat(lost(config, false)).isEqualTo("0.0");
    }

    private static String lost(Path config, boolean accepts) throws IOException, ConfigException {
        try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system(), accepts);
                InputStream in = URI.create(
                                "http://127.0.0.1:" + gateway.adminAddress().getPort() + "/metrics")
                        .toURL()
                        .openStream()) {
            return new String(in.readAllBytes(), UTF_8).replaceFirst("(?s).*\nstillgate_orders_lost (\\S+)\n.*", "$1");
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
