package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DossierPartsTest {
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

    private static String[] names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    private void seenWith(long client, int exchanges, String... accounts) {
        for (int i = 0; i < exchanges; i++) {
            for (String account : accounts) {
                Observation seen = Scene.exchange(account, Scene.BEGIN + i * Scene.HOUR);
                seen.client = client;
                scene.analyst.observe(seen);
            }
        }
    }

    @Test
    void membersWithEqualValuesAreAPart() {
        seenWith(1L << 40, 4, names("a-", 12));
        seenWith(3L << 40, 6, names("b-", 8));
        seenWith(5L << 40, 3, "c-0");
        String[] all = IntStream.range(0, 21)
                .mapToObj(i -> i < 12 ? "a-" + i : i < 20 ? "b-" + (i - 12) : "c-0")
                .toArray(String[]::new);
        scene.found(Standing.MARKED, all);
        Map<String, Object> page = dossier();
        assertThat(rows(page, "parts")).extracting(part -> part.get("accounts")).containsExactly(12, 8, 1);
        assertThat(rows(page, "parts"))
                .extracting(part -> part.get("exchanges"))
                .containsExactly(4L, 6L, 3L);
        assertThat(rows(page, "parts").get(2).get("values").toString())
                .as("fewer than a tenth have this client")
                .contains("client=various", "tools=none", "system=007fff01");
        assertThat(rows(page, "parts").getFirst())
                .containsEntry("busiest", "a-0")
                .containsEntry("verified", 0L);
        assertThat(rows(page, "shared").getFirst().toString()).contains("accounts=21, parts=[12, 8, 1]");
        assertThat(rows(page, "shared").stream().filter(each -> each.get("key").equals("client")))
                .extracting(each -> each.get("parts"))
                .containsExactly(List.of(12, 0, 0), List.of(0, 8, 0));
        assertThat(rows(page, "members"))
                .filteredOn(member -> member.get("part").equals(2))
                .hasSize(8);
        assertThat(rows(page, "hours")).extracting(row -> row.get("part")).contains(1, 2, 3);
    }

    @Test
    void membersWithoutTrafficAreInNoPart() {
        scene.seen(3, "a-1").found(Standing.MARKED, "a-1");
        scene.analyst
                .clusters()
                .take(
                        new Finding(new int[] {0}, SharedKey.SYSTEM, Map.of(), List.of(), List.of(), false),
                        List.of("a-1", "a-2"),
                        FOUND);
        Map<String, Object> page = dossier();
        assertThat(rows(page, "parts")).hasSize(1);
        assertThat(rows(page, "members").getLast())
                .containsEntry("account", "a-2")
                .doesNotContainKey("part");
    }

    @Test
    void manyPartsAreBounded() {
        String[] all = names("a-", 90);
        for (int i = 0; i < all.length; i++) {
            seenWith((1L + 2 * (i % 9)) << 40, 3, all[i]);
        }
        scene.found(Standing.MARKED, all);
        Map<String, Object> page = dossier();
        assertThat(rows(page, "parts")).hasSize(MemberParts.MAX_PARTS);
        assertThat(rows(page, "parts").getLast()).containsEntry("accounts", 20).containsEntry("values", Map.of());
        assertThat(rows(page, "hours")).hasSizeLessThanOrEqualTo(DossierReport.MAX_HOUR_ROWS);
    }

    @Test
    void testThatFailedWeakens() {
        scene.seen(30, "a-1", "a-2");
        scene.analyst
                .clusters()
                .take(Finding.ofDispatch(new int[] {0, 1}, SharedKey.SYSTEM, 0.7, false), List.of("a-1", "a-2"), FOUND);
        Map<String, Object> page = dossier();
        assertThat(row(page, "notSeen", "under-dispersion"))
                .containsEntry("weakens", true)
                .containsEntry("text", "No work dealt out more evenly than by chance (0.7).");
        assertThat(rows(page, "tests").toString()).contains("signals=[under-dispersion], evidence=0.7");
    }

    @Test
    void testsAreUnknownAfterARestart() {
        scene.seen(30, "a-1", "a-2").found(Standing.MARKED, "a-1", "a-2");
        scene.analyst.clusters().all().iterator().next().tests = List.of();
        scene.analyst.clusters().all().iterator().next().reasons = List.of();
        assertThat(row(dossier(), "notSeen", "under-dispersion").get("text").toString())
                .startsWith("Not known until the next comparison: whether work is dealt out");
    }

    private void created(String account, int daysAgo) {
        Observation seen = Scene.exchange(account, Scene.BEGIN);
        seen.created = Instant.ofEpochMilli(Scene.BEGIN - daysAgo * DAY + 60_000);
        scene.analyst.observe(seen);
    }

    @Test
    void signUpsAreShownBesideThoseOfOtherAccounts() {
        created("a-1", 300);
        created("a-2", 299);
        created("b-1", 300);
        created("b-2", 290);
        scene.found(Standing.MARKED, "a-1", "a-2");
        Map<String, Object> page = dossier();
        assertThat(rows(page, "signUps").stream()
                        .mapToInt(each -> (Integer) each.get("accounts"))
                        .sum())
                .isEqualTo(2);
        assertThat(rows(page, "signUps").stream()
                        .mapToInt(each -> (Integer) each.get("others"))
                        .sum())
                .isEqualTo(1);
        assertThat(row(page, "notSeen", "registration-burst").get("text").toString())
                .endsWith("Of these, 1 signed up in the same time.");
        assertThat(row(page, "counterEvidence", "old")).as("others are as old").isEmpty();
        assertThat(page.get("others").toString()).contains("accounts=2", "ofKnownAge=2, old=2");
    }

    @Test
    void olderMembersSpeakForThemselvesBesideYoungOtherAccounts() {
        created("a-1", 300);
        created("a-2", 20);
        created("b-1", 30);
        scene.found(Standing.MARKED, "a-1", "a-2");
        assertThat(row(dossier(), "counterEvidence", "old").get("text"))
                .isEqualTo("1 of 2 members: older than 180 days when first seen; of other accounts 0 of 1 were.");
    }

    @Test
    void hostingIsUnknownUnlessSomeAccountIsListed() {
        scene.seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2");
        assertThat(row(dossier(), "notSeen", "hosting").get("state")).hasToString("NOT_RECORDED");
        Observation hosted = Scene.exchange("b-1", FOUND);
        hosted.hosting = true;
        scene.analyst.observe(hosted);
        assertThat(row(dossier(), "notSeen", "hosting").get("state")).hasToString("NOT_SEEN");
    }

    @Test
    void networksHaveTheNamesOfTheirOperators() {
        scene.seen(3, "a-1").found(Standing.MARKED, "a-1");
        Observation seen = Scene.exchange("a-1", FOUND);
        seen.operator = "Example Hosting";
        scene.analyst.observe(seen);
        assertThat(dossier().get("sinceFound").toString()).contains("asnNames={AS64496=Example Hosting}");
    }

    @Test
    void lastRequestOfOtherAccountsIsShown() {
        scene.seen(3, "a-1").seen(5, "b-1").found(Standing.MARKED, "a-1");
        assertThat(dossier().get("others").toString())
                .contains("lastSeen=" + Instant.ofEpochMilli(Scene.BEGIN + 4 * Scene.HOUR));
        assertThat(dossier().get("prompts")).isEqualTo(3L);
    }
}
