package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AccountCountsTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final Outcome REFUSED = new Outcome.Rejected(429, Usage.NONE, 0, 0, "limits", "requests");

    private final AccountCounts counts = new AccountCounts();

    private static Outcome served(long input, long output) {
        return new Outcome.Served(200, new Usage(Usage.Source.EXACT, input, output, -1, -1, -1), 0, 0);
    }

    private Map<String, AccountCounts.Row> at(long nanos) {
        Map<String, AccountCounts.Row> sums = new HashMap<>();
        counts.addTo(sums, nanos);
        return sums;
    }

    @Test
    void whatAnAccountDidIsForgottenAfterFiveMinutes() {
        long start = -3 * MINUTE;
        counts.count("a", served(10, 3), ProviderVerdict.NONE, start);
        counts.count("a", REFUSED, ProviderVerdict.NONE, start + MINUTE);
        AccountCounts.Row row = at(start + 4 * MINUTE).get("a");
        assertThat(row.requests()).isEqualTo(2);
        assertThat(row.refused()).isEqualTo(1);
        assertThat(row.inputTokens()).isEqualTo(10);
        assertThat(row.tokens()).isEqualTo(13);
        assertThat(at(start + 5 * MINUTE).get("a").requests()).isEqualTo(1);
        AccountCounts.Row alone = new AccountCounts.Row();
        assertThat(counts.addTo(alone, "a", start + 4 * MINUTE)).isTrue();
        assertThat(alone.requests()).isEqualTo(2);
        assertThat(alone.tokens()).isEqualTo(13);
        assertThat(counts.addTo(alone, "b", start + 4 * MINUTE)).isFalse();
        assertThat(counts.addTo(alone, "a", start + 6 * MINUTE)).isFalse();
        assertThat(alone.requests()).isEqualTo(2);
        assertThat(at(start + 6 * MINUTE)).isEmpty();
        counts.count("b", REFUSED, ProviderVerdict.NONE, start + 5 * MINUTE);
        assertThat(at(start + 5 * MINUTE)).as("the ring's slot is reused").containsOnlyKeys("a", "b");
    }

    @Test
    void ofAFloodOfAccountsThoseWhoAskForMuchAreKept() {
        for (int i = 0; i < 100_000; i++) {
            counts.count("flood-" + i, served(1, 1), ProviderVerdict.NONE, 0);
            if (i % 100 == 0) {
                counts.count("many", served(0, 0), ProviderVerdict.NONE, 0);
            }
            if (i % 3000 == 50) {
                counts.count("large", served(100_000, 0), ProviderVerdict.NONE, 0);
            }
        }
        Map<String, AccountCounts.Row> sums = new HashMap<>();
        assertThat(counts.addTo(sums, 0)).as("complete").isFalse();
        assertThat(sums).hasSizeLessThanOrEqualTo(AccountCounts.MOST);
        assertThat(sums.get("many").requests()).isEqualTo(1000);
        assertThat(sums.get("large").inputTokens()).isEqualTo(3_400_000);
        assertThat(counts.addTo(new HashMap<>(), AccountCounts.MINUTES * MINUTE))
                .isTrue();
    }

    @Test
    void ofManyAlikeSomeAreKept() {
        for (int i = 0; i < 3 * AccountCounts.MOST; i++) {
            counts.count("a" + i, served(i, 0), ProviderVerdict.NONE, 0);
        }
        assertThat(at(0)).hasSizeBetween(1, AccountCounts.MOST).containsKey("a" + (3 * AccountCounts.MOST - 1));
    }
}
