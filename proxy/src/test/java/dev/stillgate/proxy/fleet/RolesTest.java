package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.spi.Fleet.Link;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases of roles when gateways close, crash, lose the store, or find it without data. */
@Tag("slow")
class RolesTest {
    private static final String ROLE = "behaviour-analyst";

    @TempDir
    private Path directory;

    private static ValkeyFleet started(ValkeyServer server, String node) {
        ValkeyFleet fleet = new ValkeyFleet(server.store(node));
        fleet.start();
        fleet.leads(ROLE);
        return fleet;
    }

    private static void leads(ValkeyFleet fleet) {
        ValkeyServer.until(fleet.node() + " leads", () -> fleet.leads(ROLE));
    }

    @Test
    void roleMovesWhenItsHolderCloses() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = started(server, "one")) {
            assertThat(one.leads(ROLE))
                    .as("the call does not wait for the store")
                    .isFalse();
            leads(one);
            try (ValkeyFleet two = started(server, "two")) {
                ValkeyServer.until("two knows of one", () -> two.nodes() == 2);
                assertThat(two.leads(ROLE)).isFalse();
                assertThat(one.leads("other-role")).isFalse();
                one.leave();
                ValkeyServer.until("given up", () -> !one.leads(ROLE));
                leads(two);
                assertThat(one.leads(ROLE)).isFalse();
            }
            ValkeyServer.until(
                    "the key is gone",
                    () -> server.ask("EXISTS test:role:" + ROLE).equals(":0"));
        }
    }

    @Test
    void crashedHolderIsReplaced() throws IOException, InterruptedException {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            Process holder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Holder.class.getName(),
                            server.store("one").store())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("holder.log").toFile())
                    .start();
            try (ValkeyFleet two = new ValkeyFleet(server.store("two"))) {
                ValkeyServer.until(
                        "the other process leads",
                        () -> server.ask("EXISTS test:role:" + ROLE).equals(":1"));
                two.start();
                two.leads(ROLE);
                ValkeyServer.until("two knows of one", () -> two.nodes() == 2);
                assertThat(two.leads(ROLE)).isFalse();
                holder.destroyForcibly();
                assertThat(holder.waitFor()).isNotZero();
                leads(two);
            } finally {
                holder.destroyForcibly();
            }
        }
    }

    /** A gateway's fleet in a separate process. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) {
            ValkeyFleet fleet = new ValkeyFleet(
                    new FleetStore(args[0], null, null, "one", "test", 0, java.time.Duration.ofSeconds(1)));
            fleet.start();
            while (true) {
                fleet.leads(ROLE);
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    @Test
    void partitionedHolderStopsBeforeAnotherBegins() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                Partition cut = new Partition(server.port());
                ValkeyFleet one = new ValkeyFleet(server.store("one", cut.port()))) {
            one.start();
            one.leads(ROLE);
            leads(one);
            try (ValkeyFleet two = started(server, "two")) {
                ValkeyServer.until("two knows of one", () -> two.nodes() == 2);
                AtomicInteger both = new AtomicInteger();
                cut.cut();
                ValkeyServer.until("two leads", () -> {
                    boolean second =
                            two.leads(ROLE); // read before the first, so that the role cannot have moved in between
                    both.addAndGet(one.leads(ROLE) && second ? 1 : 0);
                    return second;
                });
                assertThat(one.leads(ROLE)).isFalse();
                assertThat(both).hasValue(0);
                cut.heal();
                ValkeyServer.until("one is back", () -> one.link() == Link.JOINED);
                ValkeyServer.until("one knows of two", () -> one.nodes() == 2);
                assertThat(one.leads(ROLE)).isFalse();
                assertThat(two.leads(ROLE)).isTrue();
            }
        }
    }

    @Test
    void emptiedStoreNeverMakesTwoHolders() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = started(server, "one")) {
            leads(one);
            try (ValkeyFleet two = started(server, "two")) {
                ValkeyServer.until("two knows of one", () -> two.nodes() == 2);
                server.kill();
                server.start();
                AtomicInteger both = new AtomicInteger();
                ValkeyServer.until("one of them leads the new store", () -> {
                    boolean second = two.leads(ROLE);
                    both.addAndGet(one.leads(ROLE) && second ? 1 : 0);
                    return server.ask("EXISTS test:role:" + ROLE).equals(":1") && (second || one.leads(ROLE));
                });
                assertThat(both).hasValue(0);
            }
        }
    }

    @Test
    void gatewaysWithEqualNamesDoNotShareRoles() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = started(server, "twin")) {
            leads(one);
            try (ValkeyFleet two = started(server, "twin")) {
                ValkeyServer.until("joined", () -> two.link() == Link.JOINED);
                for (int i = 0; i < 20; i++) {
                    assertThat(two.leads(ROLE)).isFalse();
                    LockSupport.parkNanos(100_000_000);
                }
                assertThat(one.leads(ROLE)).isTrue();
            }
        }
    }

    @Test
    void roleNamesAreValidated() {
        try (ValkeyFleet fleet = new ValkeyFleet(
                new FleetStore("redis://127.0.0.1:1", null, null, null, "test", 0, java.time.Duration.ofMillis(500)))) {
            assertThat(fleet.leads("x")).isFalse();
            for (String name : List.of("", "A", "a b", "a:b", "a".repeat(65))) {
                assertThatThrownBy(() -> fleet.leads(name)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
