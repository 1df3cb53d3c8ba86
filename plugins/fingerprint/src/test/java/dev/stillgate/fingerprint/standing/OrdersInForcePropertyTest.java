package dev.stillgate.fingerprint.standing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

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

    /** Returns an order on an account or a cluster, which may need two operators and be a standing order. */
    private static Order mixed(Random random, int index) {
        Order order = order(random, index);
        boolean onCluster = random.nextInt(4) == 0;
        Map<String, Object> details = new HashMap<>(order.details());
        boolean joins = !onCluster && random.nextInt(6) == 0;
        if (joins || (onCluster && random.nextInt(3) == 0)) {
            details.putAll(Map.of("joins", "mark", "of", "%032x".formatted(random.nextInt(20)), "pool", "c1"));
            details.putAll(Map.of("start", 1, "score", 1.0, "asked", 1.0, "origin", 1.0, "bound", 0.0));
        }
        return new Order(
                order.id(),
                order.rank(),
                order.time(),
                order.filter(),
                List.of("ann", "ben").get(random.nextInt(2)),
                order.why(),
                joins && !order.withdraws() ? Join.ACTION : order.action(),
                onCluster ? order.subject() : "account " + order.accounts().getFirst(),
                joins ? OrderKeys.JOIN : order.slot(),
                onCluster ? order.accounts() : order.accounts().subList(0, 1),
                onCluster ? order.except() : List.of(),
                order.withdraws(),
                order.until(),
                true,
                1 + random.nextInt(5) / 4,
                order.action() + order.accounts().getFirst(),
                details);
    }

    @Property(tries = 1000)
    void takingOrdersOverOneByOneGivesTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        OrderBook book = new OrderBook(account -> account);
        MemoryOrders orders = new MemoryOrders(book, "behaviour", () -> NOW);
        OrdersInForce last = OrdersInForce.NONE;
        for (int i = 0; i < 20; i++) {
            book.merge(mixed(random, random.nextInt(10) == 0 ? random.nextInt(20) : i), true);
            last = OrdersInForce.of(orders, last);
            assertThat(state(last)).isEqualTo(state(OrdersInForce.of(orders)));
        }
    }

    private static List<Object> state(OrdersInForce orders) {
        Stream<String> subjects = Stream.concat(
                ACCOUNTS.stream().map(OrderKeys::ofAccount),
                IntStream.range(0, 3).mapToObj(i -> OrderKeys.ofCluster("c" + i)));
        List<@Nullable Order> waiting = new ArrayList<>();
        List<List<Order>> asked = new ArrayList<>();
        subjects.forEach(subject -> {
            Order order = orders.waiting(subject);
            waiting.add(order);
            asked.add(order == null ? List.of() : orders.asked(order));
        });
        List<@Nullable List<String>> clusters = new ArrayList<>();
        IntStream.range(0, 3).forEach(i -> {
            Cluster cluster = orders.cluster("c" + i, NOW);
            clusters.add(cluster == null ? null : List.copyOf(cluster.accounts));
        });
        List<StandingOrder> standing = List.copyOf(orders.standingOrders());
        return List.of(
                Map.copyOf(orders.pins()),
                Map.copyOf(orders.labels()),
                Map.copyOf(orders.joins()),
                standing,
                waiting,
                asked,
                clusters);
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
