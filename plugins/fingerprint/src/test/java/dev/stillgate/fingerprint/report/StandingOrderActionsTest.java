package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.Joins;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.StandingOrder;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderDraft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A confirmation that decides about accounts that join later. */
class StandingOrderActionsTest {
    private static final String[] MEMBERS =
            IntStream.range(0, 12).mapToObj(i -> "a-" + i).toArray(String[]::new);
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Scene scene = new Scene().seen(30, MEMBERS).found(Standing.MARKED, MEMBERS);

    /** Confirms the cluster; accounts may join a pool whatever the bound is, since the scene has no known customers. */
    private Map<String, Object> confirmAndPool(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of("joins", "pool", "promise", 1));
        all.addAll(List.of(arguments));
        return cluster(LabelKind.CONFIRMED, all.toArray());
    }

    private Map<String, Object> confirm(Object... arguments) {
        return cluster(LabelKind.CONFIRMED, arguments);
    }

    private Map<String, Object> cluster(LabelKind kind, Object... arguments) {
        Map<String, Object> all = new HashMap<>(Map.of("by", "ann", "why", "one pipeline", "revision", 1));
        for (int i = 0; i < arguments.length; i += 2) {
            all.put((String) arguments[i], arguments[i + 1]);
        }
        return Objects.requireNonNull(scene.does(op -> op.labels().labelCluster(kind, "c1", all)));
    }

    private StandingOrder order() {
        return Objects.requireNonNull(scene.analyst.ladder().orders().standingOrder("c1"));
    }

    private void join(String account) {
        Join.Scores scores = new Join.Scores(3, 4.2, 2.2, 2, 0.001, List.of("template +2.2"));
        scene.orders.give(Join.draft(order(), account, scores, Duration.ofDays(90)));
        scene.analyst.obey();
    }

    private Standing standing(String account) {
        return scene.analyst.standing(account);
    }

    private List<?> queue(String kind) {
        return ((List<?>) scene.reports.review(100).get("items"))
                .stream()
                        .filter(item -> ((Map<?, ?>) item).get("kind").equals(kind))
                        .toList();
    }

    private static Object at(Object page, String... path) {
        Object found = page;
        for (String key : path) {
            found = ((Map<?, ?>) Objects.requireNonNull(found)).get(key);
        }
        return found;
    }

    @Test
    void confirmationWithoutJoinsGivesNoStandingOrder() {
        assertThat(confirm()).doesNotContainKey("standingOrder");
        assertThat(scene.analyst.ladder().orders().standingOrders()).isEmpty();
    }

    @Test
    void joinsWithoutMoreIsTheQueue() {
        confirm("joins", true);
        assertThat(order().joins()).isEqualTo(Joins.QUEUE);
    }

    @Test
    void endOfTheOrderIsTheEndOfJoining() {
        Map<String, Object> page = confirmAndPool("for", "14d");
        assertThat(order().until()).isEqualTo(scene.now + Duration.ofDays(14).toMillis());
        assertThat(at(page, "standingOrder", "joins")).isEqualTo("pool");
        assertThat(at(page, "standingOrder", "open")).isEqualTo(true);
        assertThat(at(page, "decided", "joins", "effect")).isEqualTo("pool");
    }

    /** A confirmation from before two names were needed. */
    @Test
    void withdrawalThatFreesOneWhoIsPooledTakesTwoNames() {
        confirmAndPool();
        String confirmation = order().id();
        join("x-1");
        String joined = List.copyOf(scene.orders.all()).getLast().id();
        scene.does(op -> op.pin("y-1", new HashMap<>(Map.of("standing", "marked", "by", "ann"))));
        String pin = List.copyOf(scene.orders.all()).getLast().id();
        assertThat(scene.reports.operatorsToWithdraw(confirmation)).isOne();
        scene.reviews(new ReviewSettings(2, Duration.ofDays(90), 10));
        assertThat(Stream.of(confirmation, joined, pin, "unknown").map(scene.reports::operatorsToWithdraw))
                .containsExactly(2, 2, 1, 1);
        for (String member : MEMBERS) {
            scene.does(op -> op.pin(member, new HashMap<>(Map.of("standing", "clear", "by", "ann"))));
            scene.does(op -> op.pin(member, new HashMap<>(Map.of("standing", "clear", "by", "ben"))));
        }
        assertThat(standing("a-0")).isEqualTo(Standing.CLEAR);
        assertThat(scene.reports.operatorsToWithdraw(confirmation))
                .as("its joins end too")
                .isEqualTo(2);
    }

    @Test
    void unknownEffectOrPromiseIsRefused() {
        assertThatThrownBy(() -> confirm("joins", "block")).isInstanceOf(PolicyException.class);
        assertThatThrownBy(() -> confirm("joins", "pool", "promise", 0)).isInstanceOf(PolicyException.class);
        assertThatThrownBy(() -> cluster(LabelKind.REFUTED, "joins", "pool")).hasMessageContaining("unknown key");
    }

    @Test
    void poolIsRefusedWhileTheBoundIsAboveThePromise() {
        assertThatThrownBy(() -> confirm("joins", "pool"))
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        conflict -> assertThat(conflict.details())
                                .containsEntry("bound", 1.0)
                                .containsEntry("knownCustomers", 0))
                .hasMessageContaining("\"promise\": 1");
        assertThat(scene.analyst.ladder().orders().labels()).isEmpty();
        confirm("joins", "mark");
        assertThat(order().joins()).as("marking needs no promise").isEqualTo(Joins.MARK);
        confirmAndPool();
        assertThat(order().promise()).isEqualTo(1);
    }

    @Test
    void refusalNamesAPromiseThatTheBoundKeeps() {
        JoinTerms.requirePromise(List.of(new JoinOutlook.Bound("free, openai", 999, 1, 40, Map.of())), 0.001);
        for (int orders = 1; orders < 100; orders++) {
            JoinOutlook.Bound bound = new JoinOutlook.Bound("free, openai", 240, orders, 40, Map.of());
            JoinTerms.requirePromise(List.of(bound), JoinTerms.roundedUp(bound.share()));
            assertThatThrownBy(() -> JoinTerms.requirePromise(List.of(bound), bound.share() * 0.99))
                    .isInstanceOf(ConflictException.class);
        }
        assertThatThrownBy(() -> JoinTerms.requirePromise(
                        List.of(new JoinOutlook.Bound("free, openai", 240, 1, 40, Map.of())), 0.001))
                .hasMessageContaining("\"promise\": 0.0042");
    }

    static Stream<Map<String, Object>> nonsense() {
        return Stream.of(
                Map.of("joins", "POOL"),
                Map.of("joins", 1),
                Map.of("joins", List.of("pool")),
                Map.of("joins", Map.of()),
                Map.of("joins", "queue", "promise", Double.NaN),
                Map.of("joins", "queue", "promise", Double.POSITIVE_INFINITY),
                Map.of("joins", "queue", "promise", "0.1"),
                Map.of("joins", "queue", "promise", -1),
                Map.of("joins", "queue", "promise", true),
                Map.of("include", "a-1"),
                Map.of("include", Map.of("a-1", true)),
                Map.of("include", Arrays.asList("a-1", null)),
                Map.of("except", Collections.singletonList(null)),
                Map.of("include", List.of(List.of("a-1"))),
                Map.of("include", List.of("stranger")),
                Map.of("include", Collections.nCopies(10_001, "a-1")),
                Map.of("joiners", List.of("a-1")),
                Map.of("revision", 1e300));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseInAnOrderIsRefused(Map<String, Object> nonsense) {
        List<Object> arguments = new ArrayList<>();
        nonsense.forEach((key, value) -> arguments.addAll(List.of(key, value)));
        assertThatThrownBy(() -> confirm(arguments.toArray()))
                .isInstanceOfAny(PolicyException.class, ConflictException.class);
        assertThat(scene.analyst.ladder().orders().labels()).isEmpty();
    }

    @Test
    void boundOfSeveralOrdersWithoutKnownCustomersIsOne() {
        JoinOutlook.Bound bound = new JoinOutlook.Bound("free, openai", 0, 3, 40, Map.of());
        assertThat(bound.share()).isEqualTo(1);
        JoinTerms.requirePromise(List.of(bound), 1);
    }

    @Test
    void standingOrderWaitsForAsManyOperatorsAsAConfirmation() {
        scene.reviews(new ReviewSettings(2, Duration.ofDays(90), 10));
        confirmAndPool();
        confirm("joins", "queue", "by", "ben");
        assertThat(scene.analyst.ladder().orders().standingOrders())
                .as("the two asked for different effects")
                .isEmpty();
        confirmAndPool("by", "ben");
        assertThat(order().joins()).isEqualTo(Joins.POOL);
    }

    @Test
    void repeatedOrderWithOtherTermsReplacesIt() {
        confirmAndPool();
        String first = order().id();
        assertThat(at(confirmAndPool(), "decided", "already")).isEqualTo(true);
        assertThat(order().id()).isEqualTo(first);
        join("x-1");
        Map<String, Object> page = confirm();
        assertThat(at(page, "decided", "replacesStandingOrder")).isEqualTo(first);
        assertThat(scene.analyst.ladder().orders().standingOrders()).isEmpty();
        assertThat(standing("x-1")).as("it stays joined").isEqualTo(Standing.POOLED);
    }

    @Test
    void joinerSharesThePoolAndThePagesSayWhy() {
        confirmAndPool();
        scene.seen(1, "x-1");
        join("x-1");
        assertThat(standing("x-1")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.ladder().groups()).containsEntry("x-1", "c1");
        Map<String, Object> account = Objects.requireNonNull(scene.reports.account("x-1"));
        assertThat(at(account, "join", "traits")).isEqualTo(List.of("template +2.2"));
        assertThat(account).containsEntry("standing", "pooled").containsEntry("cluster", "c1");
        assertThat(at(account, "expires"))
                .isEqualTo(PageValues.time(scene.now + Duration.ofDays(90).toMillis()));
        Map<String, Object> page = Objects.requireNonNull(scene.reports.cluster("c1"));
        assertThat(at(page, "standingOrder", "joined")).isEqualTo(1);
        assertThat((List<?>) page.get("joiners")).hasSize(1);
        assertThat(at(((List<?>) at(page, "joinOutlook", "bounds")).getFirst(), "bound"))
                .isEqualTo(1.0);
    }

    @Test
    void withdrawalOfTheClustersJudgementsEndsItsJoinsAlsoAfterTheOrdersEnd() {
        confirmAndPool("for", "14d");
        join("x-1");
        scene.now += Duration.ofDays(15).toMillis();
        scene.analyst.obey();
        assertThat(standing("x-1")).isEqualTo(Standing.POOLED);
        scene.does(op -> op.labels().unlabelCluster("c1", Map.of("by", "ann")));
        assertThat(standing("x-1")).isEqualTo(Standing.CLEAR);
        scene.now += Duration.ofDays(60).toMillis();
        scene.analyst.obey();
        assertThat(standing("x-1")).isEqualTo(Standing.CLEAR);
    }

    @Test
    void joinersAreConfirmedWithTheClusterOnlyIfTheyAreNamed() {
        confirm("joins", "queue");
        join("x-1");
        join("x-2");
        assertThatThrownBy(() -> confirm("joins", "queue", "joiners", List.of("y-1")))
                .isInstanceOf(PolicyException.class);
        confirm("joins", "queue", "joiners", List.of("x-1"), "for", "30d");
        assertThat(order().accounts()).contains("x-1").doesNotContain("x-2");
        assertThat(standing("x-1")).isEqualTo(Standing.POOLED);
        assertThat(standing("x-2")).isEqualTo(Standing.CLEAR);
    }

    @Test
    void joinerThatIsConfirmedByItselfStaysInThePool() {
        confirmAndPool();
        join("x-1");
        scene.does(op ->
                op.labels().labelAccount(LabelKind.CONFIRMED, "x-1", Map.of("by", "ann", "why", "the same program")));
        assertThat(standing("x-1")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.ladder().groups()).containsEntry("x-1", "c1");
        assertThat(order().accounts()).as("another order confirmed it").doesNotContain("x-1");
    }

    @Test
    void tenJoinersOfAWeekAreDrawnOverAllOrders() {
        confirmAndPool();
        for (int i = 0; i < 15; i++) {
            join("x-" + i);
            scene.now += HOUR;
        }
        assertThat(queue("joiner")).hasSize(10);
        String drawn = (String) at(queue("joiner").getFirst(), "id");
        scene.does(op -> op.labels().labelAccount(LabelKind.CONFIRMED, drawn, Map.of("by", "ann", "why", "seen")));
        assertThat(queue("joiner")).as("one of the week's ten was judged").hasSize(9);
        scene.now += Duration.ofDays(8).toMillis();
        scene.analyst.obey();
        assertThat(queue("joiner")).isEmpty();
    }

    @Test
    void excessAndSuspendedOrderAreInTheQueue() {
        confirmAndPool();
        for (int i = 0; i < 8; i++) {
            join("x-" + i);
        }
        assertThat(queue("joiners")).hasSize(1);
        assertThat(at(queue("joiners").getFirst(), "accounts")).isEqualTo(List.of("x-5", "x-6", "x-7"));
        for (int i = 0; i < 3; i++) {
            String account = "x-" + i;
            scene.does(op -> op.labels().labelAccount(LabelKind.REFUTED, account, Map.of("by", "ann", "why", "no")));
        }
        assertThat(at(queue("standing-order").getFirst(), "suspended")).isEqualTo(order().id());
    }

    @Test
    void verifiedJoinerIsReleasedOnlyWithANewFactAndOneInTen() {
        seenWithFact("a-1", "card-1", false);
        confirmAndPool();
        for (String account : List.of("x-1", "x-2", "x-3")) {
            join(account);
        }
        seenWithFact("x-1", "card-1", true);
        scene.seenVerified("x-2");
        assertThat(releases()).as("a card of the campaign, and no card").isEmpty();
        assertThat(standing("x-1")).isEqualTo(Standing.POOLED);
        assertThat(at(queue("joiners").getFirst(), "verified")).isEqualTo(2L);
        seenWithFact("x-2", "card-2", true);
        seenWithFact("x-3", "card-3", true);
        assertThat(releases()).hasSize(1);
        assertThat(standing("x-2")).isEqualTo(Standing.CLEAR);
        assertThat(releases()).as("one joiner in ten").isEmpty();
        assertThat(standing("x-3")).isEqualTo(Standing.POOLED);
    }

    private List<OrderDraft> releases() {
        scene.now += HOUR;
        List<OrderDraft> drafts =
                scene.analyst.joined().releases(scene.analyst.settings().facts(), scene.now);
        drafts.forEach(scene.orders::give);
        scene.analyst.obey();
        return drafts;
    }

    private void seenWithFact(String account, String card, boolean verified) {
        Observation seen = Scene.exchange(account, scene.now);
        seen.facts = Map.of("payment", card);
        seen.verified = verified;
        scene.analyst.observe(seen);
    }
}
