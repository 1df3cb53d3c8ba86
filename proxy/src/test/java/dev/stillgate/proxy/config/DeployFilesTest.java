package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The shipped deployment files. */
class DeployFilesTest {
    private static String text(String file) throws IOException {
        return Files.readString(ShippedConfigTest.directory().resolve("deploy").resolve(file));
    }

    private static StillgateConfig configMap() throws IOException, ConfigException {
        Path file = Path.of("configmap.yaml");
        ConfigNode map =
                ConfigReader.parse(file, text("kubernetes/configmap.yaml").getBytes(StandardCharsets.UTF_8));
        ConfigNode.Scalar yaml = (ConfigNode.Scalar) ((ConfigNode.Mapping) map.below("data"))
                .entries().stream()
                        .filter(entry -> entry.key().text().equals("stillgate.yaml"))
                        .findFirst()
                        .orElseThrow()
                        .value();
        byte[] bytes = yaml.text().getBytes(StandardCharsets.UTF_8);
        return Binder.bind(ConfigReader.parse(file, bytes), StillgateConfig.class, name -> "a.secret.of.the.test");
    }

    @Test
    @DisplayName("plugins 16: the ConfigMap keeps state in the volume that the deployment mounts")
    void state() throws IOException, ConfigException {
        Path directory = configMap().state().directory();
        assertThat(directory).isEqualTo(Path.of("/var/lib/stillgate"));
        assertThat(text("kubernetes/deployment.yaml")).contains("{name: state, mountPath: " + directory + "}");
    }

    @Test
    @DisplayName("plugins 16: the ConfigMap trusts no proxy, since the manifests have none")
    void trustedHops() throws IOException, ConfigException {
        assertThat(configMap().listeners())
                .singleElement()
                .satisfies(listener -> assertThat(listener.trustedHops()).isZero());
    }

    @Test
    @DisplayName("newcomer F6: the systemd unit shows how to pass a key owned by root to the service")
    void credentials() throws IOException {
        assertThat(text("systemd/stillgate.service"))
                .contains("#LoadCredential=server.key:", "/run/credentials/stillgate.service/server.key");
    }

    @Test
    @DisplayName("newcomer F7: the systemd unit shows how to listen on port 443, and how to unpack the distribution")
    void privilegedPort() throws IOException {
        assertThat(text("systemd/stillgate.service"))
                .contains("#AmbientCapabilities=CAP_NET_BIND_SERVICE", "#CapabilityBoundingSet=CAP_NET_BIND_SERVICE")
                .contains("--strip-components=1");
    }
}
