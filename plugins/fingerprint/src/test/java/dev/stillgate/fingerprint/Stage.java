package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Single gateway with the default policy that replays observations. */
final class Stage {
    private static final AnalysisSettings SETTINGS = Policies.DEFAULT.settings();

    private final FakeTicker ticker = new FakeTicker();
    private final FakeContext context = new FakeContext("behaviour", ticker);
    final FingerprintState state = FingerprintState.open(context, 65_536, SETTINGS);

    long now() {
        return ticker.millis();
    }

    /** Replays observations by their times, with an analysis every ten minutes. */
    void play(List<Observation> all) {
        all.sort(Comparator.comparingLong(seen -> seen.start));
        for (Observation seen : all) {
            while (seen.start > ticker.millis()) {
                analyse();
            }
            state.offer(seen);
        }
        analyse();
    }

    private void analyse() {
        ticker.advance(Duration.ofMinutes(10));
        state.analyse(SETTINGS, ticker.millis(), context.publisher());
    }

    /**
     * Returns how many of the accounts with a prefix reach a standing.
     *
     * @param count number of accounts with the prefix
     */
    long reach(Standing standing, String prefix, int count) {
        return IntStream.range(0, count)
                .filter(a ->
                        context.standings().of(FakeExchange.listed(prefix + a)).reaches(standing))
                .count();
    }
}
