package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelActionsTest {
    private static final long NOW = Scene.BEGIN + 31 * Scene.HOUR;
    private static final String[] MEMBERS =
            IntStream.range(0, 12).mapToObj(i -> "a-" + i).toArray(String[]::new);

    private final Scene scene = new Scene().seen(30, MEMBERS).found(Standing.MARKED, MEMBERS);

    private Map<String, Object> cluster(LabelKind kind, Object... arguments) {
        Map<String, Object> all = new HashMap<>(Map.of("by", "ann", "why", "one pipeline", "revision", 1));
        for (int i = 0; i < arguments.length; i += 2) {
            all.put((String) arguments[i], arguments[i + 1]);
        }
        return scene.does(op -> op.labels().labelCluster(kind, "c1", all));
    }

    private Map<String, Object> account(LabelKind kind, String account, String by) {
        return scene.does(op -> op.labels().labelAccount(kind, account, Map.of("by", by, "why", "known")));
    }

    private Standing standing(String account) {
        return scene.analyst.ladder().standing(account);
    }

    private long until(String account) {
        return scene.analyst.ladder().label(account).order().until();
    }

    private void needs(int approvals) {
        scene.reviews(new ReviewSettings(approvals, Duration.ofDays(90), 10));
    }

    private Map<?, ?> decided(Map<String, Object> page) {
        return (Map<?, ?>) page.get("decided");
    }

    @Test
    void confirmedClusterIsPooledWithoutTheExceptions() {
        Map<String, Object> page = cluster(LabelKind.CONFIRMED, "except", List.of("a-3"));
        assertThat(decided(page).get("labelled")).isEqualTo(11);
        assertThat(decided(page).get("pooled")).isEqualTo(true);
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        assertThat(standing("a-3")).as("struck out").isEqualTo(Standing.CLEAR);
        assertThat(scene.analyst.ladder().groups()).containsEntry("a-0", "c1");
    }

    @Test
    void fewerAccountsThanTheLeastOfAPoolShareOneToo() {
        cluster(LabelKind.CONFIRMED, "except", List.of("a-0", "a-1", "a-2"));
        assertThat(standing("a-5")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.ladder().groups()).containsEntry("a-5", "c1");
    }

    @Test
    void verifiedDeclaredAndVouchedAccountsAreExempt() {
        scene.seenVerified("a-1").seenOf("firm", "a-2");
        account(LabelKind.VOUCHED, "a-4", "ann");
        Map<String, Object> page = cluster(LabelKind.CONFIRMED);
        assertThat(decided(page).get("exempt")).isEqualTo(List.of("a-1", "a-2", "a-4"));
        assertThat(List.of(standing("a-1"), standing("a-2"), standing("a-4"))).containsOnly(Standing.MARKED);
    }

    @Test
    void verifiedMembersAreConfirmedIfTheOrderSaysSo() {
        scene.seenVerified("a-1").seenOf("firm", "a-2");
        account(LabelKind.VOUCHED, "a-4", "ann");
        Map<String, Object> page = cluster(LabelKind.CONFIRMED, "verified", true);
        assertThat(decided(page).get("exempt")).isEqualTo(List.of("a-2", "a-4"));
        assertThat(standing("a-1")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.ladder().confirmedDespiteVerification())
                .as("accounts that are verified later too")
                .contains("a-1", "a-0")
                .doesNotContain("a-2", "a-4");
        cluster(LabelKind.REFUTED, "by", "ben");
        assertThat(scene.analyst.ladder().confirmedDespiteVerification()).isEmpty();
    }

    @Test
    void verifiedAccountIsConfirmedByItself() {
        scene.seenVerified("a-1");
        account(LabelKind.CONFIRMED, "a-1", "ann");
        assertThat(scene.analyst.standings()).containsEntry("a-1", Standing.POOLED);
        assertThat(scene.analyst.ladder().confirmedDespiteVerification()).containsExactly("a-1");
    }

    @Test
    void publishedStandingOfAVerifiedAccountIsCapped() {
        scene.found(Standing.POOLED, MEMBERS).seenVerified("a-1").seenOf("firm", "a-2");
        assertThat(scene.analyst.standings())
                .containsEntry("a-0", Standing.POOLED)
                .containsEntry("a-1", Standing.MARKED)
                .containsEntry("a-2", Standing.MARKED);
        assertThat(scene.analyst.figures().standings()).containsEntry(Standing.MARKED, 2);
        Pins.pin(scene.analyst, "a-2", Standing.BLOCKED, Long.MAX_VALUE);
        assertThat(scene.analyst.standings()).containsEntry("a-2", Standing.BLOCKED);
    }

    @Test
    void onlyAConfirmationNamesVerifiedMembers() {
        assertThatThrownBy(() -> cluster(LabelKind.REFUTED, "verified", true)).hasMessageContaining("unknown key");
        assertThatThrownBy(() -> cluster(LabelKind.CONFIRMED, "verified", "yes"))
                .hasMessageContaining("expected true or false");
    }

    @Test
    void changedClusterConflictsAndNothingIsDone() {
        scene.seen(30, "a-77").found(Standing.MARKED, joined("a-77"));
        scene.analyst.clusters().forget("a-5");
        assertThatThrownBy(() -> cluster(LabelKind.CONFIRMED))
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        conflict -> assertThat(conflict.details())
                                .containsEntry("revision", 3)
                                .containsEntry("added", List.of("a-77"))
                                .containsEntry("removed", List.of("a-5")));
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
    }

    private static String[] joined(String account) {
        return IntStream.rangeClosed(0, MEMBERS.length)
                .mapToObj(i -> i < MEMBERS.length ? MEMBERS[i] : account)
                .toArray(String[]::new);
    }

    @Test
    void repeatedOrderChangesNothing() {
        cluster(LabelKind.CONFIRMED);
        long until = until("a-0");
        scene.now += Scene.HOUR;
        Map<String, Object> again = scene.does(op -> op.labels()
                .labelCluster(LabelKind.CONFIRMED, "c1", Map.of("by", "ann", "why", "one pipeline", "revision", 1)));
        assertThat(decided(again).get("already")).isEqualTo(true);
        assertThat(until("a-0")).isEqualTo(until);
        assertThat(scene.orders.all()).hasSize(1);
    }

    @Test
    void twoOperatorsMustAgreeIfThePolicyAsksForTwo() {
        needs(2);
        assertThat(cluster(LabelKind.CONFIRMED).get("pending").toString())
                .contains("by=ann", "approvals=1", "needed=2");
        assertThat(cluster(LabelKind.CONFIRMED).get("pending"))
                .as("the same operator again")
                .isNotNull();
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
        assertThat(cluster(LabelKind.CONFIRMED, "by", "ben", "except", List.of("a-1"))
                        .get("pending")
                        .toString())
                .as("another order takes the place of the first")
                .contains("by=ben");
        assertThat(cluster(LabelKind.CONFIRMED, "by", "ann", "except", List.of("a-1")))
                .doesNotContainKey("pending");
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        assertThat(standing("a-1")).as("struck out").isEqualTo(Standing.CLEAR);
    }

    @Test
    void contradictionIsDecidedByTheLatestAndShown() {
        cluster(LabelKind.CONFIRMED);
        Map<String, Object> page = cluster(LabelKind.REFUTED, "by", "ben");
        assertThat(decided(page).get("replaced").toString()).contains("what=confirmed", "by=ann");
        assertThat(standing("a-0")).isEqualTo(Standing.CLEAR);
        assertThat(account(LabelKind.CONFIRMED, "a-0", "ann").get("replaced").toString())
                .contains("by=ben");
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
    }

    @Test
    void refutedAccountIsMarkedByALaterClusterOnly() {
        cluster(LabelKind.REFUTED);
        scene.found(Standing.POOLED, MEMBERS);
        assertThat(standing("a-0")).as("the same cluster").isEqualTo(Standing.CLEAR);
        String[] others =
                IntStream.range(0, 60).mapToObj(i -> i == 0 ? "a-0" : "b-" + i).toArray(String[]::new);
        scene.seen(30, others).found(Standing.POOLED, others);
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
    }

    @Test
    void vouchedAccountIsMarkedAtMostUntilTheLabelEnds() {
        scene.found(Standing.POOLED, MEMBERS);
        account(LabelKind.VOUCHED, "a-0", "ann");
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
        scene.does(op -> op.labels().unlabel("a-0", Map.of()));
        assertThat(standing("a-0")).isEqualTo(Standing.POOLED);
        cluster(LabelKind.REFUTED, "for", "2d");
        assertThat(standing("a-0")).isEqualTo(Standing.CLEAR);
        scene.now += 49 * Scene.HOUR;
        scene.analyst.obey();
        assertThat(standing("a-0")).as("the judgement has ended").isEqualTo(Standing.POOLED);
    }

    @Test
    void judgementsOfAClusterAreTakenBackExceptVouches() {
        account(LabelKind.VOUCHED, "a-0", "ann");
        cluster(LabelKind.CONFIRMED, "except", List.of("a-3"));
        assertThat(unlabel("c2", Map.of())).isNull();
        Map<String, Object> page = unlabel("c1", Map.of());
        assertThat(page)
                .containsEntry("labels", Map.of("vouched", 1))
                .containsEntry("standings", Map.of("marked", 12))
                .extractingByKey("timeline")
                .asString()
                .contains("judgements taken back");
        assertThat(queue()).contains("unlabelled=11");
        int orders = scene.orders.all().size();
        unlabel("c1", Map.of("by", "ann", "why", "mistaken"));
        assertThat(scene.orders.all()).as("nothing to take back").hasSize(orders);
        cluster(LabelKind.REFUTED);
        assertThat(unlabel("c1", Map.of("by", "ann", "why", "mistaken")))
                .extractingByKey("timeline")
                .asString()
                .contains("judgements taken back by ann: mistaken");
        assertThatThrownBy(() -> unlabel("c1", Map.of("revision", 1))).isInstanceOf(PolicyException.class);
    }

    @Test
    void laterMembersOfAConfirmedClusterReturnToTheQueue() {
        assertThat(queue()).contains("unlabelled=12");
        cluster(LabelKind.CONFIRMED);
        assertThat(queue()).isEqualTo("[]");
        scene.seen(30, "a-77").found(Standing.MARKED, joined("a-77"));
        assertThat(standing("a-77")).isEqualTo(Standing.MARKED);
        assertThat(queue()).contains("unlabelled=1", "accounts=[a-77]", "revision=2");
        cluster(LabelKind.REFUTED, "revision", 2);
        assertThat(queue()).isEqualTo("[]");
    }

    private Map<String, Object> unlabel(String id, Map<String, Object> arguments) {
        return scene.does(op -> op.labels().unlabelCluster(id, arguments));
    }

    private String queue() {
        return scene.reports.review(25).get("items").toString();
    }

    @ParameterizedTest
    @CsvSource({
        "by, , expected a text of 1 to 100 characters",
        "why, '', expected a text of 1 to 500 characters",
        "revision, 1.5, expected the revision",
        "revision, x, expected the revision",
        "except, a-1, expected a list",
        "for, 5 minutes, expected a time",
        "gone, 1, unknown key"
    })
    void invalidArgumentIsNamed(String key, String value, String message) {
        assertThatThrownBy(() -> cluster(LabelKind.CONFIRMED, key, value))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo(key))
                .hasMessageContaining(message);
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
    }

    @Test
    void exceptionOutsideTheClusterIsRefused() {
        assertThatThrownBy(() -> cluster(LabelKind.CONFIRMED, "except", List.of("a-3", "a-33")))
                .isInstanceOf(PolicyException.class)
                .hasMessage("expected members of c1, found a-33");
        assertThat(standing("a-0")).isEqualTo(Standing.MARKED);
    }

    @Test
    void waitingOrderIsShownOnTheAccountsPage() {
        needs(2);
        for (String account : List.of("a-0", "unseen")) {
            assertThat(account(LabelKind.VOUCHED, account, "ann").get("pending").toString())
                    .contains("by=ann", "approvals=1");
            assertThat(account(LabelKind.VOUCHED, account, "ben"))
                    .containsKey("label")
                    .doesNotContainKey("pending");
        }
    }

    @Test
    void clustersOfOneCampaignShareAPool() {
        cluster(LabelKind.CONFIRMED);
        String[] others = IntStream.range(0, 20)
                .mapToObj(i -> i < 3 ? "a-" + i : "b-" + i)
                .toArray(String[]::new);
        scene.seen(30, others).found(Standing.MARKED, others);
        Map<String, Object> page = scene.does(op -> op.labels()
                .labelCluster(LabelKind.CONFIRMED, "c2", Map.of("by", "ann", "why", "the same", "revision", 1)));
        assertThat(page).isNotNull();
        assertThat(scene.analyst.ladder().groups()).containsEntry("b-19", "c1").containsEntry("a-0", "c1");
        assertThat(standing("b-19")).isEqualTo(Standing.POOLED);
    }

    @Test
    void sameAccountsFoundAgainAreTheSameCluster() {
        String[] others = IntStream.range(0, 40)
                .mapToObj(i -> i < 10 ? "a-" + i : "b-" + i)
                .toArray(String[]::new);
        scene.seen(30, others).found(Standing.MARKED, others);
        scene.found(Standing.MARKED, others);
        scene.found(Standing.MARKED, MEMBERS);
        assertThat(scene.analyst.clusters().all()).hasSize(2);
    }

    @Test
    void labelsSurviveARestart() throws Exception {
        cluster(LabelKind.CONFIRMED, "except", List.of("a-3"));
        assertThat(Seen.restored(scene.analyst).standings())
                .containsEntry("a-0", Standing.POOLED)
                .doesNotContainKey("a-3");
        assertThat(Seen.restored(scene.analyst).clusters().find("c1").revision())
                .isEqualTo(1);
    }
}
