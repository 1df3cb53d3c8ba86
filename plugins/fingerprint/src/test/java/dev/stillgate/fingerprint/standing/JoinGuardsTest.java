package dev.stillgate.fingerprint.standing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guards of a standing order. */
class JoinGuardsTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Campaign campaign = new Campaign();
    private final StandingOrder order = campaign.confirm(Joins.POOL);
    private final Ladder ladder = new Ladder();

    private StandingOrder inForce() {
        return campaign.inForce().standingOrders().getFirst();
    }

    private Ladder ladder() {
        ladder.obey(campaign.inForce());
        return ladder;
    }

    @Test
    void classOfFortyIsMarkedBeyondTheFifthInAnHourAndTheOrderGoesOn() {
        campaign.join(order, "x", 40);
        assertThat(campaign.pooled()).isEqualTo(JoinGuards.LEAST_AN_HOUR);
        assertThat(campaign.inForce().joins().values())
                .extracting(Join::effect)
                .containsOnly(Joins.POOL, Joins.MARK)
                .hasSize(40);
        assertThat(campaign.inForce().joinsUnder(order.id()).joined())
                .filteredOn(JoinsOfOrder.Joined::isExcess)
                .hasSize(35);
        assertThat(inForce().isOpen(campaign.now)).isTrue();
        campaign.now += HOUR;
        campaign.join(order, "y1");
        assertThat(campaign.inForce().joins().get("y1").effect()).isEqualTo(Joins.POOL);
    }

    private boolean mayJoin(String account) {
        return campaign.inForce().joinsUnder(order.id()).mayJoin(account, campaign.now, 0);
    }

    @Test
    void accountInExcessIsPooledByALaterJoinWithinTheRate() {
        campaign.join(order, "x", 7);
        assertThat(mayJoin("x5")).as("the hour is full").isFalse();
        campaign.join(order, "x5");
        assertThat(campaign.pooled()).isEqualTo(JoinGuards.LEAST_AN_HOUR);
        campaign.now += HOUR;
        assertThat(mayJoin("x5")).as("its operators had no day to look").isFalse();
        campaign.now += 23 * HOUR;
        assertThat(mayJoin("x5")).isTrue();
        assertThat(mayJoin("x0")).as("it is pooled already").isFalse();
        campaign.join(order, "x5");
        campaign.join(order, "x5");
        assertThat(campaign.inForce().joins().get("x5").effect()).isEqualTo(Joins.POOL);
        assertThat(campaign.inForce().joins().get("x6").effect()).isEqualTo(Joins.MARK);
        campaign.join(order, "y", 5);
        assertThat(campaign.pooled())
                .as("a repeated join takes no place of the hour")
                .isEqualTo(2 * JoinGuards.LEAST_AN_HOUR);
        assertThat(campaign.inForce().joinsUnder(order.id()).joined()).hasSize(12);
    }

    @Test
    void accountInExcessWhoseJoinAnOperatorEndedNeverJoinsAgain() {
        campaign.join(order, "x", 6);
        campaign.withdraw(campaign.inForce().joinsUnder(order.id()).joined("x5").record());
        campaign.now += HOUR;
        assertThat(mayJoin("x5")).isFalse();
        campaign.join(order, "x5");
        assertThat(campaign.inForce().joins()).doesNotContainKey("x5");
    }

    @Test
    void rateGrowsWithTheMeanOfTheWeekAndNotWithTheExcess() {
        for (int hour = 0; hour < 7 * 24; hour++) {
            campaign.join(order, "h" + hour + "-", 6);
            campaign.now += HOUR;
        }
        assertThat(campaign.inForce().joinsUnder(order.id()).limitAnHour(campaign.now))
                .as("below three times six, since the sixth of an hour was in excess at first")
                .isBetween(15L, 17L);
    }

    @Test
    void threeRefutedOfTheLastThirtyJudgedSuspendTheOrder() {
        for (int i = 0; i < 33; i++) {
            campaign.join(order, "x" + i);
            campaign.now += HOUR;
        }
        for (int i = 0; i < 31; i++) {
            campaign.judge(i == 0 || i > 28 ? "refute" : "confirm", "x" + i);
        }
        assertThat(inForce().isSuspended())
                .as("two of the last thirty, and one before")
                .isFalse();
        assertThat(inForce().isOpen(campaign.now)).isTrue();
        campaign.judge("vouch", "x31");
        assertThat(inForce().isSuspended()).isTrue();
        assertThat(inForce().isOpen(campaign.now)).isFalse();
        assertThat(campaign.inForce().joins()).as("joiners stay").containsOnlyKeys("x32");
        campaign.confirm(Joins.POOL);
        assertThat(inForce().isOpen(campaign.now)).as("a person decides anew").isTrue();
    }

    @Test
    void refutationBeforeTheJoinDoesNotCount() {
        for (int i = 0; i < 3; i++) {
            campaign.judge("refute", "x" + i);
            campaign.join(order, "x" + i);
        }
        assertThat(inForce().isSuspended()).isFalse();
    }

    @Test
    void oneJoinerInTenIsReleasedBecauseItIsVerified() {
        campaign.join(order, "x", 5);
        release("x0");
        release("x1");
        assertThat(campaign.inForce().joins()).containsOnlyKeys("x1", "x2", "x3", "x4");
        campaign.join(order, "y", 6);
        release("x1");
        assertThat(campaign.inForce().joins()).doesNotContainKeys("x0", "x1");
        assertThat(mayJoin("x0")).as("it never joins again").isFalse();
    }

    private void release(String account) {
        Join join = campaign.inForce().joins().get(account);
        campaign.orders.give(Join.release(join, campaign.now + HOUR));
    }

    @Test
    void withdrawalOfAJoinByAnOperatorIsNotCounted() {
        campaign.join(order, "x", 3);
        for (String account : new String[] {"x0", "x1"}) {
            campaign.withdraw(
                    campaign.inForce().joinsUnder(order.id()).joined(account).record());
        }
        assertThat(campaign.inForce().joins()).containsOnlyKeys("x2");
        assertThat(campaign.inForce().joinsUnder(order.id()).released()).isZero();
    }

    @Test
    void joinersNeverTrainTheProfile() {
        campaign.join(order, "x", 5);
        assertThat(inForce().accounts()).containsExactlyElementsOf(Campaign.SEEDS);
        assertThat(campaign.inForce().labels()).containsOnlyKeys(Campaign.SEEDS);
    }

    @Test
    void joinerIsPooledWithTheCampaignAlsoIfItIsVerified() {
        campaign.join(order, "x0");
        assertThat(ladder().standing("x0", account -> true)).isEqualTo(Standing.POOLED);
        assertThat(ladder().groups()).containsEntry("x0", "c3");
        assertThat(ladder().confirmedDespiteVerification()).contains("x0");
        assertThat(ladder().isClear("x0")).isFalse();
        assertThat(ladder().standings(account -> false)).containsEntry("x0", Standing.POOLED);
    }

    @Test
    void excessIsMarkedAndCapped() {
        campaign.join(order, "x", 6);
        assertThat(ladder().standing("x5")).isEqualTo(Standing.MARKED);
        assertThat(ladder().confirmedDespiteVerification()).doesNotContain("x5");
    }

    @Test
    void orderOnTheQueueChangesNoStanding() {
        campaign.join(campaign.confirm(Joins.QUEUE), "x0");
        assertThat(ladder().standing("x0")).isEqualTo(Standing.CLEAR);
        assertThat(ladder().standings(account -> false)).doesNotContainKey("x0");
    }

    @Test
    void evidenceRaisesAJoinerFurther() {
        campaign.join(order, "x0");
        ladder.climb("x0", Standing.BLOCKED, 9, List.of(), "c9", campaign.now);
        assertThat(ladder().standing("x0")).isEqualTo(Standing.BLOCKED);
    }
}
