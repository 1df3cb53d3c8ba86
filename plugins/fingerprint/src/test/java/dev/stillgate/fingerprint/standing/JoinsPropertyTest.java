package dev.stillgate.fingerprint.standing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderBook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Joins under standing orders on one cluster, as a function of random orders: confirmations, joins, and what ends these. */
class JoinsPropertyTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final int ACCOUNTS = 12;

    /** A campaign with random orders, and the standing orders that it has had. */
    private record Given(Campaign campaign, List<StandingOrder> standing) {
        private OrdersInForce inForce(List<Order> orders) {
            OrderBook book = new OrderBook(account -> "h-" + account);
            orders.forEach(order -> book.merge(order, true));
            return OrdersInForce.of(new MemoryOrders(book, "behaviour", () -> campaign.now));
        }

        private StandingOrder any(Random random) {
            return standing.get(random.nextInt(standing.size()));
        }
    }

    private static String account(Random random) {
        return "x" + random.nextInt(ACCOUNTS);
    }

    private static Given given(Random random, int count) {
        Campaign campaign = new Campaign();
        Given given = new Given(campaign, new ArrayList<>(List.of(campaign.confirm(Joins.POOL))));
        for (int i = 0; i < count; i++) {
            campaign.now += random.nextInt(4) == 0 ? HOUR : random.nextInt(60_000);
            String account = account(random);
            JoinsOfOrder.Joined joined =
                    campaign.inForce().joinsUnder(given.any(random).id()).joined(account);
            switch (random.nextInt(12)) {
                case 0 -> given.standing.add(campaign.confirm(Joins.values()[random.nextInt(3)]));
                case 1 -> campaign.judge(List.of("confirm", "refute", "vouch").get(random.nextInt(3)), account);
                case 2 -> campaign.judge(random.nextBoolean() ? "refute" : "confirm", Map.of(), Campaign.LIFETIME);
                case 3 -> {
                    if (joined != null && random.nextBoolean()) {
                        campaign.withdraw(joined.record());
                    } else if (joined != null) {
                        campaign.orders.give(
                                Join.release(joined.join(), joined.record().until()));
                    }
                }
                default -> campaign.join(given.any(random), account, random.nextInt(5) == 0 ? 0.5 : 0.0001);
            }
        }
        return given;
    }

    @Property(tries = 300)
    void gatewaysAgreeWhateverTheOrderOfArrivalAndRepetition(@ForAll long seed, @ForAll @IntRange(max = 60) int count) {
        Random random = new Random(seed);
        Given given = given(random, count);
        OrdersInForce expected = given.campaign.inForce();
        List<Order> arrived = new ArrayList<>(given.campaign.orders.all());
        arrived.addAll(arrived.subList(0, arrived.size() / 2));
        Collections.shuffle(arrived, random);
        OrdersInForce other = given.inForce(arrived);
        assertThat(other.joins()).isEqualTo(expected.joins());
        assertThat(other.standingOrders()).isEqualTo(expected.standingOrders());
    }

    @Property(tries = 300)
    void joinThatIsWrittenAgainTakesNothingAwayAndCountsOnce(@ForAll long seed, @ForAll @IntRange(max = 60) int count) {
        Random random = new Random(seed);
        Given given = given(random, count);
        Map<String, Join> before = new HashMap<>(given.campaign.inForce().joins());
        StandingOrder order = given.any(random);
        String account = account(random);
        given.campaign.join(order, account);
        Map<String, Join> once = new HashMap<>(given.campaign.inForce().joins());
        given.campaign.join(order, account);
        Map<String, Join> twice = new HashMap<>(given.campaign.inForce().joins());
        assertThat(twice).as("another gateway wrote it too").isEqualTo(once);
        Join earlier = before.remove(account);
        Join later = once.remove(account);
        assertThat(once).as("the others").isEqualTo(before);
        if (earlier != null) {
            assertThat(later).isNotNull().extracting(Join::effect).isIn((Object[]) atLeast(earlier.effect()));
        }
    }

    private static Joins[] atLeast(Joins effect) {
        return List.of(Joins.values())
                .subList(effect.ordinal(), Joins.values().length)
                .toArray(Joins[]::new);
    }

    @Property(tries = 300)
    void noHourHasMorePooledJoinsThanTheRate(@ForAll long seed, @ForAll @IntRange(max = 60) int count) {
        Given given = given(new Random(seed), count);
        OrdersInForce inForce = given.campaign.inForce();
        for (StandingOrder order : given.standing) {
            List<Long> times = inForce.joinsUnder(order.id()).joined().stream()
                    .filter(joined -> joined.join().pools())
                    .map(joined -> joined.join().at())
                    .sorted()
                    .toList();
            for (int i = JoinGuards.LEAST_AN_HOUR; i < times.size(); i++) {
                assertThat(times.get(i) - times.get(i - JoinGuards.LEAST_AN_HOUR))
                        .isGreaterThanOrEqualTo(HOUR);
            }
        }
    }

    @Property(tries = 300)
    void judgedAccountHasNoJoinAndAnEndedOneStaysEnded(@ForAll long seed, @ForAll @IntRange(max = 60) int count) {
        Given given = given(new Random(seed), count);
        OrdersInForce inForce = given.campaign.inForce();
        assertThat(inForce.joins().keySet())
                .doesNotContainAnyElementsOf(inForce.labels().keySet());
        inForce.joins()
                .forEach((account, join) -> assertThat(Objects.requireNonNull(
                                        inForce.joinsUnder(join.order()).joined(account))
                                .end())
                        .isNull());
    }
}
