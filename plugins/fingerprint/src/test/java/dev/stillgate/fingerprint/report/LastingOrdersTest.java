package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders of operators as records: ends, repetitions, approvals, forgotten clusters, erasures. */
class LastingOrdersTest {
    private static final long DAY = 24 * Scene.HOUR;
    private static final String[] MEMBERS = accounts(12);

    private final Scene scene = new Scene().seen(30, MEMBERS).found(Standing.MARKED, MEMBERS);

    private static String[] accounts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "a-" + i).toArray(String[]::new);
    }

    private static Map<String, Object> arguments(String by, Object... more) {
        Map<String, Object> arguments = new HashMap<>(Map.of("by", by, "why", "one pipeline"));
        for (int i = 0; i < more.length; i += 2) {
            arguments.put((String) more[i], more[i + 1]);
        }
        return arguments;
    }

    private Map<String, Object> judge(LabelKind kind, String by, Object... more) {
        Map<String, Object> arguments = arguments(by, more);
        arguments.putIfAbsent("revision", 1);
        return scene.does(op -> op.labels().labelCluster(kind, "c1", arguments));
    }

    private Map<String, Object> vouch(String account, String by, Object... more) {
        return scene.does(op -> op.labels().labelAccount(LabelKind.VOUCHED, account, arguments(by, more)));
    }

    private Map<String, Object> pin(String account, String standing, String by, Object... more) {
        Map<String, Object> arguments = arguments(by, more);
        arguments.put("standing", standing);
        return scene.does(op -> op.pin(account, arguments));
    }

    private Map<String, Object> unpin(String account, String by) {
        return scene.does(op -> op.unpin(account, arguments(by)));
    }

    private Standing standing(String account) {
        return scene.analyst.ladder().standing(account);
    }

    private Label label(String account) {
        return scene.analyst.ladder().label(account);
    }

    private Collection<Order> records() {
        return scene.orders.all();
    }

    private void needs(int approvals) {
        scene.reviews(new ReviewSettings(approvals, Duration.ofDays(90), 10));
    }

    private static Object already(Map<String, Object> page) {
        return ((Map<?, ?>) page.get("decided")).get("already");
    }

    @Test
    void repeatedJudgementWithAnotherEndReplacesTheEnd() {
        judge(LabelKind.CONFIRMED, "ann", "for", "10d");
        scene.now += 9 * DAY;
        assertThat(already(judge(LabelKind.CONFIRMED, "ann", "for", "90d"))).isEqualTo(false);
        scene.tend(scene.now + 2 * DAY);
        assertThat(standing("a-0")).as("day 11").isEqualTo(Standing.POOLED);
        judge(LabelKind.CONFIRMED, "ann", "for", "1d");
        scene.tend(scene.now + 2 * DAY);
        assertThat(standing("a-0")).as("shortened").isEqualTo(Standing.MARKED);
    }

    @Test
    void repeatedVouchOfTheSameOperatorIsExtended() {
        vouch("a-0", "ann", "for", "10d");
        assertThat(vouch("a-0", "Ann", "for", "10d")).containsEntry("already", true);
        assertThat(records()).hasSize(1);
        vouch("a-0", "ann", "for", "90d");
        assertThat(label("a-0").order().until()).isEqualTo(scene.now + 90 * DAY);
    }

    @Test
    void repeatedPinWritesNothing() {
        pin("a-0", "blocked", "ann", "for", "10d");
        assertThat(pin("a-0", "blocked", "ann", "for", "10d")).containsEntry("already", true);
        assertThat(records()).hasSize(1);
        pin("a-0", "blocked", "ann", "for", "20d");
        assertThat(records()).hasSize(2);
    }

    @Test
    void nothingIsARepetitionWhileTheStoreIsLost() {
        pin("a-0", "blocked", "ann", "for", "10d");
        scene.mayLackOrders = true;
        pin("a-0", "blocked", "ann", "for", "10d");
        assertThat(records()).as("another gateway may have taken it back").hasSize(2);
        unpin("a-1", "ann");
        assertThat(records()).as("another gateway may have pinned it").hasSize(3);
        assertThat(List.copyOf(records()).getLast())
                .satisfies(order -> assertThat(order.accounts()).containsExactly("a-1"))
                .satisfies(order -> assertThat(order.withdraws()).isTrue())
                .satisfies(order -> assertThat(order.until()).isGreaterThan(scene.now + 3_650 * DAY));
        assertThat(already(judge(LabelKind.CONFIRMED, "ann"))).isEqualTo(false);
        assertThat(already(judge(LabelKind.CONFIRMED, "ann"))).isEqualTo(false);
        assertThat(records()).hasSize(5);
    }

    @Test
    void judgementOfAForgottenClusterIsShownRefutedAndTakenBack() {
        judge(LabelKind.CONFIRMED, "ann", "for", "80d");
        scene.tend(scene.now + 30 * DAY);
        scene.analyst.clusters().forget(Long.MAX_VALUE);
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        assertThat(scene.reports.cluster("c1"))
                .containsEntry("size", 12)
                .containsEntry("revision", 1)
                .extractingByKey("timeline")
                .asString()
                .contains("confirmed by ann: one pipeline");
        assertThat(scene.reports.dossier("c1")).isNotNull();
        judge(LabelKind.REFUTED, "ben", "except", List.of("a-1"));
        assertThat(standing("a-0")).isEqualTo(Standing.CLEAR);
        scene.does(op -> op.labels().unlabelCluster("c1", Map.of("by", "ann")));
        assertThat(label("a-0")).isNull();
        assertThat(label("a-1")).isNull();
        assertThat(scene.reports.cluster("c1")).as("no order lasts").isNull();
    }

    @Test
    void newClusterGetsNoIdThatOrdersName() {
        judge(LabelKind.CONFIRMED, "ann");
        Analyst other = new Analyst(scene.analyst.settings(), scene.orders);
        other.obey();
        assertThat(other.clusters()
                        .take(new Link(LinkKind.FACT, "payment", 2, 9, 0.003), List.of("x", "y"), scene.now)
                        .id)
                .isEqualTo("c2");
    }

    @Test
    void orderOfOneGatewayIsToldAtAll() {
        scene.now += 5;
        judge(LabelKind.CONFIRMED, "ann", "for", "10d");
        Scene other = new Scene(scene.book).seen(30, MEMBERS).found(Standing.MARKED, MEMBERS);
        other.now = scene.now;
        other.analyst.obey();
        assertThat(other.analyst.standings()).containsEntry("a-0", Standing.POOLED);
        assertThat(other.reports.cluster("c1").get("timeline").toString())
                .containsSubsequence("found with 12 accounts", "confirmed by ann: one pipeline, until=");
        assertThat(other.reports.account("a-0").get("changes").toString())
                .containsSubsequence(
                        "standing=marked", "standing=pooled", "what=confirmed", "by=ann", "why=one pipeline");
        assertThat(other.reports.dossier("c1").get("changes").toString())
                .contains("to=pooled, accounts=12, ordered=true");
    }

    @Test
    void endOfAnOrderIsPartOfTheHistory() {
        pin("a-0", "blocked", "ann", "for", "2d");
        scene.tend(scene.now + 3 * DAY);
        assertThat(scene.reports.account("a-0").get("changes").toString())
                .containsSubsequence("standing=marked", "standing=blocked", "order={", "standing=marked", "ended={");
    }

    @Test
    void pinsAtPooledAndAboveNeedTheOtherOperator() {
        needs(2);
        assertThat(pin("a-0", "blocked", "ann").get("pending").toString())
                .contains("what=pinned to blocked", "by=ann", "awaited=one operator other than that one");
        assertThat(pin("a-0", "blocked", "ANN ")).as("no other name").containsKey("pending");
        assertThat(records()).hasSize(1);
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
        pin("a-0", "blocked", "ben");
        assertThat(standing("a-0")).isEqualTo(Standing.BLOCKED);
        assertThat(unpin("a-0", "ann")).containsKey("pending");
        assertThat(standing("a-0")).isEqualTo(Standing.BLOCKED);
        assertThat(pin("a-0", "clear", "ann")).as("frees").containsKey("pending");
        assertThat(unpin("a-0", "ben")).doesNotContainKey("pinned");
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
        pin("a-1", "clear", "ann");
        assertThat(standing("a-1")).as("below pooled").isEqualTo(Standing.CLEAR);
    }

    @Test
    void takingBackAPoolNeedsTheOtherOperator() {
        judge(LabelKind.CONFIRMED, "ann");
        needs(2);
        assertThat(scene.does(op -> op.labels().unlabelCluster("c1", Map.of("by", "ann"))))
                .containsKey("pending");
        assertThat(scene.does(op -> op.labels().unlabel("a-0", Map.of("by", "ann"))))
                .containsKey("pending");
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        scene.does(op -> op.labels().unlabelCluster("c1", Map.of("by", "ben")));
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
    }

    @Test
    void erasureOfABlockedAccountNeedsTheOtherOperator() {
        pin("a-0", "blocked", "ann");
        needs(2);
        assertThat(scene.reports.operatorsToErase("a-0")).isEqualTo(2);
        assertThat(scene.reports.operatorsToErase("a-1")).isEqualTo(1);
        needs(1);
        assertThat(scene.reports.operatorsToErase("a-0")).isEqualTo(1);
    }

    @Test
    void accountThatItsOrderErasedIsKnownToTheAction() {
        Pins.erase(scene.book, "a-0", () -> scene.now);
        assertThat(scene.does(op -> op.erase("a-0", Map.of()))).isEqualTo(Map.of("erased", true));
        assertThat(scene.does(op -> op.erase("unseen", Map.of()))).isNull();
    }

    @Test
    void approvalsOfTwoGatewaysAddUpAndAreListedInTheQueue() {
        needs(2);
        judge(LabelKind.CONFIRMED, "ann");
        Scene other = new Scene(scene.book).seen(30, MEMBERS).found(Standing.MARKED, MEMBERS);
        other.reviews(new ReviewSettings(2, Duration.ofDays(90), 10));
        other.analyst.obey();
        assertThat(other.reports.review(5).get("items").toString()).contains("pending={what=confirmed, by=ann");
        Map<String, Object> agreed = arguments("bob", "revision", 1);
        other.does(op -> op.labels().labelCluster(LabelKind.CONFIRMED, "c1", agreed));
        scene.analyst.obey();
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
    }

    @Test
    void waitingOrderLapsesAfterAWeek() {
        needs(2);
        judge(LabelKind.CONFIRMED, "ann");
        scene.tend(scene.now + 8 * DAY);
        assertThat(scene.reports.cluster("c1")).doesNotContainKey("pending");
        assertThat(judge(LabelKind.CONFIRMED, "bob").get("pending").toString()).contains("by=bob, ", "approvals=1");
    }

    @Test
    void requestThatALaterOrderOnAMemberReplacesIsAskedForAnew() {
        needs(2);
        judge(LabelKind.CONFIRMED, "ann");
        for (String by : List.of("ben", "cy")) {
            scene.does(op -> op.labels().labelAccount(LabelKind.REFUTED, "a-7", arguments(by)));
        }
        assertThat(scene.reports.cluster("c1")).doesNotContainKey("pending");
        assertThat(judge(LabelKind.CONFIRMED, "ann").get("pending").toString()).contains("by=ann, ", "approvals=1");
        judge(LabelKind.CONFIRMED, "bob");
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        assertThat(standing("a-7")).isEqualTo(Standing.POOLED);
    }

    @Test
    void oneLookAtAClockThatIsAheadEndsNoOrder() {
        pin("a-0", "blocked", "ann", "for", "30d");
        judge(LabelKind.CONFIRMED, "ann", "for", "30d");
        long right = scene.now;
        scene.now = right + 400 * DAY;
        scene.analyst.obey();
        assertThat(standing("a-0")).isNotEqualTo(Standing.BLOCKED);
        scene.now = right;
        scene.analyst.obey();
        assertThat(scene.analyst.standings())
                .containsEntry("a-0", Standing.BLOCKED)
                .containsEntry("a-1", Standing.POOLED);
    }

    @Test
    void wallClockThatIsAheadEndsNoStandingWhileTheClockOfOrdersStands() {
        pin("a-0", "blocked", "ann", "for", "30d");
        judge(LabelKind.CONFIRMED, "ann", "for", "30d", "except", List.of("a-2"));
        scene.seen(30, "b-1", "b-2").found(Standing.MARKED, "b-1", "b-2");
        Map<String, Standing> before = scene.analyst.standings();
        scene.analyst.tend(scene.now + 400 * DAY);
        assertThat(scene.analyst.standings()).isEqualTo(before);
        assertThat(scene.analyst.clusters().all()).hasSize(2);
        scene.analyst.tend(scene.now + 1000);
        assertThat(scene.analyst.standings()).isEqualTo(before);
    }

    @Test
    void erasedAccountIsForgottenEverywhere() {
        pin("a-0", "blocked", "ann");
        scene.analyst.clusters().find("c1").note(scene.now, "moved a-0: why");
        scene.analyst.clusters().find("c1").note(scene.now, "moved a-01");
        scene.analyst.clusters().forget("a-0");
        scene.now += DAY;
        Pins.erase(scene.book, "a-0", () -> scene.now);
        scene.analyst.observe(Scene.exchange("a-0", scene.now - 1));
        scene.tend(scene.now + 1000);
        assertThat(scene.reports.account("a-0")).isNull();
        assertThat(standing("a-0")).isEqualTo(Standing.CLEAR);
        assertThat(scene.reports.cluster("c1").toString())
                .doesNotContain("a-0:", "account=a-0,")
                .contains("a-01");
        assertThatThrownBy(() -> judge(LabelKind.REFUTED, "ann")).hasMessageContaining("the cluster has changed");
        scene.analyst.observe(Scene.exchange("a-0", scene.now + 1));
        assertThat(scene.reports.account("a-0")).as("a new account").containsEntry("exchanges", 1.0);
        Pins.erase(scene.book, "a-1", () -> scene.now);
        scene.tend(scene.now + 1000);
        assertThat(scene.reports.account("a-0")).as("at the next erasure").isNotNull();
    }

    @Test
    void verifiedConfirmationHoldsForAccountsThatAreVerifiedLater() {
        judge(LabelKind.CONFIRMED, "ann", "verified", true);
        scene.seenVerified("a-3");
        assertThat(scene.analyst.standings()).containsEntry("a-3", Standing.POOLED);
    }

    @Test
    @Timeout(60)
    void orderAboutManyAccountsIsOneRecord() {
        String[] many = accounts(25_000);
        scene.seen(1, many).found(Standing.MARKED, many);
        String id = scene.analyst.clusters().of("a-24999").id;
        int revision = scene.analyst.clusters().find(id).revision();
        scene.does(op -> op.labels().labelCluster(LabelKind.CONFIRMED, id, arguments("ann", "revision", revision)));
        assertThat(records())
                .singleElement()
                .satisfies(order -> assertThat(order.accounts()).hasSize(25_000));
        assertThat(standing("a-24999")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.changes()).hasSize(25_000);
        assertThat(scene.analyst.changes()).as("published once").isNull();
        scene.does(op -> op.pinCluster(id, Map.of("standing", "blocked")));
        scene.does(op -> op.unpinCluster(id, Map.of()));
        assertThat(records()).hasSize(3);
    }

    @Test
    void orderAboutTooManyAccountsIsRefused() {
        String[] many = accounts(100_001);
        scene.analyst.clusters().take(new Link(LinkKind.FACT, "payment", 2, 9, 0.003), List.of(many), scene.now);
        assertThatThrownBy(() -> scene.does(op -> op.pinCluster("c2", Map.of("standing", "blocked"))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("over 100000 accounts");
        assertThat(records()).isEmpty();
    }

    @Test
    @Timeout(60)
    void manyOrdersAreTakenOverAtOnce() {
        MemoryOrders orders = new MemoryOrders(scene.book, "behaviour", () -> scene.now);
        for (int i = 0; i < 10_000; i++) {
            scene.now++;
            Order order = new Order(
                    "%032x".formatted(i),
                    new Order.Rank(scene.now, 0),
                    scene.now,
                    "behaviour",
                    "op-" + i,
                    "why",
                    "standing",
                    "account b-" + i / 2,
                    "standing",
                    List.of("b-" + i / 2),
                    List.of(),
                    false,
                    scene.now + 30 * DAY,
                    true,
                    2,
                    "block b-" + i / 2,
                    Map.of("standing", "blocked"));
            scene.book.merge(order, true);
        }
        assertThat(orders.deciding("standing")).hasSize(5_000);
        Analyst analyst = new Analyst(scene.analyst.settings(), orders);
        analyst.obey();
        assertThat(analyst.standings()).hasSize(5_000);
    }
}
