package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Settings;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Shows 6: an attacker has accounts send honest-looking load, as many as the accounts that harvest, to shift what is learnt
 * of honest traffic. Stated outcome: most of those that harvest are found as without it, and nobody else climbs.
 */
final class PoisoningTest {
    private static final Settings SETTINGS =
            new FingerprintPolicy(null, null, null, null, null, null, null, null, null, null, null).settings();
    private final FakeTicker ticker = new FakeTicker();
    private final FakeContext context = new FakeContext("behaviour", ticker);
    private final Behaviour behaviour = Behaviour.open(context, 65_536, SETTINGS);

    private void play(List<Observation> all) {
        all.sort(Comparator.comparingLong(seen -> seen.start));
        for (Observation seen : all) {
            while (seen.start > ticker.millis()) {
                ticker.advance(Duration.ofMinutes(10));
                behaviour.analyse(SETTINGS, ticker.millis(), context.publisher());
            }
            behaviour.offer(seen);
        }
        ticker.advance(Duration.ofMinutes(10));
        behaviour.analyse(SETTINGS, ticker.millis(), context.publisher());
    }

    private long standing(String prefix, int count) {
        long standing = 0;
        for (int a = 0; a < count; a++) {
            Standing of = context.standings().of(FakeExchange.listed(prefix + a));
            standing += of.reaches(Standing.TIGHTENED) ? 1 : 0;
        }
        return standing;
    }

    @Test
    void honestLookingLoadOfAnAttackerHidesNobody() {
        List<Observation> all = new ArrayList<>(Crowd.of(ticker.millis(), 1));
        List<Observation> decoys = Crowd.of(ticker.millis(), 99).stream()
                .filter(seen -> seen.account.startsWith("person-"))
                .filter(seen -> Integer.parseInt(seen.account.substring(7)) < Crowd.DEALT)
                .toList();
        decoys.forEach(seen -> seen.account = "decoy-" + seen.account);
        all.addAll(decoys);
        play(all);
        assertThat(standing("dealt-", Crowd.DEALT)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(standing("person-", 160)).isZero();
        assertThat(standing("decoy-person-", Crowd.DEALT)).isZero();
    }
}
