package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook.Status;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.spi.orders.Orders.Reach;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetOrdersTest {
    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeStore store =
            new FakeStore(ticker.millis() + Duration.ofMinutes(5).toMillis());
    private final List<Gateway> gateways = new ArrayList<>();

    /** A gateway with its link to the store. */
    private final class Gateway {
        private final Path file;
        private FakeStore.Link link = store.link();
        private GatewayOrders orders;

        private Gateway(String name) throws IOException {
            file = directory.resolve(name);
            orders = open();
            gateways.add(this);
        }

        private GatewayOrders open() throws IOException {
            return new GatewayOrders(
                    file,
                    account -> "h" + Integer.toHexString(account.hashCode()),
                    ticker,
                    new GatewayOrders.Store(link, () -> OptionalLong.of(store.millis())),
                    false);
        }

        private Gateway joined() {
            link.join();
            store.deliver();
            return this;
        }

        private void restart() throws IOException {
            link.lose();
            orders.close();
            link = store.link();
            orders = open();
        }

        private Orders.Receipt give(OrderDraft draft) {
            Orders.Receipt receipt = orders.of("behaviour").give(draft);
            store.deliver();
            return receipt;
        }

        private Orders.Receipt block(String account) {
            store.advance(1);
            return give(Drafts.block(account, Duration.ofDays(30)));
        }

        private Map<String, Order> inForce() {
            return orders.of("behaviour").deciding("standing");
        }
    }

    @AfterEach
    void close() {
        gateways.forEach(gateway -> gateway.orders.close());
    }

    @Test
    void orderIsInForceAtAllGateways() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        Orders.Receipt receipt = a.block("x");
        assertThat(receipt.reach()).isEqualTo(Reach.FLEET);
        assertThat(receipt.order().time()).isEqualTo(store.millis());
        assertThat(b.inForce()).isEqualTo(a.inForce()).containsEntry("x", receipt.order());
    }

    @Test
    void orderDuringAnOutageIsSentAfterARestart() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        a.link.lose();
        assertThat(a.block("x").reach()).isEqualTo(Reach.HERE);
        assertThat(a.inForce()).containsKey("x");
        assertThat(a.orders.unsent()).isEqualTo(1);
        a.restart();
        assertThat(a.inForce()).containsKey("x");
        store.advance(Duration.ofHours(2).toMillis());
        a.joined();
        assertThat(b.inForce()).isEqualTo(a.inForce()).containsKey("x");
        assertThat(a.orders.unsent()).isZero();
        Order order = a.inForce().get("x");
        assertThat(order.until() - order.time())
                .isEqualTo(Duration.ofDays(30).toMillis()); // the end moved with the time
        a.restart();
        assertThat(a.inForce()).containsEntry("x", order);
        assertThat(a.orders.unsent()).isZero();
    }

    @Test
    void orderWhoseResponseWasLostIsOneOrder() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.link.loseResponses();
        assertThat(a.block("x").reach()).isEqualTo(Reach.HERE);
        a.joined();
        assertThat(store.records).hasSize(1);
        assertThat(a.orders.unsent()).isZero();
    }

    @Test
    void ordersOfOneGatewayKeepTheirSequence() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.link.lose();
        Order first = a.block("x").order();
        a.link.join(); // sends the first
        Order second = a.block("x").order();
        assertThat(a.orders.find(first.id()).status()).isEqualTo(Status.REPLACED);
        assertThat(a.inForce().get("x").id()).isEqualTo(second.id());
    }

    @Test
    void wipedStoreIsFilledAgain() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        a.block("x");
        b.block("y");
        b.link.lose();
        store.records.clear();
        a.joined();
        assertThat(store.records).hasSize(2);
        b.joined();
        Gateway c = new Gateway("c").joined();
        assertThat(c.inForce()).isEqualTo(a.inForce()).isEqualTo(b.inForce()).hasSize(2);
    }

    @Test
    void recordThatTheStoreLostIsFoundWithoutAJoin() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.block("x");
        store.records.clear();
        a.orders.keepHouse();
        assertThat(store.records).hasSize(1);
    }

    @Test
    void gatewayWithAnOldDiskClearsNothing() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.block("x");
        byte[] old = Files.readAllBytes(a.file);
        a.block("y");
        a.link.lose();
        a.orders.close();
        Files.write(a.file, old);
        a.restart();
        a.joined();
        assertThat(a.inForce()).containsOnlyKeys("x", "y");
        assertThat(store.records).hasSize(2);
    }

    @Test
    void erasureLeavesNoIdOnAnyDiskAndInTheStore() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        a.block("customer-7");
        a.give(Drafts.block("other", Duration.ofDays(3)));
        b.link.lose();
        store.advance(1);
        assertThat(a.orders.erase("customer-7", "ann", 1).reach()).isEqualTo(Reach.FLEET);
        store.deliver();
        b.joined();
        for (Gateway gateway : List.of(a, b)) {
            assertThat(Files.readString(gateway.file))
                    .doesNotContain("customer-7")
                    .contains("other");
            assertThat(gateway.orders.of("behaviour").erasedAt("customer-7")).isEqualTo(store.millis());
            assertThat(gateway.inForce()).doesNotContainKey("customer-7").containsKey("other");
        }
        assertThat(store.records.values()).extracting(Stored::body).noneMatch(body -> body.contains("customer-7"));
    }

    @Test
    void erasureDuringAnOutageReachesTheFleet() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        b.block("customer-7");
        a.link.lose();
        store.advance(1);
        assertThat(a.orders.erase("customer-7", "ann", 1).reach()).isEqualTo(Reach.HERE);
        assertThat(Files.readString(a.file)).doesNotContain("customer-7");
        a.restart();
        a.joined();
        assertThat(Files.readString(b.file)).doesNotContain("customer-7");
        assertThat(store.records.values()).extracting(Stored::body).noneMatch(body -> body.contains("customer-7"));
    }

    @Test
    void orderGivenAfterAnErasureInOneOutageIsKept() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        a.block("customer-7");
        a.link.lose();
        store.advance(1);
        a.orders.erase("customer-7", "ann", 1);
        Orders.Receipt after = a.block("customer-7");
        Orders.Receipt last = a.block("customer-7");
        assertThat(last.reach()).isEqualTo(Reach.HERE);
        store.advance(Duration.ofMinutes(1).toMillis()); // the erasure's final rank is above both provisional ones
        a.joined();
        for (Gateway gateway : List.of(a, b)) {
            assertThat(gateway.inForce().get("customer-7"))
                    .extracting(Order::id, Order::why)
                    .containsExactly(last.order().id(), "ticket 7");
            assertThat(gateway.orders.find(after.order().id()).order().why()).isEqualTo("ticket 7");
            assertThat(gateway.orders.unsent()).isZero();
        }
        Order order = a.inForce().get("customer-7");
        a.restart();
        assertThat(a.inForce()).containsEntry("customer-7", order);
    }

    @Test
    void namesAtTwoGatewaysAddUp() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        OrderDraft one = Drafts.block("x", Duration.ofDays(30));
        Order waiting = a.give(by("ann", one, false, 2)).order();
        assertThat(a.inForce()).isEmpty();
        assertThat(b.orders.find(waiting.id()).status()).isEqualTo(Status.WAITING);
        store.advance(1);
        b.give(by("ANN ", one, false, 2));
        assertThat(b.inForce()).as("the same operator").isEmpty();
        assertThat(b.give(by("bob", one, false, 2)).reach()).isEqualTo(Reach.FLEET);
        store.deliver();
        assertThat(a.inForce()).isEqualTo(b.inForce()).containsKey("x");
    }

    private OrderDraft by(String name, OrderDraft same, boolean withdraws, int needs) {
        return new OrderDraft(
                name,
                null,
                same.action(),
                same.subject(),
                same.slot(),
                same.accounts(),
                same.except(),
                withdraws,
                withdraws ? OrderEnd.at(same.end().of(store.millis())) : same.end(),
                needs,
                same.agreement(),
                same.details());
    }

    @Test
    void withdrawalEndsAnOrderEverywhere() throws IOException {
        Gateway a = new Gateway("a").joined();
        Gateway b = new Gateway("b").joined();
        Order order = a.block("x").order();
        store.advance(1);
        b.give(by("bob", Drafts.block("x", Duration.ofDays(30)), true, 1));
        store.deliver();
        assertThat(a.inForce().get("x").withdraws()).isTrue();
        assertThat(a.orders.find(order.id()).status()).isEqualTo(Status.WITHDRAWN);
    }

    @Test
    void recordOfANewerVersionIsKeptVerbatimAndWithoutEffect() throws IOException {
        Gateway a = new Gateway("a").joined();
        String id = "0".repeat(32);
        String body = "{\"version\":2,\"id\":\"" + id + "\",\"new\":{\"x\":[1]}}";
        Stored record = new Stored(new Order.Rank(5, 0), 5, body);
        FakeStore.Link newer = store.link();
        newer.join();
        newer.put(Map.of(id, record));
        store.deliver();
        assertThat(a.orders.newer()).containsExactly(id);
        assertThat(a.orders.known()).isZero();
        a.block("x");
        a.orders.erase("x", "ann", 1); // rewrites the journal
        store.records.clear();
        a.restart();
        assertThat(a.orders.newer()).containsExactly(id);
        a.joined();
        assertThat(store.records).containsEntry(id, record);
    }

    @Test
    void recordThatIsNoOrderIsIgnored() throws IOException {
        FakeStore.Link hostile = store.link();
        hostile.join();
        hostile.put(Map.of("x", new Stored(new Order.Rank(5, 0), 5, "{")));
        hostile.put(Map.of("y", new Stored(new Order.Rank(5, 0), 5, "{\"version\":1}")));
        Gateway a = new Gateway("a").joined();
        a.orders.keepHouse();
        assertThat(a.block("z").reach()).isEqualTo(Reach.FLEET);
        assertThat(a.orders.known()).isEqualTo(1);
    }

    @Test
    void endedOrdersAreForgottenEverywhere() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.block("x");
        store.advance(Duration.ofDays(431).toMillis());
        ticker.advance(Duration.ofDays(431));
        a.orders.keepHouse();
        assertThat(a.orders.known()).isZero();
        assertThat(store.records).isEmpty();
        assertThat(Files.readString(a.file)).doesNotContain("standing");
    }

    @Test
    void nothingIsForgottenWhileTheClockIsHeld() throws IOException {
        Gateway a = new Gateway("a").joined();
        a.block("x");
        store.advance(Duration.ofDays(431).toMillis());
        ticker.advance(Duration.ofHours(2));
        a.orders.keepHouse();
        assertThat(a.orders.isClockHeld()).isTrue();
        assertThat(a.orders.known()).isEqualTo(1);
        a.orders.confirmClock();
        ticker.advance(Duration.ofHours(2));
        store.advance(Duration.ofHours(2).toMillis());
        a.orders.keepHouse();
        assertThat(a.orders.known()).isZero();
    }

    @Test
    void reachOfAnActionIsObserved() throws IOException {
        Gateway a = new Gateway("a").joined();
        assertThat(a.orders.observing(order -> {}, () -> "no order").reach()).isNull();
        assertThat(a.orders.observing(order -> {}, () -> a.block("x")).reach()).isEqualTo(Reach.FLEET);
        a.link.lose();
        assertThat(a.orders.observing(order -> {}, () -> a.block("y")).reach()).isEqualTo(Reach.HERE);
    }

    @Test
    void hostileRecordsNeitherStopTheNextStartNorSilenceLaterOrders() throws IOException {
        Gateway a = new Gateway("a").joined();
        FakeStore.Link hostile = store.link();
        hostile.join();
        String body = OrderJson.stored(a.block("x").order()).body();
        List<Stored> records = List.of(
                new Stored(new Order.Rank(Long.MAX_VALUE, 0), 5, body),
                new Stored(new Order.Rank(5, Long.MAX_VALUE), 5, body),
                new Stored(new Order.Rank(999_999_999_999_999_999L, 999_999_999_999_999_999L), 5, body),
                new Stored(new Order.Rank(5, 0), Long.MAX_VALUE, body),
                new Stored(new Order.Rank(5, 0), -1, body),
                new Stored(
                        new Order.Rank(ticker.millis() + Duration.ofDays(36_000).toMillis(), Order.Rank.MOST_SEQUENCE),
                        5,
                        body),
                new Stored(
                        new Order.Rank(5, 0), 5, "{\"version\":2,\"id\":\"00000000000000000000000000000001\",nonsense"),
                new Stored(new Order.Rank(5, 0), 5, "{\"version\":2,\"id\":\"00000000000000000000000000000001\"} "),
                new Stored(new Order.Rank(5, 0), 5, " {\"version\":2,\"id\":\"00000000000000000000000000000001\"}"),
                new Stored(
                        new Order.Rank(5, 0), 5, body.replace("\"blocked\"", "[" + "9e6,".repeat(1_000_000) + "1]")));
        String own = a.inForce().get("x").id();
        for (int i = 0; i < records.size(); i++) {
            String id = String.format("%032x", i);
            Stored record = records.get(i);
            hostile.put(Map.of(
                    id, new Stored(record.rank(), record.time(), record.body().replace(own, id))));
        }
        store.deliver();
        a.restart();
        a.joined();
        Gateway b = new Gateway("b").joined();
        Order last = b.block("x").order();
        store.deliver();
        assertThat(last.id()).isEqualTo(a.inForce().get("x").id());
        assertThat(a.orders.known()).isEqualTo(3); // those two, and the one of the next century
        assertThat(a.orders.newer()).isEmpty();
    }
}
