package dev.stillgate.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.fleet.ValkeyServer;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.proxy.validate.Validation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Gateways with a configured fleet store. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class GatewayFleetTest {
    @TempDir
    private Path directory;

    @Test
    void gatewayServesWithoutItsStore() throws Exception {
        int unusedPort;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unusedPort = free.getLocalPort();
        }
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .fleet("{store: 'redis://127.0.0.1:" + unusedPort + "', node: one}")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(rig.scrape()).contains("stillgate_fleet_link 0.0", "stillgate_fleet_nodes 1.0");
        }
    }

    @Test
    @DisplayName(
            "plugins 1: a gateway whose store refuses writes goes on limiting by whenLost and locks no account out")
    void gatewayServesWhileItsStoreRefusesWrites() {
        String limits = "[{name: limits, type: token-bucket, config: {fleet: {whenLost: full}, limits:"
                + " [{name: requests, measure: requests, scope: [route], capacity: 6, refill: 2/1s}]}}]";
        try (ValkeyServer store = ValkeyServer.running(directory);
                UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .filters(limits)
                        .fleet("{store: 'redis://127.0.0.1:" + store.port() + "', node: one}")
                        .start()) {
            GatewayRig.eventually("joined", () -> rig.metric("stillgate_fleet_link") == 1);
            assertThat(store.ask("CONFIG SET min-replicas-to-write 1")).isEqualTo("+OK");
            GatewayRig.eventually("the bucket is empty", () -> !serves(rig));
            servesTenTimes(rig);
            assertThat(rig.metric("stillgate_fleet_link")).isZero();
            assertThat(rig.metric("stillgate_token_bucket_fleet")).isZero();
            assertThat(store.ask("CONFIG SET min-replicas-to-write 0")).isEqualTo("+OK");
            GatewayRig.eventually("joined again", () -> rig.metric("stillgate_token_bucket_fleet") == 1);
            servesTenTimes(rig);
        }
    }

    private static void servesTenTimes(GatewayRig rig) {
        for (int i = 0; i < 10; i++) {
            GatewayRig.eventually("the account is served", () -> serves(rig));
        }
    }

    private static boolean serves(GatewayRig rig) {
        return rig.ask(Requests.messages()).status() == 200;
    }

    @Test
    void gatewayWithoutFleetHasNoFleetMeters() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            assertThat(rig.scrape()).doesNotContain("stillgate_fleet");
        }
    }

    @Test
    void validationOpensNoConnection() throws Exception {
        try (ServerSocket store = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Files.writeString(
                    directory.resolve("policy.yaml"),
                    GatewayRig.with().toPort(1).policy());
            Path file = Files.writeString(
                    directory.resolve("stillgate.yaml"),
                    "policy: policy.yaml\nfleet: {store: 'redis://127.0.0.1:" + store.getLocalPort() + "'}\n");
            assertThat(Validation.of(file, name -> null).errors()).isEmpty();
            store.setSoTimeout(1);
            assertThatThrownBy(store::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
