package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderBook.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OrderBookTest {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final String FILTER = "behaviour";
    private static final String SLOT = "standing";

    /** Returns random orders on few accounts: agreements, withdrawals, erasures, equal ranks. */
    private static List<Order> orders(Random random, int count) {
        OrderBook hashes = book();
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String account = "a-" + random.nextInt(3);
            boolean erases = random.nextInt(6) == 0;
            long time = DAY * (100 + random.nextInt(60));
            int needs = 1 + random.nextInt(2);
            String action = random.nextBoolean() ? "block" : "clear";
            String subject = erases ? hashes.erasureSubject(account) : "account " + account;
            orders.add(new Order(
                    String.format("%032x", i),
                    new Order.Rank(time, random.nextInt(3)),
                    time,
                    erases ? Order.EVERY_FILTER : FILTER,
                    List.of("ann", "Ann", "bob").get(random.nextInt(3)),
                    erases ? null : "ticket on " + account,
                    erases ? Order.ERASE : action,
                    subject,
                    erases ? "erasure" : SLOT,
                    erases ? List.of() : random.nextBoolean() ? List.of(account) : List.of(account, "a-3"),
                    List.of(),
                    random.nextInt(5) == 0,
                    time + DAY * (erases ? 400 : 1 + random.nextInt(600)),
                    random.nextBoolean(),
                    needs,
                    erases ? "erase " + subject : action + " " + account,
                    erases ? Map.of() : Map.of("pools", Map.of(account, "p1"), "note", "see " + account, "n", 1L)));
        }
        return orders;
    }

    private static OrderBook book() {
        return new OrderBook(account -> "h" + Integer.toHexString(account.hashCode()));
    }

    private static Map<String, Order> inForce(OrderBook book, long now) {
        Map<String, Order> inForce = new HashMap<>(book.deciding(FILTER, SLOT));
        inForce.values().removeIf(order -> order.withdraws() || !order.lasts(now));
        return inForce;
    }

    @Property(tries = 500)
    void anySequenceOfAnySubsetsGivesTheSameBook(@ForAll long seed) {
        Random random = new Random(seed);
        List<Order> orders = orders(random, 12);
        OrderBook expected = book();
        expected.merge(orders, true);
        OrderBook other = book();
        List<Order> shuffled = new ArrayList<>(orders);
        for (int round = 0; round < 3; round++) {
            Collections.shuffle(shuffled, random);
            OrderBook third = book();
            third.merge(shuffled.subList(0, random.nextInt(orders.size())), true);
            other.merge(third.all(), true); // as that gateway has them, with its erasures
        }
        Collections.shuffle(shuffled, random);
        shuffled.forEach(order -> other.merge(order, true));
        assertThat(other.all()).isEqualTo(expected.all());
        assertThat(other.deciding(FILTER, SLOT)).isEqualTo(expected.deciding(FILTER, SLOT));
        assertThat(new HashSet<>(other.erasures())).isEqualTo(new HashSet<>(expected.erasures()));
        orders.forEach(order -> assertThat(other.names(order)).isEqualTo(expected.names(order)));
        assertThat(other.merge(orders, true)).isEmpty();
    }

    /** A book that lacks the first of three erasures takes the last two for an agreement, and the whole book must too. */
    @Test
    void erasuresThatAgreeInAPartOfTheOrdersAgreeInAll() {
        anySequenceOfAnySubsetsGivesTheSameBook(17209484328870L);
    }

    @Property(tries = 500)
    void forgettingNeverChangesWhatIsInForceThenOrLater(@ForAll long seed) {
        Random random = new Random(seed);
        List<Order> orders = orders(random, 14);
        OrderBook whole = book();
        whole.merge(orders, true);
        OrderBook book = book();
        book.merge(orders, true);
        for (long day = 100; day < 1700; day += 1 + random.nextInt(60)) {
            book.forgetEnded(day * DAY, OrderBook.LISTED_MILLIS);
            assertThat(inForce(book, day * DAY)).isEqualTo(inForce(whole, day * DAY));
        }
        assertThat(book.all()).isEmpty();
    }

    @Property(tries = 300)
    void erasedAccountIsInNoEarlierOrder(@ForAll long seed) {
        List<Order> orders = orders(new Random(seed), 12);
        OrderBook book = book();
        book.merge(orders, true);
        for (int i = 0; i < 3; i++) {
            String account = "a-" + i;
            Order erasure = book.erasure(account);
            if (erasure != null) {
                assertThat(book.all().stream().filter(order -> order.rank().compareTo(erasure.rank()) < 0))
                        .noneMatch(order -> OrderJson.stored(order).body().contains(account));
            }
        }
    }

    @Property(tries = 300)
    void finalRankReplacesProvisionalOneInAnySequence(@ForAll long seed) {
        Random random = new Random(seed);
        List<Order> orders =
                orders(random, 8).stream().filter(order -> !order.isErasure()).toList();
        OrderBook expected = book();
        expected.merge(orders, true);
        OrderBook book = book();
        Set<String> sent = new HashSet<>();
        for (Order order : orders) {
            Order provisional = order.ranked(new Order.Rank(order.time() + random.nextInt(9), 7), order.time() - DAY);
            if (random.nextBoolean()) {
                book.merge(order, true);
                sent.add(order.id());
            }
            book.merge(provisional, false);
        }
        assertThat(book.unsent()).noneMatch(order -> sent.contains(order.id()));
        assertThat(book.unsent().size() + sent.size()).isEqualTo(orders.size());
        orders.forEach(order -> book.merge(order, true));
        assertThat(book.unsent()).isEmpty();
        assertThat(book.all()).isEqualTo(expected.all());
        assertThat(book.deciding(FILTER, SLOT)).isEqualTo(expected.deciding(FILTER, SLOT));
    }

    private static Order order(int id, String by, String action, int needs, long day) {
        return new Order(
                String.format("%032x", id),
                new Order.Rank(day * DAY, 0),
                day * DAY,
                FILTER,
                by,
                null,
                action,
                "account a-1",
                SLOT,
                List.of("a-1"),
                List.of(),
                action.equals("withdraw"),
                (day + 30) * DAY,
                false,
                needs,
                action,
                Map.of());
    }

    @Test
    void laterOrderReplacesForGood() {
        OrderBook book = book();
        book.merge(order(1, "ann", "block", 1, 10), true);
        Order second = order(2, "bob", "clear", 1, 20).ranked(new Order.Rank(20 * DAY, 0), 0); // ends on day 30
        book.merge(second, true);
        assertThat(book.deciding(FILTER, SLOT)).containsEntry("a-1", second);
        assertThat(inForce(book, 35 * DAY)).isEmpty();
        assertThat(book.status(order(1, "ann", "block", 1, 10), 25 * DAY)).isEqualTo(Status.REPLACED);
        assertThat(book.status(second, 35 * DAY)).isEqualTo(Status.ENDED);
    }

    @Test
    void withdrawalEndsAnOrder() {
        OrderBook book = book();
        Order block = order(1, "ann", "block", 1, 10);
        book.merge(block, true);
        book.merge(order(2, "bob", "withdraw", 1, 11), true);
        assertThat(inForce(book, 12 * DAY)).isEmpty();
        assertThat(book.status(block, 12 * DAY)).isEqualTo(Status.WITHDRAWN);
    }

    @Test
    void twoNamesAgreeWithinAWeekAndWithoutCase() {
        OrderBook book = book();
        Order first = order(1, "ann", "block", 2, 10);
        book.merge(first, true);
        book.merge(order(2, " Ann", "block", 2, 11), true);
        assertThat(book.deciding(FILTER, SLOT)).isEmpty();
        assertThat(book.status(first, 12 * DAY)).isEqualTo(Status.WAITING);
        assertThat(book.status(first, 18 * DAY)).isEqualTo(Status.LAPSED);
        Order agreed = order(3, "bob", "block", 2, 13);
        book.merge(agreed, true);
        assertThat(book.deciding(FILTER, SLOT)).containsEntry("a-1", agreed);
        assertThat(book.names(agreed)).isEqualTo(2);
        assertThat(book.names(first)).isEqualTo(1); // also later
        assertThat(book.asked(agreed)).containsExactly("ann", "bob");
        assertThat(book.status(first, 14 * DAY))
                .as("nobody needs to ask for it any more")
                .isEqualTo(Status.REPLACED);
    }

    @Test
    void askedHasNoNamesFromBeforeADecision() {
        OrderBook book = book();
        book.merge(order(1, "ann", "block", 2, 10), true);
        book.merge(order(2, "bob", "block", 2, 11), true);
        book.merge(order(3, "bob", "withdraw", 1, 12), true);
        Order again = order(4, "ann", "block", 2, 13);
        book.merge(again, true);
        assertThat(book.status(again, 13 * DAY)).isEqualTo(Status.WAITING);
        assertThat(book.asked(again)).containsExactly("ann");
    }

    @Test
    void namesFromBeforeADecisionDoNotCount() {
        OrderBook book = book();
        book.merge(order(1, "ann", "block", 2, 10), true);
        book.merge(order(2, "cat", "withdraw", 1, 11), true);
        book.merge(order(3, "bob", "block", 2, 12), true);
        assertThat(inForce(book, 13 * DAY)).isEmpty();
    }

    @Test
    void namesOfAWeekAgoDoNotCount() {
        OrderBook book = book();
        book.merge(order(1, "ann", "block", 2, 10), true);
        book.merge(order(2, "bob", "block", 2, 18), true);
        assertThat(book.deciding(FILTER, SLOT)).isEmpty();
    }

    @Test
    void ordersOfAnErasedAccountAreReplaced() {
        OrderBook book = book();
        book.merge(order(1, "ann", "block", 1, 10), true);
        book.merge(order(2, "ann", "clear", 2, 11), true);
        Order erasure = MemoryOrders.of(
                RequestedOrders.erasure(book.erasureSubject("a-1"), "ann", 1),
                MemoryOrders.randomId(),
                Order.EVERY_FILTER,
                new Order.Rank(12 * DAY, 0),
                12 * DAY);
        book.merge(erasure, true);
        assertThat(book.all())
                .extracting(order -> book.status(order, 13 * DAY))
                .containsExactly(Status.REPLACED, Status.REPLACED, Status.IN_FORCE);
    }

    @Test
    void finalRankOfAnErasureDecidesInOneDelivery() {
        OrderBook book = book();
        Order erasure = MemoryOrders.of(
                RequestedOrders.erasure(book.erasureSubject("a-1"), "ann", 1),
                "f".repeat(32),
                Order.EVERY_FILTER,
                new Order.Rank(12 * DAY, 0),
                12 * DAY);
        book.merge(erasure, false); // by a clock that was ahead
        Order later = order(1, "ann", "block", 1, 11);
        book.merge(List.of(later, erasure.ranked(new Order.Rank(10 * DAY, 0), 10 * DAY)), true);
        assertThat(book.deciding(FILTER, SLOT)).containsEntry("a-1", later);
    }

    @Test
    void randomIdsAreDifferent() {
        assertThat(MemoryOrders.randomId()).matches("[0-9a-f]{32}").isNotEqualTo(MemoryOrders.randomId());
    }
}
