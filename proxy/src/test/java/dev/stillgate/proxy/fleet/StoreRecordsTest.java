package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.orders.SharedRecords;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.Fleet.Link;
import dev.stillgate.spi.SharedBuckets.Draw;
import dev.stillgate.spi.SharedBuckets.Terms;
import dev.stillgate.spi.orders.Order.Rank;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of orders in a real store that is shared, flushed, replaced, full and lost. */
@Tag("slow")
class StoreRecordsTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    @TempDir
    private Path directory;

    private ValkeyServer server;

    @BeforeEach
    void prepare() {
        server = ValkeyServer.prepared(directory);
    }

    @Test
    void recordIsAddedOnceWithARankOfTheStore() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(running.patient("two"))) {
            long before = System.currentTimeMillis();
            Stored first = done(one.orders().add("a", "{\"by\":\"zoë\"}", Rank.LEAST));
            assertThat(first.body()).isEqualTo("{\"by\":\"zoë\"}");
            assertThat(first.rank().millis()).isEqualTo(first.time()).isBetween(before, System.currentTimeMillis());
            assertThat(done(two.orders()
                            .add("a", "another", new Rank(first.rank().millis() + HOUR, 0))))
                    .isEqualTo(first);
            assertThat(done(two.orders().get(Set.of("a", "b")))).isEqualTo(Map.of("a", first));
        }
    }

    @Test
    void ranksOnlyGrowAndKeepEveryDigit() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(running.patient("two"))) {
            long ahead = System.currentTimeMillis() + HOUR;
            long beyondDoubles = (1L << 53) + 4;
            Stored first = done(one.orders().add("a", "{}", new Rank(ahead, beyondDoubles)));
            assertThat(first.rank()).isEqualTo(new Rank(ahead, beyondDoubles + 1));
            assertThat(first.time()).isLessThan(ahead);
            assertThat(done(two.orders().add("b", "{}", Rank.LEAST)).rank())
                    .as("also of a gateway that does not know the first")
                    .isEqualTo(new Rank(ahead, beyondDoubles + 2));
            assertThat(done(two.orders().add("c", "{}", new Rank(9, 10))).rank())
                    .isEqualTo(new Rank(ahead, beyondDoubles + 3));
        }
    }

    @Test
    void concurrentRecordsHaveDifferentRanks() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"));
                ValkeyFleet two = SharedBucketsTest.joined(running.patient("two"))) {
            List<CompletionStage<Stored>> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                all.add((i % 2 == 0 ? one : two).orders().add("id" + i, "{}", Rank.LEAST));
            }
            assertThat(all.stream().map(stage -> done(stage).rank()).distinct()).hasSize(500);
            assertThat(done(one.orders().ids())).hasSize(500);
        }
    }

    @Test
    void allGatewaysHearOfAddedAndReplacedRecords() {
        ValkeyFleet one = new ValkeyFleet(server.patient("one"));
        ValkeyFleet two = new ValkeyFleet(server.patient("two"));
        Heard atOne = new Heard(one.orders());
        Heard atTwo = new Heard(two.orders());
        try (ValkeyServer running = started();
                one;
                two) {
            one.start();
            two.start();
            ValkeyServer.until("both joined", () -> atOne.joins.get() == 1 && atTwo.joins.get() == 1);
            Stored stored = done(one.orders().add("a", "{}", Rank.LEAST));
            ValkeyServer.until(
                    "both hear", () -> stored.equals(atOne.changed.get("a")) && stored.equals(atTwo.changed.get("a")));
            Stored scrubbed = new Stored(stored.rank(), stored.time(), "{\"scrubbed\":true}");
            done(two.orders().put(Map.of("a", scrubbed)));
            ValkeyServer.until("both hear", () -> scrubbed.equals(atOne.changed.get("a")));
            String length = running.ask("XLEN test:orders:new");
            done(one.orders().put(Map.of("a", scrubbed)));
            assertThat(running.ask("XLEN test:orders:new"))
                    .as("nothing changed, so nothing is announced")
                    .isEqualTo(length);
        }
    }

    @Test
    void manyAndLargeRecordsAreStoredInBatchesWhileDrawsGoOn() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"))) {
            Map<String, Stored> records = IntStream.range(0, 5000)
                    .boxed()
                    .collect(Collectors.toMap(i -> "id" + i, i -> new Stored(new Rank(i, 7), i, "x".repeat(5000) + i)));
            records.put("large", new Stored(new Rank(1, 1), 1, "y".repeat(SharedRecords.MOST_BYTES)));
            CompletableFuture<?> put = one.orders().put(records).toCompletableFuture();
            int draws = 0;
            while (!put.isDone()) {
                assertThat(done(one.buckets()
                                        .draw(new Draw("k", new Terms(100_000, 1, Duration.ofDays(1), false), 0, 1)))
                                .granted())
                        .isEqualTo(1);
                draws++;
            }
            done(put);
            assertThat(draws).as("between the batches").isGreaterThan(20);
            assertThat(done(one.orders().ids())).isEqualTo(records.keySet());
            assertThat(done(one.orders().get(records.keySet()))).isEqualTo(records);
            Set<String> removed = new HashSet<>(records.keySet());
            removed.remove("id17");
            done(one.orders().remove(removed));
            assertThat(done(one.orders().ids())).containsExactly("id17");
        }
    }

    @Test
    void oversizedRecordIsRefused() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"))) {
            String large = "y".repeat(SharedRecords.MOST_BYTES + 100);
            assertThatThrownBy(() -> done(one.orders().add("a", large, Rank.LEAST)))
                    .hasMessageContaining("the store takes at most 8388608");
            assertThatThrownBy(() -> done(one.orders().put(Map.of("a", new Stored(Rank.LEAST, 0, large)))))
                    .hasMessageContaining("the store takes at most 8388608");
            assertThat(done(one.orders().ids())).isEmpty();
        }
    }

    @Test
    void damagedRecordIsLeftOutAndReplaced() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"))) {
            running.ask("HSET test:orders a garbage b 99999999999999999999-1 c d");
            assertThat(done(one.orders().get(Set.of("a", "b", "c")))).isEmpty();
            Stored stored = done(one.orders().add("a", "{}", Rank.LEAST));
            assertThat(done(one.orders().get(Set.of("a", "b")))).isEqualTo(Map.of("a", stored));
        }
    }

    @Test
    void replacedStoreWithAnEarlierClockIsFollowed() {
        ValkeyFleet one = new ValkeyFleet(server.patient("one"));
        ValkeyFleet two = new ValkeyFleet(server.patient("two"));
        Heard atTwo = new Heard(two.orders());
        try (ValkeyServer running = started();
                one;
                two) {
            long ahead = System.currentTimeMillis() + HOUR;
            running.ask("XADD test:orders:new " + ahead + "-0 n x r x");
            running.ask("XADD test:feed:t " + ahead + "-0 n x r x");
            List<byte[]> feed = new ArrayList<>();
            two.feed("t").subscribe((node, record) -> feed.add(record));
            one.start();
            two.start();
            ValkeyServer.until("joined", () -> one.link() == Link.JOINED && atTwo.joins.get() == 1);
            Stored first = done(one.orders().add("a", "{}", Rank.LEAST));
            assertThat(first.rank()).isEqualTo(new Rank(ahead, 1));
            one.feed("t").publish(new byte[] {1});
            ValkeyServer.until("two hears", () -> atTwo.changed.containsKey("a") && feed.size() == 1);
            running.kill();
            ValkeyServer.until("lost", () -> one.link() == Link.LOST && two.link() == Link.LOST);
            running.start(); // empty; by its clock, it is an hour earlier than at the last record
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED && atTwo.joins.get() == 2);
            Stored second = done(one.orders().add("b", "{}", Rank.LEAST));
            assertThat(second.rank()).isLessThan(first.rank());
            ValkeyServer.until("two hears", () -> second.equals(atTwo.changed.get("b")));
            done(two.orders().put(Map.of("a", first)));
            assertThat(done(one.orders().add("c", "{}", Rank.LEAST)).rank())
                    .as("above the records that were put back")
                    .isGreaterThan(first.rank());
            ValkeyServer.until("two hears", () -> atTwo.changed.containsKey("c"));
            one.feed("t").publish(new byte[] {2});
            ValkeyServer.until("two reads the feed", () -> feed.size() == 2);
        }
    }

    @Test
    void flushedStoreIsNoticedWithoutALostLink() {
        ValkeyFleet one = new ValkeyFleet(server.patient("one"));
        Heard heard = new Heard(one.orders());
        try (ValkeyServer running = started();
                one) {
            running.ask("XADD test:orders:new " + (System.currentTimeMillis() + HOUR) + "-0 n x r x");
            one.start();
            ValkeyServer.until("joined", () -> heard.joins.get() == 1);
            done(one.orders().add("a", "{}", Rank.LEAST));
            ValkeyServer.until("heard", () -> heard.changed.containsKey("a"));
            running.ask("FLUSHALL");
            ValkeyServer.until("asked to join again", () -> heard.joins.get() == 2);
            done(one.orders().add("b", "{}", Rank.LEAST));
            ValkeyServer.until("heard", () -> heard.changed.containsKey("b"));
            assertThat(heard.joins).hasValue(2);
        }
    }

    @Test
    void failingReceiverIsToldAgain() {
        ValkeyFleet one = new ValkeyFleet(server.patient("one"));
        AtomicInteger calls = new AtomicInteger();
        one.orders().listen(new SharedRecords.Listener() {
            @Override
            public void joined() {
                if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("on purpose");
                }
            }

            @Override
            public void changed(Map<String, Stored> records) {}
        });
        try (ValkeyServer running = started();
                one) {
            assertThat(running.ask("PING")).isEqualTo("+PONG");
            one.start();
            ValkeyServer.until("told again", () -> calls.get() == 2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CONFIG SET maxmemory 1, OOM",
        "REPLICAOF 127.0.0.1 1, READONLY",
        "CONFIG SET min-replicas-to-write 1, NOREPLICAS",
        "ACL SETUSER default -xadd, no permissions",
        "SET test:orders x, WRONGTYPE",
    })
    void refusalOfTheStoreFailsTheStage(String refuse, String reason) {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running.patient("one"))) {
            running.ask(refuse);
            assertThatThrownBy(() -> done(one.orders().add("a", "{}", Rank.LEAST)))
                    .satisfies(failure -> assertThat(failure.getMessage()).containsAnyOf(reason, "store is lost"));
        }
    }

    @Test
    void silentStoreFailsStagesAfterItsTimeout() {
        try (ValkeyServer running = started();
                ValkeyFleet one = SharedBucketsTest.joined(running, "one")) {
            running.freeze();
            long start = System.nanoTime();
            assertThatThrownBy(() -> done(one.orders().add("a", "{}", Rank.LEAST)))
                    .isNotInstanceOf(TimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            ValkeyServer.until("lost", () -> one.link() == Link.LOST);
            assertThat(one.orders().ids().toCompletableFuture()).isCompletedExceptionally();
            running.thaw();
            ValkeyServer.until("joined again", () -> one.link() == Link.JOINED);
            Stored stored = done(one.orders().add("a", "{}", Rank.LEAST));
            assertThat(done(one.orders().get(Set.of("a")))).containsEntry("a", stored);
        }
    }

    @Test
    void storeMillisAreKnownFromTheFirstResponse() {
        ValkeyFleet one = new ValkeyFleet(server.patient("one"));
        try (one) {
            assertThat(one.storeMillis()).isEmpty();
            try (ValkeyServer running = started()) {
                one.start();
                ValkeyServer.until("joined", () -> one.link() == Link.JOINED);
                assertThat(one.storeMillis().orElseThrow() - System.currentTimeMillis())
                        .isBetween(-5000L, 5000L);
                running.kill();
            }
        }
    }

    private ValkeyServer started() {
        server.start();
        return server;
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Collects what a gateway hears. */
    private static final class Heard implements SharedRecords.Listener {
        private final SharedRecords records;
        private final AtomicInteger joins = new AtomicInteger();
        private final Map<String, Stored> changed = new ConcurrentHashMap<>();

        private Heard(SharedRecords records) {
            this.records = records;
            records.listen(this);
        }

        /** Reads everything, as the journal does, which blocks this thread. */
        @Override
        public void joined() {
            done(records.get(done(records.ids())));
            joins.incrementAndGet();
        }

        @Override
        public void changed(Map<String, Stored> records) {
            changed.putAll(records);
        }
    }
}
