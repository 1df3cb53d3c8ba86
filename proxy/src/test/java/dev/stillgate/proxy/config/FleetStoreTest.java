package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key {@code fleet} of {@code stillgate.yaml}. */
class FleetStoreTest {
    private static final String SECRET = "correct-horse-battery-staple";

    @TempDir
    private Path directory;

    @Test
    void fleetIsAbsentWithoutTheKey() throws Exception {
        assertThat(config("threads: 1").fleet()).isNull();
    }

    @Test
    void addressIsSufficient() throws Exception {
        FleetStore fleet = config("fleet: {store: 'redis://store.internal'}").fleet();
        assertThat(fleet)
                .isEqualTo(new FleetStore(
                        "redis://store.internal", null, null, null, "stillgate", 0, Duration.ofMillis(500)));
        assertThat(fleet.host()).isEqualTo("store.internal");
        assertThat(fleet.port()).isEqualTo(6379);
        assertThat(fleet.tls()).isFalse();
    }

    @Test
    void keysAreBound() throws Exception {
        Files.writeString(directory.resolve("password"), SECRET + "\n");
        FleetStore fleet = config("fleet: {store: 'rediss://[::1]:7000', username: '${USER_OF_STORE}', "
                        + "password: 'file:password', node: gw-1, namespace: eu, database: 3, timeout: 50ms}")
                .fleet();
        assertThat(fleet.username()).isEqualTo("gateway");
        assertThat(fleet.password()).isEqualTo(SECRET);
        assertThat(fleet.host()).isEqualTo("::1");
        assertThat(fleet.port()).isEqualTo(7000);
        assertThat(fleet.tls()).isTrue();
        assertThat(fleet.timeout()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void credentialsAreNotPrinted() throws Exception {
        StillgateConfig config =
                config("fleet: {store: 'redis://h', username: '${USER_OF_STORE}', password: '${PASSWORD}'}");
        assertThat(config.toString()).contains("redis://h").doesNotContain(SECRET);
        assertThat(config.fleet().toString()).doesNotContain(SECRET).doesNotContain("gateway");
    }

    @Test
    void invalidValuesAreRejectedWithTheirPosition() {
        refused("{store: 'redis://u:" + SECRET + "@h:1'}", "credentials are not allowed in the address");
        refused("{store: 'redis://:a b" + SECRET + "@h:1'}", "credentials are not allowed in the address");
        refused("{store: 'http://h:1'}", "expected redis://host:port");
        refused("{store: 'redis://h:1/2'}", "expected redis://host:port");
        refused("{store: 'redis://h:0'}", "expected redis://host:port");
        refused("{store: 'redis://'}", "expected redis://host:port");
        refused("{store: 'redis://h', node: 'a b'}", "node");
        refused("{store: 'redis://h', namespace: 'a:b'}", "namespace");
        refused("{store: 'redis://h', username: x}", "a username without a password");
        refused("{store: 'redis://h', database: -1}", "database");
        refused("{store: 'redis://h', timeout: 1ms}", "timeout");
        refused("{store: 'redis://h', timeout: off}", "timeout");
        refused("{}", "store");
    }

    private void refused(String fleet, String why) {
        assertThatThrownBy(() -> config("fleet: " + fleet))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stillgate.yaml:1:")
                .hasMessageContaining(why)
                .hasMessageNotContaining(SECRET);
    }

    private StillgateConfig config(String yaml) throws ConfigException, IOException {
        Path file = Files.writeString(directory.resolve("stillgate.yaml"), yaml + "\n");
        return new PolicyLoader(Map.of("USER_OF_STORE", "gateway", "PASSWORD", SECRET)::get).config(file);
    }
}
