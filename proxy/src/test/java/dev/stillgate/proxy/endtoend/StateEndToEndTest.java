package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.proxy.validate.Validation;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests filter state across restarts, and when filters are closed. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class StateEndToEndTest {
    private static final String KEEPING = """
            java.nio.file.Path own = context.stateDirectory();
            if (own == null) {
                throw new PolicyException("", "nowhere to keep state");
            }
            context.state(AutoCloseable.class, () -> () -> java.nio.file.Files.writeString(own.resolve("closed"),
                    "closed\\n", java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND));
            return (RequestFilter) exchange -> Verdict.ALLOW;""";

    @TempDir
    private Path directory;

    private Path state;
    private RigBuilder builder;

    @BeforeEach
    void prepare() throws IOException {
        state = directory.resolve("state");
        builder = GatewayRig.with()
                .plugins(TestPlugins.in(directory, "keeping", KEEPING))
                .state(state)
                .filters("[{name: k, type: keeping}]");
    }

    /** Returns a copy of the rig's configuration that outlives the rig. */
    private Path copy(GatewayRig rig) throws IOException {
        Files.copy(rig.directory().resolve("policy.yaml"), directory.resolve("policy.yaml"));
        String text = Files.readString(rig.directory().resolve("stillgate.yaml"));
        return Files.writeString(
                directory.resolve("stillgate.yaml"),
                text.replace(rig.directory().toString(), directory.toString()));
    }

    @Test
    void stateIsClosedOnceWithTheGateway() throws IOException, ConfigException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n");
            c.drain();
        });
        Path file = state.resolve("k/closed");
        try (upstream) {
            Path config;
            try (GatewayRig rig = builder.to(upstream).start()) {
                rig.reload();
                rig.reload();
                config = copy(rig);
                assertThat(file).doesNotExist();
            }
            assertThat(file).hasContent("closed\n");
            Files.delete(file);
            Gateway gateway = Gateway.start(config, name -> null, Ticker.system());
            try (RawClient client = new RawClient(gateway.addresses().getFirst().getPort())) {
                client.send(Requests.chat());
                GatewayRig.eventually("streaming", () -> !upstream.connections().isEmpty());
                gateway.close();
            }
            assertThat(file).hasContent("closed\n");
            Files.delete(file);
            Gateway.start(config, name -> null, Ticker.system()).close();
            assertThat(file).as("the directory was released").hasContent("closed\n");
        }
    }

    @Test
    void stateIsClosedOnceWithItsFilter() throws IOException, ConfigException {
        Path file = state.resolve("k/closed");
        try (GatewayRig rig = builder.toPort(1).start()) {
            rig.policy(builder.filters("[]").policy());
            rig.reload();
            GatewayRig.eventually("closed", () -> Files.exists(file));
        }
        assertThat(file).hasContent("closed\n");
    }

    @Test
    void acceptedKeyIsKnownAfterARestart() throws IOException, ConfigException {
        builder = builder.plugins(TestPlugins.in(directory, "trusting", """
                        java.nio.file.Path seen = context.stateDirectory().resolve("seen");
                        return (RequestFilter) exchange -> {
                            try {
                                java.nio.file.Files.writeString(seen, exchange.account().trust() + " ",
                                        java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                            return Verdict.ALLOW;
                        };""")).filters("[{name: k, type: trusting}]");
        try (UpstreamScript upstream = UpstreamScript.answering()) {
            Path config;
            try (GatewayRig rig = builder.to(upstream).start()) {
                config = copy(rig);
                ask(rig.port());
            }
            try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system())) {
                ask(gateway.addresses().getFirst().getPort());
            }
        }
        assertThat(state.resolve("k/seen")).hasContent("PROVISIONAL ACCEPTED ");
    }

    private static void ask(int port) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(Requests.chat("x-api-key: a-key"));
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void secondGatewayOnTheSameDirectoryIsRefused() throws ConfigException {
        try (GatewayRig rig = builder.toPort(1).start()) {
            Path config = rig.directory().resolve("stillgate.yaml");
            assertThatThrownBy(() -> Gateway.start(config, name -> null, Ticker.system()))
                    .isInstanceOfSatisfying(ConfigException.class, refused -> {
                        assertThat(refused.problems()).hasSize(1);
                        assertThat(refused.problems().getFirst().at().line()).isPositive();
                        assertThat(refused)
                                .hasMessageContainingAll(
                                        "stillgate.yaml:", "state.directory", state + " is in use by another gateway");
                    });
        }
    }

    @Test
    void failedStartReleasesTheDirectory() throws IOException, ConfigException {
        Path config;
        try (GatewayRig rig = builder.toPort(1).start()) {
            config = copy(rig);
        }
        String policy = Files.readString(directory.resolve("policy.yaml"));
        Files.writeString(directory.resolve("policy.yaml"), policy.replace("keeping", "unknown"));
        assertThatThrownBy(() -> Gateway.start(config, name -> null, Ticker.system()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unknown");
        Files.writeString(directory.resolve("policy.yaml"), policy);
        Gateway.start(config, name -> null, Ticker.system()).close();
    }

    @Test
    void validateKeepsNothing() throws IOException {
        RigBuilder running = builder.toPort(1);
        try (GatewayRig rig = running.start()) {
            Path config = rig.directory().resolve("stillgate.yaml");
            assertThat(Validation.of(config, name -> null).errors())
                    .singleElement()
                    .asString()
                    .contains("nowhere to keep state");
        }
        assertThat(state.resolve("k/closed")).hasContent("closed\n");
    }
}
