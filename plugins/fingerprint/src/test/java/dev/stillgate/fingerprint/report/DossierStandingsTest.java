package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DossierStandingsTest {
    private static final long FOUND = Scene.BEGIN + 30 * Scene.HOUR;

    private final Scene scene = new Scene();

    private Map<String, Object> dossier() {
        Map<String, Object> page = scene.reports.dossier("c1");
        assertThat(page).isNotNull();
        return page;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Map<String, Object> page, String key) {
        return (List<Map<String, Object>>) page.get(key);
    }

    private static Map<String, Object> member(Map<String, Object> page, String account) {
        return rows(page, "members").stream()
                .filter(row -> row.get("account").equals(account))
                .findFirst()
                .orElseThrow();
    }

    private Cluster found(Map<Family, Double> evidence, boolean isOffice, String... accounts) {
        Finding finding = new Finding(
                IntStream.range(0, accounts.length).toArray(),
                SharedKey.SYSTEM,
                new EnumMap<>(evidence),
                List.of("under-dispersion"),
                List.of(),
                isOffice);
        Cluster cluster = scene.analyst.clusters().take(finding, List.of(accounts), FOUND);
        for (String account : accounts) {
            scene.analyst.ladder().climb(account, Standing.MARKED, finding.total(), List.of(), cluster.id, FOUND);
        }
        return cluster;
    }

    private List<Object> heldKeys() {
        return rows(dossier(), "held").stream().map(item -> item.get("key")).toList();
    }

    @Test
    void verifiedMemberIsShownAtTheStandingInForce() {
        scene.seen(30, "a-1", "a-2").seenVerified("a-1").found(Standing.POOLED, "a-1", "a-2");
        Map<String, Object> page = dossier();
        assertThat(page.get("standings")).isEqualTo(Map.of("marked", 1, "pooled", 1));
        assertThat(member(page, "a-1"))
                .containsEntry("standing", "marked")
                .containsEntry("verified", true)
                .containsEntry("since", FOUND);
        assertThat(member(page, "a-2")).containsEntry("standing", "pooled").doesNotContainKey("verified");
    }

    @Test
    void changesOfOneTimeAreOneItem() {
        scene.seen(30, "a-1", "a-2", "a-3").seenVerified("a-1").found(Standing.MARKED, "a-1", "a-2", "a-3");
        for (String account : List.of("a-1", "a-2")) {
            scene.analyst
                    .ladder()
                    .climb(account, Standing.POOLED, 10.3, List.of("under-dispersion"), "c1", FOUND + Scene.HOUR);
        }
        scene.now = FOUND + 2 * Scene.HOUR;
        Pins.pin(scene.analyst, "a-3", Standing.BLOCKED, Long.MAX_VALUE);
        assertThat(rows(dossier(), "changes"))
                .extracting(each -> each.get("at") + " " + each.get("from") + " " + each.get("to") + " "
                        + each.get("accounts") + " " + each.get("ordered"))
                .containsExactly(
                        Instant.ofEpochMilli(FOUND) + " clear marked 3 false",
                        Instant.ofEpochMilli(FOUND + Scene.HOUR) + " marked pooled 1 false",
                        Instant.ofEpochMilli(FOUND + 2 * Scene.HOUR) + " marked blocked 1 true");
    }

    @Test
    void equalOrdersAreListedOnceWithTheirReason() {
        scene.seen(30, "a-1", "a-2", "a-3").found(Standing.MARKED, "a-1", "a-2", "a-3");
        for (String account : List.of("a-1", "a-2")) {
            scene.does(op -> op.labels().labelAccount(LabelKind.VOUCHED, account, Map.of("by", "ann", "why", "known")));
        }
        scene.does(op -> op.pin("a-3", Map.of("standing", "blocked", "why", "fraud")));
        Map<String, Object> page = dossier();
        assertThat(rows(page, "orders"))
                .extracting(each -> each.get("what") + " " + each.get("why") + " " + each.get("accounts"))
                .containsExactly("vouched known 2", "set fraud 1");
        assertThat(member(page, "a-1")).containsEntry("label", "vouched");
        assertThat(page.get("effects").toString()).contains("set=1");
    }

    @Test
    void effectsOfOrdersNameTheAccountsThatTheyTouch() {
        scene.seen(30, "a-1", "a-2", "a-3").seenVerified("a-1").found(Standing.MARKED, "a-1", "a-2", "a-3");
        assertThat(dossier().get("effects").toString())
                .contains("confirm={accounts=2, becomes=pooled, changes=[{from=marked, to=pooled, accounts=2}],"
                        + " spared=1}")
                .contains("confirmVerified={accounts=3, becomes=pooled,"
                        + " changes=[{from=marked, to=pooled, accounts=3}], spared=0}")
                .contains("refute={accounts=3, becomes=clear, changes=[{from=marked, to=clear, accounts=3}], spared=0}")
                .contains("set=0")
                .contains("judgementSeconds=" + Duration.ofDays(90).toSeconds());
    }

    @Test
    void confirmationOfEnoughAccountsPools() {
        String[] many = IntStream.range(0, 10).mapToObj(i -> "a-" + i).toArray(String[]::new);
        scene.seen(30, many).found(Standing.MARKED, many);
        assertThat(dossier().get("effects").toString())
                .contains("confirm={accounts=10, becomes=pooled, changes=[{from=marked, to=pooled, accounts=10}],"
                        + " spared=0}")
                .doesNotContain("confirmVerified");
    }

    @Test
    void effectsLeaveSetStandingsAndOtherEvidenceAsTheyAre() {
        scene.seen(30, "a-1", "a-2", "a-3").found(Standing.MARKED, "a-1", "a-2", "a-3");
        Pins.pin(scene.analyst, "a-1", Standing.BLOCKED, Long.MAX_VALUE);
        scene.analyst.ladder().climb("a-2", Standing.MARKED, 10.3, List.of("under-dispersion"), "c9", FOUND);
        assertThat(dossier().get("effects").toString())
                .contains("confirm={accounts=3, becomes=pooled, changes=[{from=marked, to=pooled, accounts=2}]")
                .contains("refute={accounts=3, becomes=clear, changes=[{from=marked, to=clear, accounts=1}]");
    }

    @Test
    void effectsAreThoseOfTheOrders() {
        String[] many = IntStream.range(0, 12).mapToObj(i -> "a-" + i).toArray(String[]::new);
        scene.seen(30, many).seenVerified("a-0").found(Standing.MARKED, many);
        Pins.pin(scene.analyst, "a-1", Standing.CLEAR, Long.MAX_VALUE);
        Map<String, Object> before = dossier();
        assertThat(before.get("standings")).isEqualTo(Map.of("clear", 1, "marked", 11));
        assertThat(before.get("effects").toString()).contains("changes=[{from=marked, to=pooled, accounts=10}]");
        scene.does(op -> op.labels()
                .labelCluster(LabelKind.CONFIRMED, "c1", Map.of("by", "ann", "why", "asked", "revision", 1)));
        assertThat(dossier().get("standings")).isEqualTo(Map.of("clear", 1, "marked", 1, "pooled", 10));
    }

    @Test
    void earlierOrdersOnTheClusterAreToldFromEvidence() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        scene.does(op -> op.labels()
                .labelCluster(LabelKind.CONFIRMED, "c1", Map.of("by", "ann", "why", "asked", "revision", 1)));
        scene.does(op -> op.labels()
                .labelCluster(LabelKind.REFUTED, "c1", Map.of("by", "ann", "why", "a class", "revision", 1)));
        assertThat(rows(dossier(), "changes"))
                .extracting(each -> each.get("to") + " " + each.get("ordered"))
                .containsExactly("marked false", "pooled true", "clear true");
    }

    @Test
    void markedMembersAreNotHeld() {
        scene.seen(3, "a-1", "a-2");
        found(Map.of(Family.TIME, 8.0, Family.CONTENT, 2.0), true, "a-1", "a-2");
        assertThat(heldKeys()).isEmpty();
    }

    @Test
    void evidenceBelowTheThresholdHoldsNoMembers() {
        scene.seen(3, "a-1", "a-2");
        found(Map.of(Family.TIME, 3.0), false, "a-1", "a-2");
        scene.analyst.ladder().clearEarned("a-1", FOUND);
        assertThat(heldKeys()).isEmpty();
    }

    @Test
    void operatorsAndMissingStandingsAreNamed() {
        scene.seen(3, "a-1", "a-2", "a-3");
        found(Map.of(Family.TIME, 8.0), false, "a-1", "a-2", "a-3");
        Pins.pin(scene.analyst, "a-1", Standing.CLEAR, Long.MAX_VALUE);
        scene.does(op -> op.labels().labelAccount(LabelKind.REFUTED, "a-2", Map.of("by", "ann", "why", "known")));
        scene.analyst.ladder().clearEarned("a-3", FOUND);
        assertThat(heldKeys()).containsExactlyInAnyOrder("operator", "refuted", "not-recorded");
        assertThat(rows(dossier(), "held"))
                .anySatisfy(item -> assertThat(item)
                        .containsEntry("accounts", 1)
                        .containsEntry("text", "1 of 3 members: an operator refuted them."));
    }
}
