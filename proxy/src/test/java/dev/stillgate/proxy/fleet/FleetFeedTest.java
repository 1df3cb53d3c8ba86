package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.Fleet.Link;
import dev.stillgate.spi.FleetFeed;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feeds of records between gateways. */
@Tag("slow")
class FleetFeedTest {
    @TempDir
    private Path directory;

    @Test
    void allGatewaysReadAllRecordsInTheSameOrder() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(server.patient("two"))) {
            Heard atOne = new Heard(one.feed("t"));
            Heard atTwo = new Heard(two.feed("t"));
            ValkeyServer.until("both read", () -> atOne.reads(one) && atTwo.reads(two));
            for (int i = 0; i < 500; i++) {
                assertThat((i % 2 == 0 ? one : two).feed("t").publish(bytes("r" + i)))
                        .isTrue();
            }
            ValkeyServer.until("all is read", () -> atOne.counted("r") == 500 && atTwo.counted("r") == 500);
            assertThat(atOne.records("r")).isEqualTo(atTwo.records("r"));
            assertThat(atOne.of(one.node())).isEqualTo(sequence(0));
            assertThat(atOne.of(two.node())).isEqualTo(sequence(1));
        }
    }

    private static List<String> sequence(int from) {
        return IntStream.range(0, 250).mapToObj(i -> "r" + (2 * i + from)).toList();
    }

    @Test
    void recordsSentRightAfterSubscribingAreRead() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"))) {
            for (int i = 0; i < 20; i++) {
                Heard heard = new Heard(one.feed("t" + i));
                one.feed("t" + i).publish(bytes("first"));
                ValkeyServer.until("it is read", () -> heard.all().contains(one.node() + ":first"));
            }
        }
    }

    @Test
    void topicsAreIndependentFeeds() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"))) {
            assertThat(one.feed("a")).isSameAs(one.feed("a")).isNotEqualTo(one.feed("b"));
            Heard a = new Heard(one.feed("a"));
            Heard b = new Heard(one.feed("b"));
            one.feed("b").publish(bytes("x"));
            one.feed("a").publish(bytes("y"));
            ValkeyServer.until(
                    "both are read", () -> !a.all().isEmpty() && !b.all().isEmpty());
            assertThat(a.all()).containsExactly(one.node() + ":y");
            assertThat(b.all()).containsExactly(one.node() + ":x");
        }
    }

    @Test
    void brokenConnectionLosesNoAcceptedRecord() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"))) {
            Heard heard = new Heard(one.feed("t"));
            ValkeyServer.until("it reads", () -> heard.reads(one));
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                server.ask("XADD test:feed:t * n other r r" + i);
                sent.add("r" + i);
                if (i % 200 == 100) {
                    server.breakConnections();
                }
            }
            ValkeyServer.until("all is read", () -> new LinkedHashSet<>(heard.records("r")).size() == sent.size());
            assertThat(new LinkedHashSet<>(heard.records("r"))).containsExactlyElementsOf(sent);
        }
    }

    @Test
    void recordsAreDroppedAndCountedWhileStoreIsLost() {
        try (ValkeyServer server = ValkeyServer.prepared(directory);
                ValkeyFleet one = new ValkeyFleet(server.store("one"))) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            one.show(registry);
            one.start();
            assertThat(one.feed("t").publish(bytes("x"))).isFalse();
            assertThat(dropped(registry)).isEqualTo(1);
        }
    }

    @Test
    void queueIsBounded() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server, "one")) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            one.show(registry);
            server.freeze();
            byte[] large = new byte[StreamFeed.LARGEST_RECORD];
            int taken = 0;
            for (int i = 0; i < 1000; i++) {
                taken += one.feed("t").publish(large) ? 1 : 0;
            }
            assertThat(taken).isLessThanOrEqualTo(StreamWriter.MOST_BYTES / large.length);
            assertThat(dropped(registry)).isGreaterThanOrEqualTo(1000 - taken);
            server.thaw();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            ValkeyServer.until("there is room again", () -> one.feed("t").publish(large));
        }
    }

    @Test
    void recordsThatWaitForEachOtherAllArriveHoweverManyTheyAre() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(server.patient("two"))) {
            AtomicInteger received = new AtomicInteger();
            two.feed("t").subscribe((node, record) -> received.addAndGet(record.length));
            ValkeyServer.until("two reads", () -> one.feed("t").publish(new byte[1]) && received.get() > 0);
            int before = received.get();
            byte[] part = new byte[48 << 10];
            int parts = 2 * StreamWriter.MOST_BYTES / part.length;
            for (int i = 0; i < parts; i++) {
                one.feed("t")
                        .send(part)
                        .toCompletableFuture()
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
            }
            ValkeyServer.until("two has all", () -> received.get() - before >= parts * part.length);
        }
    }

    @Test
    void recordThatIsDroppedFailsItsStage() {
        try (ValkeyFleet one = new ValkeyFleet(ValkeyServer.prepared(directory).store("one"))) {
            assertThat(one.feed("t").send(bytes("x")).toCompletableFuture()).isCompletedExceptionally();
        }
    }

    @Test
    void failingReaderDoesNotAffectOthers() {
        try (ValkeyServer server = ValkeyServer.running(directory);
                ValkeyFleet one = SharedBucketsTest.joined(server.patient("one"))) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            one.show(registry);
            one.feed("t").subscribe((node, record) -> {
                throw new IllegalStateException("on purpose");
            });
            Heard heard = new Heard(one.feed("t"));
            one.feed("t").publish(bytes("x"));
            one.feed("t").publish(bytes("y"));
            ValkeyServer.until("both are read", () -> heard.all().size() == 2);
            assertThat(registry.get("stillgate.fleet.feed.reader.failures")
                            .functionCounter()
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void oversizedRecordIsRefused() {
        try (ValkeyFleet one = new ValkeyFleet(ValkeyServer.prepared(directory).store("one"))) {
            assertThatThrownBy(() -> one.feed("t").publish(new byte[StreamFeed.LARGEST_RECORD + 1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static double dropped(SimpleMeterRegistry registry) {
        return registry.get("stillgate.fleet.feed.dropped").functionCounter().count();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Collects the records of one topic at one gateway. */
    private static final class Heard {
        private final FleetFeed feed;
        private final List<String> all = new CopyOnWriteArrayList<>();

        Heard(FleetFeed feed) {
            this.feed = feed;
            feed.subscribe((node, record) -> all.add(node + ":" + new String(record, StandardCharsets.UTF_8)));
        }

        /** Publishes until a record arrives, which shows that the feed is being read. */
        boolean reads(ValkeyFleet fleet) {
            feed.publish(bytes("hello"));
            return all.contains(fleet.node() + ":hello");
        }

        List<String> all() {
            return List.copyOf(all);
        }

        List<String> records(String prefix) {
            return all.stream()
                    .map(line -> line.substring(line.indexOf(':') + 1))
                    .filter(record -> record.startsWith(prefix))
                    .toList();
        }

        int counted(String prefix) {
            return records(prefix).size();
        }

        List<String> of(String node) {
            return all.stream()
                    .filter(line -> line.startsWith(node + ":r"))
                    .map(line -> line.substring(node.length() + 1))
                    .toList();
        }
    }
}
