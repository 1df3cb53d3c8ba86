package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DossierReportTest {
    private static final long FOUND = Scene.BEGIN + 30 * Scene.HOUR;
    private static final long DAY = 24 * Scene.HOUR;

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

    private static Map<String, Object> row(Map<String, Object> page, String list, String key) {
        return rows(page, list).stream()
                .filter(row -> key.equals(row.get("key")))
                .findFirst()
                .orElse(Map.of());
    }

    private void found(Map<Family, Double> evidence, List<String> signals, boolean isOffice, String... accounts) {
        int[] numbers = IntStream.range(0, accounts.length)
                .map(i -> scene.analyst.table().index().find(accounts[i]))
                .toArray();
        Finding finding = new Finding(numbers, SharedKey.SYSTEM, new TreeMap<>(evidence), signals, List.of(), isOffice);
        scene.analyst.clusters().take(finding, List.of(accounts), FOUND);
    }

    @Test
    void unknownClusterHasNoDossier() {
        assertThat(scene.reports.dossier("c1")).isNull();
    }

    @Test
    void dossierHasThePageOfTheClusterAndTheThresholdsInForce() {
        scene.seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2");
        Map<String, Object> page = dossier();
        Map<String, Object> cluster = scene.reports.cluster("c1");
        assertThat(cluster).isNotNull();
        cluster.remove("members"); // those of a dossier have more
        assertThat(page).containsAllEntriesOf(cluster);
        assertThat(page.get("thresholds")).isEqualTo(Map.of("marked", 4.0, "poolLeast", 10, "approvals", 1));
        assertThat(page.get("at")).isEqualTo(Instant.ofEpochMilli(FOUND));
    }

    @Test
    void kindsAddUpToTheEvidence() {
        scene.seen(30, "a-1", "a-2");
        found(
                Map.of(Family.TIME, 3.0, Family.CONTENT, 4.0, Family.NETWORK, -1.4),
                List.of("under-dispersion", "topic-concentration"),
                false,
                "a-1",
                "a-2");
        Map<String, Object> page = dossier();
        assertThat(page.get("kinds").toString())
                .contains("kind=time, evidence=3.0, counted=3.0, leads=true")
                .contains("kind=content, evidence=4.0, counted=1.5, leads=false")
                .contains("kind=network, evidence=-1.4, counted=0.0, leads=false");
        double counted = rows(page, "kinds").stream()
                .mapToDouble(kind -> (Double) kind.get("counted"))
                .sum();
        assertThat(counted).isEqualTo((Double) page.get("evidence"));
    }

    @Test
    void counterEvidenceIsListedInSentences() {
        scene.seen(30, "a-1", "a-2", "a-3", "a-4").seenVerified("a-2").seenOf("firm", "a-3");
        found(
                Map.of(Family.TIME, 3.0, Family.CONTENT, -0.8, Family.NETWORK, 0.1),
                List.of("under-dispersion"),
                true,
                "a-1",
                "a-2",
                "a-3",
                "a-4");
        scene.does(op -> op.labels().labelAccount(LabelKind.VOUCHED, "a-4", Map.of("by", "ann", "why", "known")));
        scene.analyst.forget("a-1");
        Map<String, Object> page = dossier();
        assertThat(rows(page, "counterEvidence"))
                .extracting(each -> each.get("key"))
                .containsExactly("family-content", "office", "vouched", "verified", "organisations", "clear");
        assertThat(row(page, "counterEvidence", "family-content").get("text").toString())
                .endsWith("independent customers do (-0.8).");
        assertThat(row(page, "counterEvidence", "organisations").get("text"))
                .isEqualTo("1 of 3 members: declared as accounts of 1 organisation.");
        assertThat(row(page, "counterEvidence", "vouched").get("accounts")).isEqualTo(1);
        assertThat(row(page, "notSeen", "second-family")).isNotEmpty();
        assertThat(row(page, "notSeen", "family-network").get("text")).isEqualTo("No evidence of network either way.");
    }

    @Test
    void signalsThatDidNotFireAreNamed() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        Map<String, Object> page = dossier();
        assertThat(row(page, "notSeen", "under-dispersion"))
                .as("a reason of the cluster")
                .isEmpty();
        assertThat(row(page, "notSeen", "family-network").get("state")).hasToString("NOT_MEASURED");
        assertThat(row(page, "notSeen", "template").get("state"))
                .as("Scene enables two signals")
                .hasToString("SWITCHED_OFF");
        assertThat(row(page, "notSeen", "facts").get("state")).hasToString("NOT_RECORDED");
        assertThat(row(page, "notSeen", "provider-refusals").get("state")).hasToString("NOT_SEEN");
        assertThat(page.get("refusedByProvider")).isEqualTo(0.0);
        assertThat(row(page, "notSeen", "capability-grading").get("text")).isEqualTo("No prompts that ask for grades.");
        assertThat(row(page, "notSeen", "capability-reasoning")).isEmpty();
        assertThat(rows(page, "notSeen")).extracting(each -> each.get("key")).doesNotHaveDuplicates();
        assertThat(rows(page, "techniques"))
                .extracting(each -> each.get("id"))
                .containsExactly("AML.T0040", "AML.T0024.002");
    }

    @Test
    void membersWithoutTrafficAreSaidToBeUnknown() {
        found(Map.of(), List.of(), false, "a-1", "a-2");
        Map<String, Object> page = dossier();
        assertThat(page)
                .containsEntry("hours", List.of())
                .containsEntry("signUps", List.of())
                .containsEntry("techniques", List.of())
                .containsEntry("membersListed", 2);
        assertThat(row(page, "notSeen", "traffic")).isNotEmpty();
        assertThat(row(page, "counterEvidence", "without-traffic").get("accounts"))
                .isEqualTo(2);
        assertThat(rows(page, "notSeen"))
                .noneMatch(each -> each.get("key").toString().startsWith("capability"));
    }

    @Test
    void refusalsInUnreadResponsesAreNotRecorded() {
        for (int i = 0; i < 5; i++) {
            Observation seen = Scene.exchange("a-" + i, Scene.BEGIN + i * Scene.HOUR);
            seen.judged = false;
            scene.analyst.observe(seen);
        }
        scene.found(Standing.MARKED, "a-0", "a-1", "a-2", "a-3", "a-4");
        assertThat(row(dossier(), "notSeen", "provider-refusals").get("state")).hasToString("NOT_RECORDED");
    }

    @Test
    void signUpsAreCountedByTheHourWhenAllTimesAreKnown() {
        Instant burst = Instant.ofEpochMilli(Scene.BEGIN - 10 * DAY);
        for (int i = 0; i < 5; i++) {
            Observation seen = Scene.exchange("a-" + i, Scene.BEGIN + i * Scene.HOUR);
            seen.created = burst.plusSeconds(i < 3 ? 60 : 7200);
            seen.facts = Map.of("payment", "h:1");
            scene.analyst.observe(seen);
        }
        scene.found(Standing.MARKED, "a-0", "a-1", "a-2", "a-3", "a-4");
        Map<String, Object> page = dossier();
        assertThat(page.get("signUpStep")).isEqualTo("hour");
        assertThat(page.get("signUpSources")).isEqualTo(Map.of("created", 5, "firstSeen", 0));
        assertThat(rows(page, "signUps"))
                .extracting(each -> each.get("accounts"))
                .containsExactly(3, 0, 2);
        assertThat(row(page, "notSeen", "facts").get("state")).hasToString("NOT_SEEN");
    }

    @Test
    void signUpsOverYearsHaveABoundedNumberOfSteps() {
        for (int i = 0; i < 40; i++) {
            Observation seen = Scene.exchange("a-" + i, Scene.BEGIN);
            seen.created = i == 0 ? Instant.EPOCH.plusSeconds(60) : Instant.ofEpochMilli(Scene.BEGIN - i * 30 * DAY);
            scene.analyst.observe(seen);
        }
        scene.seen(1, "b-1");
        String[] all =
                IntStream.range(0, 41).mapToObj(i -> i == 40 ? "b-1" : "a-" + i).toArray(String[]::new);
        scene.found(Standing.MARKED, all);
        Map<String, Object> page = dossier();
        assertThat(page.get("signUpStep")).isEqualTo("four-weeks");
        assertThat(page.get("signUpSources")).isEqualTo(Map.of("created", 40, "firstSeen", 1));
        assertThat(rows(page, "signUps")).hasSizeLessThanOrEqualTo(SignUps.MAX_STEPS);
        assertThat(rows(page, "signUps").stream()
                        .mapToInt(each -> (Integer) each.get("accounts"))
                        .sum())
                .isEqualTo(41);
    }

    @Test
    void hoursOfAMemberAddUpToItsConversations() {
        scene.seen(6, "a-1").seen(12, "a-2").found(Standing.MARKED, "a-1", "a-2");
        Map<String, Object> page = dossier();
        assertThat(rows(page, "hours")).extracting(row -> row.get("account")).containsExactly("a-2", "a-1");
        List<?> counts = (List<?>) rows(page, "hours").getFirst().get("counts");
        assertThat(counts).hasSize(24);
        assertThat(counts.stream().mapToDouble(count -> (Double) count).sum()).isEqualTo(12);
        assertThat(((List<?>) page.get("hoursOfMembers"))
                        .stream().mapToDouble(count -> (Double) count).sum())
                .isEqualTo(18);
    }

    @Test
    void softwareIsCountedAmongMembers() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        assertThat(dossier().get("amongMembers").toString())
                .contains("withTraffic=2", "apis={other=2}", "{value=00123457, accounts=2}", "hosted=0");
    }

    @Test
    void linkByAFactIsATechnique() {
        scene.seen(30, "a-1", "a-2", "a-3");
        List<String> members = List.of("a-1", "a-2", "a-3");
        scene.analyst.clusters().take(new Link(LinkKind.FACT, "payment", 3, 2.5, 0.003), members, FOUND);
        Map<String, Object> page = dossier();
        assertThat(rows(page, "techniques")).extracting(each -> each.get("id")).contains("AML.T0021");
        assertThat(rows(page, "kinds")).isEmpty();
        assertThat(row(page, "notSeen", "family-time").get("state")).hasToString("NOT_MEASURED");
    }

    @Test
    void hostileAndLongIdsStayWithinTheBounds() {
        String hostile = "<img src=x onerror=alert(1)>\u202e\u0000\"'";
        String[] many = IntStream.range(0, ClusterReport.MAX_MEMBERS + 5)
                .mapToObj(i -> hostile + "\u4e2d".repeat(150) + i)
                .toArray(String[]::new);
        scene.seen(1, many).found(Standing.MARKED, many);
        Map<String, Object> page = dossier();
        assertThat(page.get("size")).isEqualTo(many.length);
        assertThat((Integer) page.get("membersListed")).isBetween(500, ClusterReport.MAX_MEMBERS);
        assertThat(rows(page, "members")).hasSize((Integer) page.get("membersListed"));
        assertThat(rows(page, "members").getFirst().get("account").toString()).startsWith(hostile);
        assertThat(rows(page, "hours")).hasSize(DossierReport.MAX_HOUR_ROWS);
        long bytes = page.toString().chars().mapToLong(c -> c < 0x7f ? 1 : 3).sum();
        assertThat(bytes).isLessThan(2_000_000);
    }

    @Test
    void shortIdsAreListedUpToTheLimit() {
        String[] many = IntStream.range(0, ClusterReport.MAX_MEMBERS)
                .mapToObj(i -> "h1:0a0a0a0a0a0" + i)
                .toArray(String[]::new);
        scene.seen(1, many).found(Standing.MARKED, many);
        assertThat(dossier().get("membersListed")).isEqualTo(ClusterReport.MAX_MEMBERS);
    }

    @Test
    void noPromptTextIsInADossier() {
        Observation seen = Scene.exchange("a-1", FOUND);
        seen.sample = "the secret sample";
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        scene.analyst.observe(seen);
        assertThat(dossier().toString()).doesNotContain("secret");
    }
}
