package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The shipped systemd unit. Tests of the Helm chart are in the module load-tests. */
class DeployFilesTest {
    private static String text(String file) throws IOException {
        return Files.readString(ShippedConfigTest.directory().resolve("deploy").resolve(file));
    }

    @Test
    @DisplayName("newcomer F6: the systemd unit shows how to pass a key owned by root to the service")
    void credentials() throws IOException {
        assertThat(text("systemd/stillgate.service"))
                .contains("#LoadCredential=server.key:", "/run/credentials/stillgate.service/server.key");
    }

    /** Reading a large ledger takes minutes, and a service that is killed meanwhile would begin anew. */
    @Test
    void startIsNotBounded() throws IOException {
        assertThat(text("systemd/stillgate.service").lines()).contains("TimeoutStartSec=infinity");
    }

    @Test
    @DisplayName("newcomer F7: the systemd unit shows how to listen on port 443, and how to unpack the distribution")
    void privilegedPort() throws IOException {
        assertThat(text("systemd/stillgate.service"))
                .contains("#AmbientCapabilities=CAP_NET_BIND_SERVICE", "#CapabilityBoundingSet=CAP_NET_BIND_SERVICE")
                .contains("--strip-components=1");
    }
}
