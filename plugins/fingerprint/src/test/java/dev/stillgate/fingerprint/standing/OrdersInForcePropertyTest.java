package dev.stillgate.fingerprint.standing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Standings as a function of evidence and orders. */
class OrdersInForcePropertyTest {
    private static final long NOW = 1_770_000_000_000L;
    private static final List<String> ACCOUNTS = List.of("a", "b", "c", "d");
    private static final List<String> ACTIONS = List.of("standing", "confirm", "refute", "vouch", "unpin", "unlabel");
    private static final List<String> RUNGS = List.of("clear", "marked", "tightened", "pooled", "blocked");

    private static Order order(Random random, int index) {
        String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
        List<String> accounts =
                ACCOUNTS.stream().filter(account -> random.nextBoolean()).toList();
        List<String> about = accounts.isEmpty() ? List.of("a") : accounts;
        int exceptions = action.equals("confirm") ? about.size() / 2 : 0;
        boolean sets = action.equals("standing") || action.equals("unpin");
        return new Order(
                "%032x".formatted(index),
                new Order.Rank(NOW - 1000 + index, 0),
                NOW - 1000 + index,
                "behaviour",
                "ann",
                "why",
                action,
                "cluster c" + random.nextInt(3),
                sets ? OrderKeys.STANDING : OrderKeys.JUDGEMENT,
                about.subList(exceptions, about.size()),
                about.subList(0, exceptions),
                action.startsWith("un"),
                NOW + random.nextInt(4000) - 1000,
                true,
                1,
                "",
                Map.of(
                        "standing",
                        RUNGS.get(random.nextInt(RUNGS.size())),
                        "cluster",
                        "c" + random.nextInt(3),
                        "verified",
                        random.nextBoolean()));
    }

    private static Order withdrawal(String slot) {
        return new Order(
                "withdrawal of " + slot,
                new Order.Rank(NOW + 1, 0),
                NOW + 1,
                "behaviour",
                "ben",
                null,
                "taken back",
                "cluster c1",
                slot,
                ACCOUNTS,
                List.of(),
                true,
                NOW + 1_000_000,
                true,
                1,
                "",
                Map.of());
    }

    private static List<Order> orders(Random random, int count) {
        return new ArrayList<>(
                IntStream.range(0, count).mapToObj(i -> order(random, i)).toList());
    }

    private static OrdersInForce inForce(List<Order> orders, long now) {
        OrderBook book = new OrderBook(account -> account);
        orders.forEach(order -> book.merge(order, true));
        return OrdersInForce.of(new MemoryOrders(book, "behaviour", () -> now));
    }

    private static Ladder ladder(Random random) {
        Ladder ladder = new Ladder();
        ACCOUNTS.forEach(account -> climb(ladder, account, random));
        return ladder;
    }

    private static void climb(Ladder ladder, String account, Random random) {
        Standing rung = Standing.values()[random.nextInt(3)];
        ladder.climb(account, rung, 5, List.of(), "c" + random.nextInt(3), NOW);
    }

    private static Map<String, Standing> standings(Ladder ladder, OrdersInForce orders) {
        ladder.obey(orders);
        return ladder.standings(account -> false);
    }

    @Property(tries = 300)
    void orderOfArrivalDoesNotMatter(@ForAll long seed, @ForAll @IntRange(max = 12) int count) {
        Random random = new Random(seed);
        List<Order> orders = orders(random, count);
        Ladder ladder = ladder(random);
        Map<String, Standing> expected = standings(ladder, inForce(orders, NOW));
        Map<String, String> groups = ladder.groups();
        List<Order> shuffled = new ArrayList<>(orders);
        shuffled.addAll(orders.subList(0, count / 2));
        Collections.shuffle(shuffled, random);
        assertThat(standings(ladder, inForce(shuffled, NOW))).isEqualTo(expected);
        assertThat(ladder.groups()).isEqualTo(groups);
    }

    @Property(tries = 300)
    void evidenceEndsNoOrder(@ForAll long seed, @ForAll @IntRange(max = 12) int count) {
        Random random = new Random(seed);
        Ladder ladder = ladder(random);
        ladder.obey(inForce(orders(random, count), NOW));
        Map<String, Pin> pins = Map.copyOf(ladder.orders().pins());
        Map<String, Label> labels = Map.copyOf(ladder.orders().labels());
        for (int i = 0; i < 10; i++) {
            climb(ladder, ACCOUNTS.get(random.nextInt(4)), random);
        }
        ladder.expire(random.nextInt(1000), NOW + random.nextInt(2000));
        for (String account : ACCOUNTS) {
            Label label = labels.get(account);
            assertThat(ladder.pin(account)).isEqualTo(pins.get(account));
            assertThat(ladder.label(account)).isEqualTo(label);
            if (pins.containsKey(account)) {
                assertThat(ladder.standing(account)).isEqualTo(pins.get(account).standing());
            } else if (label != null && label.kind() == LabelKind.CONFIRMED) {
                assertThat(ladder.standing(account).reaches(Standing.POOLED)).isTrue();
            } else if (label != null) {
                assertThat(ladder.standing(account).reaches(Standing.POOLED)).isFalse();
            }
        }
    }

    @Property(tries = 300)
    void withdrawalRestoresWhatEvidenceSays(@ForAll long seed, @ForAll @IntRange(max = 12) int count) {
        Random random = new Random(seed);
        List<Order> orders = orders(random, count);
        Ladder ladder = ladder(random);
        Map<String, Standing> evidence = standings(ladder, OrdersInForce.NONE);
        orders.add(withdrawal(OrderKeys.STANDING));
        orders.add(withdrawal(OrderKeys.JUDGEMENT));
        Collections.shuffle(orders, random);
        assertThat(standings(ladder, inForce(orders, NOW + 2))).isEqualTo(evidence);
    }

    @Property(tries = 300)
    void endedOrderHasNoEffectAndRestoresNone(@ForAll long seed, @ForAll @IntRange(max = 12) int count) {
        Random random = new Random(seed);
        List<Order> orders = orders(random, count);
        Ladder ladder = ladder(random);
        Map<String, Standing> evidence = standings(ladder, OrdersInForce.NONE);
        assertThat(standings(ladder, inForce(orders, NOW + 3000))).isEqualTo(evidence);
        OrdersInForce now = inForce(orders, NOW);
        assertThat(now.pins().values()).allMatch(pin -> pin.order().lasts(NOW));
        assertThat(now.labels().values()).allMatch(label -> label.order().lasts(NOW));
        for (long at = NOW; at < NOW + 3000 && now.holdsAt(at); at += 7) {
            OrdersInForce later = inForce(orders, at);
            assertThat(later.pins()).isEqualTo(now.pins());
            assertThat(later.labels()).isEqualTo(now.labels());
        }
    }
}
