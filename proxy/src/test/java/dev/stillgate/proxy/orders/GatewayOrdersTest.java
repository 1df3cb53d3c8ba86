package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayOrdersTest {
    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();

    private GatewayOrders open() throws IOException {
        return new GatewayOrders(
                directory.resolve("orders.jsonl"), account -> "hash of " + account, ticker, null, false);
    }

    @Test
    void orderIsKnownAfterARestart() throws IOException {
        Order given;
        try (GatewayOrders orders = open()) {
            Orders.Receipt receipt = orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
            assertThat(receipt.reach()).isEqualTo(Orders.Reach.DISK);
            given = receipt.order();
        }
        try (GatewayOrders orders = open()) {
            assertThat(orders.of("behaviour").deciding("standing")).containsEntry("a-1", given);
            assertThat(orders.of("other").all()).isEmpty();
        }
    }

    @Test
    void startDoesNotWriteAJournalAnewThatLacksNothing() throws IOException {
        Path file = directory.resolve("orders.jsonl");
        try (GatewayOrders orders = open()) {
            orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
        }
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        open().close();
        assertThat(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                .isEqualTo(key);
    }

    @Test
    void orderLastsAsLongAsItsOperatorSaidWhenTheClockMovesBeforeItIsGiven() throws IOException {
        try (GatewayOrders orders = open()) {
            OrderDraft draft = Drafts.block("a-1", Duration.ofDays(30));
            ticker.advance(Duration.ofDays(7)); // as when the store is heard after a start with an old disk
            Order given = orders.of("behaviour").give(draft).order();
            assertThat(given.until() - given.time())
                    .isEqualTo(Duration.ofDays(30).toMillis());
        }
    }

    /** The clock was ahead at the start, so what it says later is in doubt; the order had not ended. */
    @Test
    void orderThatEndedByAWrongClockIsInForceOnceTheClockIsPutRight() throws IOException {
        try (GatewayOrders orders = open()) {
            orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
        }
        ticker.jumpWallClock(Duration.ofDays(100));
        try (GatewayOrders orders = open()) {
            assertThat(orders.all().getFirst().status()).isEqualTo(OrderBook.Status.ENDED);
            ticker.jumpWallClock(Duration.ofDays(-100));
            assertThat(orders.all().getFirst().status()).isEqualTo(OrderBook.Status.IN_FORCE);
            assertThat(orders.of("behaviour").now()).isEqualTo(ticker.millis());
            assertThat(orders.isClockHeld()).isTrue();
        }
    }

    @Test
    void orderIsOnTheDiskWhenItIsAnswered() throws IOException {
        try (GatewayOrders orders = open()) {
            orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
            assertThat(Files.readString(directory.resolve("orders.jsonl"))).contains("a-1");
        }
    }

    @Test
    void journalIsReadableByItsOwnerOnly() throws IOException {
        try (GatewayOrders orders = open()) {
            orders.keepHouse();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("orders.jsonl"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void orderWithoutADirectoryLivesInMemory() throws IOException {
        try (GatewayOrders orders = new GatewayOrders(null, account -> account, ticker, null, false)) {
            assertThat(orders.of("behaviour")
                            .give(Drafts.block("a-1", Duration.ofDays(30)))
                            .reach())
                    .isEqualTo(Orders.Reach.MEMORY);
        }
    }

    @Test
    void startRemembersWhenTheGatewayStopped() throws IOException {
        long stopped;
        try (GatewayOrders orders = open()) {
            orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
            ticker.advance(Duration.ofDays(20));
            stopped = orders.now();
        }
        ticker.jumpWallClock(Duration.ofDays(-5));
        try (GatewayOrders orders = open()) {
            assertThat(orders.isClockHeld()).isTrue();
            Order given = orders.of("behaviour")
                    .give(Drafts.block("a-2", Duration.ofDays(30)))
                    .order();
            assertThat(given.time()).isEqualTo(stopped);
            assertThat(orders.now()).as("by which orders end").isEqualTo(ticker.millis());
        }
    }

    @Test
    void ordersGivenAndMergedAtTheSameTimeAreAllOnTheDisk() throws Exception {
        Set<String> given = ConcurrentHashMap.newKeySet();
        try (GatewayOrders orders = open()) {
            Orders filter = orders.of("behaviour");
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String prefix = "t" + i + "-";
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int n = 0; n < 50; n++) {
                        given.add(filter.give(Drafts.block(prefix + n, Duration.ofDays(30)))
                                .order()
                                .id());
                        if (n % 10 == 5) {
                            orders.erase(prefix + (n - 1), "ann", 1); // rewrites the journal
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(given).hasSize(200);
        try (GatewayOrders orders = open()) {
            assertThat(orders.all()).extracting(each -> each.order().id()).containsAll(given);
            assertThat(orders.known()).isEqualTo(220);
            assertThat(Files.readString(directory.resolve("orders.jsonl"))).doesNotContain("\"t0-4\"");
        }
    }

    @Test
    void taskRunsBeforeGiveReturns() throws IOException {
        try (GatewayOrders orders = open()) {
            AtomicInteger runs = new AtomicInteger();
            orders.of("behaviour").onChange(runs::incrementAndGet);
            orders.of("behaviour").give(Drafts.block("a-1", Duration.ofDays(30)));
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void fullJournalForgetsEndedOrdersEarlyAndLosesNoneInForce() throws IOException {
        Path file = directory.resolve("orders.jsonl");
        try (GatewayOrders orders = new GatewayOrders(file, 20_000, account -> account, ticker, null, false)) {
            Orders filter = orders.of("behaviour");
            Order lasting =
                    filter.give(Drafts.block("lasting", Duration.ofDays(300))).order();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            filter.give(Drafts.block("a-" + i, Duration.ofDays(1)));
                        }
                    })
                    .isInstanceOf(Orders.OrdersUnavailableException.class)
                    .hasMessageContaining("stillgate orders --json");
            assertThat(orders.isWritable()).isFalse();
            int known = orders.known();
            ticker.advance(Duration.ofDays(1));
            orders.keepHouse();
            assertThat(orders.known()).isEqualTo(known);
            ticker.advance(Duration.ofDays(20));
            orders.keepHouse();
            assertThat(filter.all()).containsExactly(lasting);
            assertThat(Files.size(file)).isLessThan(2_000);
            filter.give(Drafts.block("next", Duration.ofDays(1)));
            assertThat(filter.deciding("standing")).containsOnlyKeys("lasting", "next");
        }
    }
}
