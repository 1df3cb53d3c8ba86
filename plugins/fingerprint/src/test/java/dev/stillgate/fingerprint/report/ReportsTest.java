package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.standing.GroupText;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private static final long FIRST_DAY = Scene.BEGIN - Scene.BEGIN % (24 * Scene.HOUR);

    private final Scene scene = new Scene();

    private Map<String, Object> account(String id) {
        Map<String, Object> page = scene.reports.account(id);
        assertThat(page).isNotNull();
        return page;
    }

    private Map<String, Object> cluster(String id) {
        Map<String, Object> page = scene.reports.cluster(id);
        assertThat(page).isNotNull();
        return page;
    }

    @Test
    void unknownIdsHaveNoPage() {
        assertThat(scene.reports.account("a-1")).isNull();
        assertThat(scene.reports.cluster("c1")).isNull();
        assertThat(scene.reports.clusters()).isEmpty();
    }

    @Test
    void clearAccountShowsItsTraffic() {
        scene.seen(30, "a-1");
        assertThat(account("a-1"))
                .containsEntry("standing", "clear")
                .containsEntry("evidence", 0.0)
                .containsEntry("cluster", "")
                .containsEntry("reasons", List.of())
                .containsEntry("exchanges", 30.0)
                .containsEntry("firstSeen", Instant.ofEpochMilli(FIRST_DAY))
                .containsEntry("lastSeen", Instant.ofEpochMilli(Scene.BEGIN + 29 * Scene.HOUR))
                .containsEntry("compared", true)
                .containsEntry("asksFor", Map.of("reasoning", 1.0))
                .doesNotContainKeys("since", "expires", "pinned", "dailyQuota");
    }

    @Test
    void traitsOfEnabledSignalsAreShown() {
        scene.seen(30, "a-1");
        assertThat(account("a-1").get("signals"))
                .asString()
                .contains("under-dispersion={hours-entropy=", "gap-spread=", "rate=", "age=NaN")
                .doesNotContain("sweep-shape");
    }

    @Test
    void accountOfAClusterShowsItsStandingAndReasons() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        assertThat(account("a-1"))
                .containsEntry("standing", "marked")
                .containsEntry("cluster", "c1")
                .containsEntry("reasons", List.of("under-dispersion", "topic-concentration"))
                .containsEntry("since", Instant.ofEpochMilli(Scene.BEGIN + 30 * Scene.HOUR))
                .containsEntry("expires", Instant.ofEpochMilli(Scene.BEGIN + 30 * Scene.HOUR + 14 * 24 * Scene.HOUR))
                .hasEntrySatisfying("evidence", e -> assertThat((Double) e).isGreaterThan(8));
        assertThat((List<?>) account("a-1").get("changes")).hasSize(1);
    }

    @Test
    void sharedValuesAreShownAsHashes() {
        scene.seen(30, "a-1");
        assertThat(account("a-1"))
                .extracting("shares", InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("system", List.of("007fff01"));
    }

    @Test
    void clusterListContainsTheBacktestFields() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        assertThat(scene.reports.clusters())
                .singleElement()
                .satisfies(shown -> assertThat(shown)
                        .containsEntry("id", "c1")
                        .containsEntry("accounts", List.of("a-1", "a-2"))
                        .containsEntry("since", Instant.ofEpochMilli(Scene.BEGIN + 30 * Scene.HOUR))
                        .containsEntry("reasons", List.of("under-dispersion", "topic-concentration")));
    }

    @Test
    @SuppressWarnings("unchecked")
    void queueShowsTheStandingInForceAndTheOneAfterAConfirmation() {
        String[] members = IntStream.range(0, 11).mapToObj(i -> "a-" + i).toArray(String[]::new);
        scene.seen(30, members).found(Standing.MARKED, members).seenVerified("a-1");
        scene.analyst.ladder().climb("a-1", Standing.POOLED, 10.3, List.of(), "c1", Scene.BEGIN + 30 * Scene.HOUR);
        assertThat((List<Map<String, Object>>) scene.reports.review(5).get("items"))
                .singleElement()
                .satisfies(item ->
                        assertThat(item).containsEntry("standing", "marked").containsEntry("ifConfirmed", "pooled"));
    }

    @Test
    void clusterListCountsMembersByStanding() {
        scene.seen(30, "a-1", "a-2", "a-3", "b-1", "b-2");
        scene.found(Standing.MARKED, "a-1", "a-2", "a-3").found(Standing.POOLED, "b-1", "b-2");
        Pins.pin(scene.analyst, "a-2", Standing.CLEAR, Long.MAX_VALUE);
        assertThat(scene.reports.clusters())
                .extracting(shown -> shown.get("standings"))
                .containsExactly(Map.of("clear", 1, "marked", 2), Map.of("pooled", 2));
        assertThat(cluster("c1").get("standings")).isEqualTo(Map.of("clear", 1, "marked", 2));
    }

    @Test
    void clusterPageShowsMembersAndCommonValues() {
        scene.seen(30, "a-1", "a-2", "b-1").seen(10, "a-2").found(Standing.MARKED, "a-1", "a-2");
        Map<String, Object> page = cluster("c1");
        assertThat(page)
                .containsEntry("size", 2)
                .containsEntry("exchanges", 70.0)
                .containsEntry("foundBy", "system")
                .containsEntry("standings", Map.of("marked", 2))
                .containsEntry("firstSeen", Instant.ofEpochMilli(FIRST_DAY));
        assertThat(page.get("evidenceByFamily")).hasToString("{CONTENT=2.346, TIME=8.0}");
        assertThat(page.get("capabilities"))
                .hasToString("{reasoning=1.0, grading=0.0, synthetic-data=0.0, trajectory=0.0, rewriting=0.0, code=0.0,"
                        + " tools=0.0}");
        assertThat(page)
                .extracting("inCommon", InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("system", Map.of("value", "007fff01", "accounts", 2));
        assertThat((List<?>) page.get("members"))
                .map(Object::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("account=a-2", "standing=marked", "exchanges=40.0", "share=0.571"),
                        second -> assertThat(second).contains("account=a-1", "exchanges=30.0", "share=0.429"));
        assertThat((List<?>) page.get("timeline")).singleElement().asString().contains("found with 2 accounts");
    }

    @Test
    void traitsOfMembersAndOthersAreCompared() {
        scene.seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2");
        assertThat(cluster("c1").get("signals").toString())
                .contains("family=time", "members=Spread[accounts=2", "others=Spread[accounts=1");
    }

    @Test
    void totalsCountOnlyMembersSinceTheClusterWasFound() {
        scene.seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2").seen(5, "a-1", "b-1");
        assertThat(cluster("c1"))
                .extracting("sinceFound", InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("exchanges", 5L)
                .containsEntry("inputTokens", 1500L)
                .containsEntry("outputTokens", 3500L)
                .containsEntry("countries", Map.of("KR", 5L))
                .containsEntry("asns", Map.of("AS64496", 5L))
                .containsEntry("clients", Map.of("python-requests", 5L))
                .containsEntry("models", Map.of("model-1", 5L));
    }

    @Test
    void textSinceTheClusterWasFoundIsShown() {
        scene.seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2");
        scene.seen(2, "a-2", "b-1");
        Observation marked = Scene.exchange("a-1", Scene.BEGIN + 40 * Scene.HOUR);
        marked.markedTokens = 500;
        Observation refused = new Observation();
        refused.account = "a-1";
        refused.start = Scene.BEGIN + 41 * Scene.HOUR;
        refused.unread = true;
        refused.refusedPrompts = 3;
        scene.analyst.observe(marked);
        scene.analyst.observe(refused);
        assertThat(account("a-1")).as("a refused request is no exchange").containsEntry("exchanges", 31.0);
        assertThat(scene.reports.clusters().getFirst().get("text"))
                .isEqualTo(cluster("c1").get("text"))
                .isInstanceOfSatisfying(GroupText.class, text -> {
                    assertThat(text.requestsRefused()).isEqualTo(3);
                    assertThat(text.tokensRefused())
                            .as("three answers of 700 tokens")
                            .isBetween(2_000L, 2_200L);
                    assertThat(text.tokensMarked()).isEqualTo(500);
                    assertThat(text.tokensFree()).isEqualTo(200 + 1_400);
                });
        Map<Standing, GroupText> byStanding = scene.analyst.figures().text();
        assertThat(byStanding.get(Standing.CLEAR)).isEqualTo(new GroupText(0, 0, 0, (90 + 2) * 700L));
        assertThat(byStanding.get(Standing.MARKED))
                .isEqualTo(scene.analyst.clusters().find("c1").text);
    }

    @Test
    void largeClusterIsListedInPart() {
        String[] many = IntStream.range(0, ClusterReport.MAX_MEMBERS + 5)
                .mapToObj(i -> "m-" + i)
                .toArray(String[]::new);
        scene.seen(1, many).found(Standing.MARKED, many);
        assertThat(cluster("c1")).containsEntry("size", many.length);
        assertThat((List<?>) cluster("c1").get("members")).hasSize(ClusterReport.MAX_MEMBERS);
        assertThat((List<?>) scene.reports.clusters().getFirst().get("accounts"))
                .hasSize(ClusterReport.MAX_MEMBERS);
    }
}
