package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.standing.Clusters;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State is bounded, and important accounts are kept. */
final class AnalystBoundsTest {
    private static final int MOST = 800;
    private final Analyst analyst = new Analyst(Seen.settings(MOST), Pins.orders(() -> Seen.START));

    private boolean knows(String account) {
        return analyst.table().index().find(account) != AccountIndex.NONE;
    }

    @Test
    void floodOfNewAccountsKeepsTheEstablishedOnes() {
        for (int a = 0; a < 300; a++) {
            for (int k = 0; k < 15; k++) {
                analyst.observe(Seen.prompt("old-" + a, Seen.START + k * 3_600_000L));
            }
        }
        for (int flood = 0; flood < 30_000; flood++) {
            analyst.observe(Seen.prompt("new-" + flood, Seen.START + 86_400_000L + flood));
        }
        assertThat(analyst.table().index().size()).isLessThanOrEqualTo(MOST);
        assertThat(analyst.accountStore().evicted()).isGreaterThan(29_000);
        for (int a = 0; a < 300; a++) {
            assertThat(knows("old-" + a)).isTrue();
        }
        assertThat(knows("new-29999")).isTrue();
    }

    @Test
    void accountsWithAStandingAreNotEvicted() {
        for (int a = 0; a < MOST; a++) {
            analyst.observe(Seen.prompt("a-" + a, Seen.START));
            if (a < 500) {
                analyst.ladder().climb("a-" + a, Standing.MARKED, 8, List.of(), "c1", Seen.START);
            }
        }
        analyst.observe(Seen.prompt("b", Seen.START + 1));
        for (int a = 0; a < 500; a++) {
            assertThat(knows("a-" + a)).isTrue();
        }
        assertThat(knows("b")).isTrue();
        for (int a = 500; a < MOST; a++) {
            analyst.ladder().climb("a-" + a, Standing.MARKED, 8, List.of(), "c1", Seen.START);
        }
        for (int k = 0; k < 5000; k++) {
            String account = "c-" + k;
            analyst.observe(Seen.prompt(account, Seen.START + k));
            if (knows(account)) {
                analyst.ladder().climb(account, Standing.MARKED, 8, List.of(), "c1", Seen.START);
            }
        }
        assertThat(analyst.table().index().size()).isLessThanOrEqualTo(MOST);
        assertThat(analyst.accountStore().unkept()).isGreaterThan(4000);
    }

    @Test
    void reusedIndexInheritsNoMarks() {
        analyst.observe(Seen.issued("a", Seen.START, 71));
        analyst.forget("a");
        analyst.observe(Seen.prompt("b", Seen.START + 1));
        assertThat(analyst.accountStore().beginsConversation(Seen.cited("b", Seen.START + 2, 71)))
                .isTrue();
    }

    @Test
    void clearedStandingsAreForgottenEventually() {
        Ladder ladder = analyst.ladder();
        ladder.climb("a", Standing.MARKED, 5, List.of(), "c1", Seen.START);
        long lasting = Duration.ofDays(14).toMillis();
        ladder.expire(lasting, Seen.START + lasting + 1);
        assertThat(ladder.standing("a")).isEqualTo(Standing.CLEAR);
        assertThat(ladder.find("a")).as("history is kept for a while").isNotNull();
        ladder.expire(lasting, Seen.START + 2 * lasting + 2);
        assertThat(ladder.find("a")).isNull();
    }

    @Test
    void clustersAreBounded() {
        Clusters clusters = new Clusters();
        Finding finding = new Finding(new int[] {1}, null, Map.of(), List.of(), List.of(), false);
        for (int k = 0; k < 10_050; k++) {
            clusters.take(finding, List.of("a-" + k), Seen.START + k);
        }
        clusters.forget(0);
        assertThat(clusters.all()).hasSize(10_000);
        assertThat(clusters.of("a-0")).isNull();
        assertThat(clusters.of("a-10049")).isNotNull();
    }

    @Test
    void extremeValuesKeepStatisticsFinite() {
        Observation seen = Seen.prompt("a", Seen.START);
        seen.outputTokens = Long.MIN_VALUE;
        seen.maxTokens = Long.MIN_VALUE;
        seen.prompt.newChars = Integer.MAX_VALUE;
        seen.prompt.codeChars = Integer.MAX_VALUE;
        seen.prompt.elicitations = -1;
        seen.proseChars = Long.MAX_VALUE;
        java.util.Arrays.fill(seen.prompt.topic, Float.NaN);
        for (int k = 0; k < 100; k++) {
            analyst.observe(seen);
        }
        AccountProfile profile = analyst.table().profile(0);
        assertThat(profile.code()).isBetween(0.0, 1.0);
        assertThat(profile.prose()).isBetween(0.0, 1.0);
        assertThat(profile.meanLogPrompt()).isBetween(0.0, 16.5);
        assertThat(profile.meanLogResponse()).isFinite();
        assertThat(profile.deviationOfLogPrompt()).isFinite();
        assertThat(profile.topic(0)).isBetween(-1.0, 1.0);
    }
}
