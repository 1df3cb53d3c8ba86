package dev.stillgate.fingerprint.standing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Standing orders and joins as a function of the orders and the time. */
class JoinsInForceTest {
    private final Campaign campaign = new Campaign();

    @Test
    void confirmationWithoutJoinsIsNoStandingOrder() {
        campaign.judge("confirm", Map.of(), Duration.ofDays(14));
        assertThat(campaign.inForce().standingOrders()).isEmpty();
    }

    @Test
    void standingOrderHasTheAccountsThatAPersonConfirmed() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1");
        campaign.judge("refute", "s2");
        StandingOrder inForce = campaign.inForce().standingOrders().getFirst();
        assertThat(inForce.accounts()).containsExactly("s1", "s3");
        assertThat(inForce.pool()).isEqualTo("c3");
        assertThat(inForce.isOpen(campaign.now)).isTrue();
    }

    @Test
    void joinIsWhatWasWritten() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1");
        Join join = campaign.inForce().joins().get("x1");
        assertThat(join)
                .isEqualTo(new Join(
                        order.id(),
                        "x1",
                        "c7",
                        "c3",
                        Joins.POOL,
                        Campaign.NOW,
                        3,
                        4.5,
                        2.5,
                        2,
                        0.0001,
                        List.of("template +2.5", "client +2.0")));
    }

    @Test
    void endOfTheOrderEndsJoiningAndNoJoin() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1");
        OrdersInForce before = campaign.inForce();
        campaign.now += Duration.ofDays(14).toMillis();
        assertThat(before.holdsAt(campaign.now)).isFalse();
        assertThat(campaign.inForce().standingOrders()).isEmpty();
        assertThat(campaign.inForce().joins()).containsKey("x1");
        OrdersInForce last = campaign.inForce();
        campaign.now = Campaign.NOW + Campaign.LIFETIME.toMillis();
        assertThat(last.holdsAt(campaign.now)).isFalse();
        assertThat(campaign.inForce().joins()).isEmpty();
    }

    @Test
    void withdrawalOrRefutationOfTheOrderEndsItsJoins() {
        for (String action : List.of("unlabel", "refute")) {
            StandingOrder order = campaign.confirm(Joins.POOL);
            campaign.join(order, action);
            assertThat(campaign.inForce().joins()).containsOnlyKeys(action);
            campaign.give(action, "cluster c7", Campaign.SEEDS, action.equals("unlabel"), Map.of(), Campaign.LIFETIME);
            assertThat(campaign.inForce().joins()).isEmpty();
            assertThat(campaign.inForce().standingOrders()).isEmpty();
        }
    }

    @Test
    void withdrawalByIdEndsTheJoinsOfThatOrderOnly() {
        StandingOrder first = campaign.confirm(Joins.POOL);
        campaign.join(first, "x1");
        StandingOrder second = campaign.confirm(Joins.MARK);
        campaign.join(second, "x2");
        campaign.withdraw(second.order());
        assertThat(campaign.inForce().joins()).containsOnlyKeys("x1");
        assertThat(campaign.inForce().standingOrders()).isEmpty();
    }

    @Test
    void historyShowsTheJoinAndItsEnd() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1");
        campaign.now += 1000;
        campaign.give("unlabel", "cluster c7", Campaign.SEEDS, true, Map.of(), Campaign.LIFETIME);
        Ladder ladder = new Ladder();
        ladder.obey(campaign.inForce());
        assertThat(new StandingHistory(ladder, campaign.orders, List.of("x1")).of("x1"))
                .extracting(StandingHistory.Event::standing)
                .containsExactly(Standing.POOLED, Standing.CLEAR);
    }

    @Test
    void laterConfirmationReplacesTheOrderAndKeepsItsJoins() {
        campaign.join(campaign.confirm(Joins.POOL), "x1");
        StandingOrder later = campaign.confirm(Joins.MARK);
        assertThat(campaign.inForce().standingOrders())
                .extracting(StandingOrder::id)
                .containsExactly(later.id());
        assertThat(campaign.inForce().joins()).containsOnlyKeys("x1");
    }

    @Test
    void firstOfTwoRecordsOfAJoinCounts() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1");
        campaign.now += 1000;
        campaign.join(order, "x1", 0.5);
        assertThat(campaign.inForce().joins().get("x1").at()).isEqualTo(Campaign.NOW);
        assertThat(campaign.inForce().joinsUnder(order.id()).joined("x1")).isNotNull();
        assertThat(campaign.inForce().joinsUnder(order.id()).joined("x2")).isNull();
    }

    @Test
    void judgementOfAnAccountEndsItsJoin() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        for (String action : List.of("refute", "vouch", "confirm")) {
            campaign.join(order, action);
            campaign.judge(action, action);
        }
        assertThat(campaign.inForce().joins()).isEmpty();
        assertThat(campaign.inForce().joinsUnder(order.id()).joined("refute")).isNotNull();
    }

    @Test
    void boundAboveThePromisePoolsNoAccount() {
        StandingOrder order = campaign.confirm(Joins.POOL);
        campaign.join(order, "x1", 0.0011);
        assertThat(campaign.inForce().joins().get("x1").effect()).isEqualTo(Joins.MARK);
    }
}
