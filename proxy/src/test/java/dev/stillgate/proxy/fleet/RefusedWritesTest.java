package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.spi.Fleet.Link;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Terms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Stores that answer reads and refuse writes: they count as lost and are joined again when they accept writes. */
@Tag("slow")
@Isolated("listens to a logger of the whole JVM")
class RefusedWritesTest {
    private static final Terms TERMS = new Terms(1000, 1, Duration.ofDays(1), false);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @TempDir
    private Path directory;

    @BeforeEach
    void listenToTheLog() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
    }

    @DisplayName("plugins 1: a store that refuses writes is lost, the reason is logged once, and it recovers")
    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "CONFIG SET min-replicas-to-write 1, CONFIG SET min-replicas-to-write 0, NOREPLICAS",
        "REPLICAOF 127.0.0.1 1, REPLICAOF NO ONE, READONLY",
        "CONFIG SET maxmemory 1, CONFIG SET maxmemory 0, OOM",
        "ACL SETUSER default -set -setnx -psetex, ACL SETUSER default +set +setnx +psetex, no permissions",
        "ACL SETUSER default -eval -evalsha, ACL SETUSER default +eval +evalsha, no permissions",
    })
    void storeThatRefusesWritesIsLost(String refuse, String heal, String reason) {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            assertLostThenJoined(server, () -> assertThat(server.ask(refuse)).isEqualTo("+OK"), heal, reason);
        }
    }

    @Test
    @DisplayName("plugins 1: a store whose last snapshot to disk failed is lost, and recovers")
    void storeThatCannotSaveIsLost() throws Exception {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            assertThat(server.ask("PING")).isEqualTo("+PONG"); // so that it has already looked for a snapshot
            Files.createDirectories(directory.resolve("dump.rdb/in-the-way"));
            assertLostThenJoined(
                    server,
                    () -> {
                        assertThat(server.ask("CONFIG SET save '3600 1'")).isEqualTo("+OK");
                        assertThat(server.ask("BGSAVE")).startsWith("+Background");
                    },
                    "CONFIG SET stop-writes-on-bgsave-error no",
                    "MISCONF");
        }
    }

    private void assertLostThenJoined(ValkeyServer server, Runnable refuse, String heal, String reason) {
        try (ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            one.show(registry);
            refuse.run();
            ValkeyServer.until("lost", () -> one.link() == Link.LOST);
            assertThat(registry.get("stillgate.fleet.link").gauge().value()).isZero();
            assertThat(one.buckets().draw(new Draw("k", TERMS, 0, 1)).toCompletableFuture())
                    .isCompletedExceptionally();
            String message = "the fleet's store redis://127.0.0.1:" + server.port() + " is lost: it refuses writes: ";
            ValkeyServer.until("the loss is logged", () -> !lines(message).isEmpty());
            assertThat(lines(message)).singleElement().asString().contains(reason);
            assertThat(server.ask(heal)).isEqualTo("+OK");
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            assertThat(one.buckets()
                            .draw(new Draw("k", TERMS, 0, 1))
                            .toCompletableFuture()
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join()
                            .granted())
                    .isEqualTo(1);
            assertThat(lines("it refuses writes")).hasSize(1);
        }
    }

    @Test
    @DisplayName("plugins 1: a store that refuses some writes is not joined between refusals")
    void storeWithIntermittentRefusalsIsNotJoined() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            for (int i = 0; i < 6; i++) {
                server.ask("CONFIG SET min-replicas-to-write 1");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
                server.ask("CONFIG SET min-replicas-to-write 0");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
            }
            assertThat(lines("is lost")).hasSizeBetween(1, 3); // one, if every check of the gateway runs in time
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
        }
    }

    @Test
    @DisplayName(
            "plugins 1: after a failover, connections to the old primary are replaced by connections to the new one")
    void connectionsMoveFromReplicaToPrimaryOfTheSameName() throws Exception {
        Path other = Files.createDirectories(directory.resolve("other"));
        try (ValkeyServer old = ValkeyServer.running(directory);
                ValkeyServer promoted = ValkeyServer.running(other);
                Partition name = new Partition(old.port());
                ValkeyFleet one = new ValkeyFleet(old.store("one", name.port()))) {
            one.start();
            ValkeyServer.until("joined", () -> one.link() == Link.JOINED);
            name.leadTo(promoted.port());
            assertThat(old.ask("REPLICAOF 127.0.0.1 " + promoted.port())).isEqualTo("+OK");
            ValkeyServer.until("lost", () -> one.link() == Link.LOST);
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
        }
    }

    private List<String> lines(String part) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(part))
                .toList();
    }
}
