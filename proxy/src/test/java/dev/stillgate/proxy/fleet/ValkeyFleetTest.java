package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.spi.Fleet.Link;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Drawn;
import dev.stillgate.spi.SharedBuckets.Terms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** A gateway's connection to a store that starts, stops, freezes and recovers, and the membership meanwhile. */
@Tag("slow")
@Isolated("listens to a logger of the whole JVM")
class ValkeyFleetTest {
    private static final Terms TERMS = new Terms(1000, 1, Duration.ofDays(1), false);
    private static final String PASSWORD = "correct-horse-battery-staple";

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
        root.setLevel(Level.INFO);
    }

    @Test
    void gatewayStartsWithoutStoreAndJoinsItLater() {
        try (ValkeyServer server = ValkeyServer.prepared(directory);
                ValkeyFleet one = new ValkeyFleet(server.store("one"))) {
            one.start();
            ValkeyServer.until("the loss is logged", () -> lines().stream().anyMatch(line -> line.contains("is lost")));
            assertThat(one.link()).isEqualTo(Link.LOST);
            assertThat(one.nodes()).isEqualTo(1);
            assertThat(draw(one)).isCompletedExceptionally();
            server.start();
            ValkeyServer.until("joined", () -> one.link() == Link.JOINED);
            assertThat(draw(one).orTimeout(30, TimeUnit.SECONDS).join().granted())
                    .isEqualTo(1);
        }
        assertThat(lines().stream().filter(line -> line.contains("fleet's store")))
                .as("each change is logged once")
                .hasSize(2);
    }

    @Test
    void frozenStoreIsLostAndBlocksNothing() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            one.show(registry);
            assertThat(registry.get("stillgate.fleet.link").gauge().value()).isEqualTo(1);
            server.freeze();
            CompletableFuture<Drawn> draw = draw(one);
            one.feed("t").publish(new byte[1]);
            ValkeyServer.until("lost", () -> one.link() == Link.LOST);
            assertThat(draw.handle((drawn, failure) -> failure)
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join())
                    .isNotNull();
            assertThat(draw(one)).as("no request is sent to a lost store").isCompletedExceptionally();
            assertThat(one.feed("t").publish(new byte[1])).isFalse();
            assertThat(registry.get("stillgate.fleet.link").gauge().value()).isZero();
            assertThat(registry.get("stillgate.fleet.draw.failures")
                            .functionCounter()
                            .count())
                    .isEqualTo(2);
            server.thaw();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            assertThat(draw(one).orTimeout(30, TimeUnit.SECONDS).join().granted())
                    .isEqualTo(1);
        }
    }

    @Test
    void allGatewaysKnowWhichAreAlive() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one");
                ValkeyFleet two = SharedBucketsTest.joined(server, "two");
                ValkeyFleet three = new ValkeyFleet(server.store("three"))) {
            three.start();
            ValkeyServer.until("all know of all", () -> one.nodes() == 3 && two.nodes() == 3 && three.nodes() == 3);
            three.leave();
            ValkeyServer.until("goodbye is heard", () -> one.nodes() == 2 && two.nodes() == 2);
        }
    }

    @Test
    void crashedGatewayIsNoLongerCounted() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            String beat = "XADD test:nodes * n %s r x";
            server.ask(beat.formatted("ghost"));
            ValkeyServer.until("the ghost is seen", () -> one.nodes() == 2);
            ValkeyServer.until("the ghost is gone", () -> one.nodes() == 1);
        }
    }

    @Test
    void gatewaysOfOneNameAreTwoAndLoggedOnce() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("same"))) {
            try (ValkeyFleet crashed = SharedBucketsTest.joined(server.patient("same"))) {
                ValkeyServer.until("one counts both", () -> one.nodes() == 2);
                ValkeyServer.until("it is logged", () -> !namesakes().isEmpty());
                ValkeyServer.until("both log it", () -> namesakes().size() == 2);
                List<String> heard = new CopyOnWriteArrayList<>();
                one.feed("t").subscribe((node, record) -> heard.add(node));
                one.feed("t").publish(new byte[1]);
                ValkeyServer.until("it hears itself, so it has subscribed", () -> heard.size() == 1);
                crashed.feed("t").publish(new byte[1]);
                ValkeyServer.until("both are heard", () -> heard.size() == 2);
                assertThat(heard)
                        .containsExactlyInAnyOrder(one.node(), crashed.node())
                        .doesNotHaveDuplicates();
                assertThat(one.node()).startsWith("same-");
            }
            ValkeyServer.until("goodbye is heard", () -> one.nodes() == 1);
            assertThat(namesakes()).hasSize(2);
        }
    }

    @Test
    void restartedGatewayIsNotTakenForAnother() {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            server.ask("XADD test:nodes * n one-0123456789ab r x"); // the last heartbeat before a crash
            try (ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
                ValkeyServer.until("both are counted", () -> one.nodes() == 2);
                ValkeyServer.until("the old one is gone", () -> one.nodes() == 1);
                assertThat(namesakes()).isEmpty();
            }
        }
    }

    private List<String> namesakes() {
        return lines().stream()
                .filter(line -> line.contains("same name (fleet.node)"))
                .toList();
    }

    @Test
    void lostStoreDoesNotChangeTheNumberOfGateways() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one");
                ValkeyFleet two = SharedBucketsTest.joined(server, "two")) {
            ValkeyServer.until("both know of both", () -> one.nodes() == 2 && two.nodes() == 2);
            server.freeze();
            ValkeyServer.until("lost", () -> one.link() == Link.LOST && two.link() == Link.LOST);
            assertThat(one.nodes()).isEqualTo(2);
            server.thaw();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            assertThat(one.nodes()).isEqualTo(2);
        }
    }

    @Test
    void noThreadRunsBeforeStartOrAfterClose() {
        try (ValkeyServer server = ValkeyServer.running(directory)) {
            ValkeyFleet never = new ValkeyFleet(server.store("never"));
            assertThat(never.link()).isEqualTo(Link.LOST);
            assertThat(never.feed("t").publish(new byte[1])).isFalse();
            never.feed("t").subscribe((node, record) -> {});
            assertThat(draw(never)).isCompletedExceptionally();
            assertThat(threads()).isEmpty();
            ValkeyFleet one = SharedBucketsTest.joined(server, "one");
            assertThat(threads()).hasSize(3);
            one.close();
            one.close();
            never.close();
            assertThat(one.link()).isEqualTo(Link.LOST);
            ValkeyServer.until("the threads are gone", () -> threads().isEmpty());
        }
    }

    @Test
    void passwordIsNeverLogged() {
        root.setLevel(Level.DEBUG);
        FleetStore store;
        try (ValkeyServer server = ValkeyServer.running(directory, "--requirepass", PASSWORD)) {
            store = server.store("one", PASSWORD);
            try (ValkeyFleet one = new ValkeyFleet(store)) {
                one.start();
                ValkeyServer.until("joined", () -> one.link() == Link.JOINED);
                draw(one).orTimeout(30, TimeUnit.SECONDS).join();
            }
            try (ValkeyFleet stranger = new ValkeyFleet(server.store("two", PASSWORD + "-not"))) {
                stranger.start();
                ValkeyServer.until(
                        "the refusal is logged", () -> lines().stream().anyMatch(line -> line.contains("WRONGPASS")));
                assertThat(stranger.link()).isEqualTo(Link.LOST);
            }
        }
        assertThat(store.toString()).doesNotContain(PASSWORD);
        assertThat(lines()).isNotEmpty().noneMatch(line -> line.contains(PASSWORD));
    }

    @Test
    void drawsCompleteOnAFleetThread() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            server.freeze();
            CompletableFuture<String> where =
                    draw(one).handle((drawn, failure) -> Thread.currentThread().getName());
            server.thaw();
            assertThat(where.orTimeout(30, TimeUnit.SECONDS).join()).startsWith(StoreThreads.PREFIX);
        }
    }

    @Test
    void unnamedGatewayGetsARandomName() {
        FleetStore store = new FleetStore("redis://127.0.0.1:1", null, null, null, "test", 0, Duration.ofMillis(500));
        try (ValkeyFleet one = new ValkeyFleet(store);
                ValkeyFleet two = new ValkeyFleet(store)) {
            assertThat(one.node()).matches("[A-Za-z0-9._-]{1,64}").isNotEqualTo(two.node());
        }
    }

    private static CompletableFuture<Drawn> draw(ValkeyFleet fleet) {
        return fleet.buckets().draw(new Draw("k", TERMS, 0, 1)).toCompletableFuture();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(StoreThreads.PREFIX))
                .toList();
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream()
                .map(event -> event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .toList();
    }
}
