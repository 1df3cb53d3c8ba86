package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Shows 6: citations by or of third parties do not put an account into a campaign's cohort. */
final class FramingTest {
    private static final int RING = 20;
    private final Analyst analyst = new Analyst(Seen.settings(1000), Pins.orders(() -> Seen.START));
    private long now = Seen.START;

    /** Issues an answer to one account and cites it from another, twice. */
    private void passes(String from, String to) {
        for (int k = 0; k < 2; k++) {
            long mark = ++now * 0x9e3779b97f4a7c15L;
            analyst.observe(Seen.issued(from, now, mark));
            analyst.observe(Seen.cited(to, ++now, mark));
        }
    }

    /** Returns the cohorts by issued context, as account ids. */
    private List<List<String>> cohorts() {
        AccountTable table = analyst.table();
        table.setComponents(
                analyst.accountStore().edges().components(table.index().limit(), 2));
        List<AccountProfile> profiles = new ArrayList<>();
        for (int account = 0; account < table.index().limit(); account++) {
            profiles.add(table.profile(account));
        }
        return Cohorts.of(Set.of(SharedKey.ISSUED_CONTEXT), profiles).stream()
                .filter(cohort -> cohort.key() == SharedKey.ISSUED_CONTEXT)
                .map(cohort -> Arrays.stream(cohort.members())
                        .mapToObj(table.index()::id)
                        .toList())
                .toList();
    }

    private void campaign() {
        for (int a = 0; a < RING; a++) {
            passes("campaign-" + a, "campaign-" + (a + 1) % RING);
        }
    }

    private static String[] members() {
        return IntStream.range(0, RING).mapToObj(a -> "campaign-" + a).toArray(String[]::new);
    }

    @Test
    void accountsThatExchangeAnswersAreCompared() {
        campaign();
        assertThat(cohorts())
                .singleElement()
                .satisfies(cohort -> assertThat(cohort).containsExactly(members()));
    }

    @Test
    void readersOfAPublishedTranscriptAreNotCompared() {
        campaign();
        for (int innocent = 0; innocent < 100; innocent++) {
            passes("campaign-" + innocent % RING, "innocent-" + innocent);
        }
        assertThat(cohorts())
                .singleElement()
                .satisfies(cohort -> assertThat(cohort).containsExactly(members()));
    }

    @Test
    void citedVictimIsNotCompared() {
        campaign();
        for (int a = 0; a < RING; a++) {
            passes("victim", "campaign-" + a);
        }
        assertThat(cohorts())
                .singleElement()
                .satisfies(cohort -> assertThat(cohort).containsExactly(members()));
    }

    @Test
    void famousTranscriptLinksNoAccounts() {
        long mark = 77;
        analyst.observe(Seen.issued("author", ++now, mark));
        for (int k = 0; k < 3; k++) {
            for (int a = 0; a < 100; a++) {
                analyst.observe(Seen.cited("reader-" + a, ++now, mark));
            }
        }
        assertThat(cohorts()).isEmpty();
    }

    @Test
    void smallRingIsNotCompared() {
        for (int a = 0; a < 11; a++) {
            passes("friend-" + a, "friend-" + (a + 1) % 11);
        }
        assertThat(cohorts()).isEmpty();
    }
}
