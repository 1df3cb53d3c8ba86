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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A firm whose people share out one queue of work, each with an account: in what they do they are an actor's accounts. They
 * are told by working in shifts and in one place, which whoever hides that his accounts are one does not let them.
 */
final class OfficeTest {
    private static final Settings SETTINGS =
            new FingerprintPolicy(null, null, null, null, null, null, null, null, null, null, null).settings();
    private static final long OFFICE = 0x1234_5678_9abcL;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeContext context = new FakeContext("behaviour", ticker);
    private final Behaviour behaviour = Behaviour.open(context, 65_536, SETTINGS);

    /** Plays people, and the accounts of a queue. */
    private void play(int fromHour, int toHour, int anHour, long network) {
        List<Observation> all = new ArrayList<>(Crowd.of(ticker.millis(), 1));
        all.removeIf(seen -> seen.account.startsWith("dealt-"));
        all.addAll(Crowd.queue(ticker.millis(), "seat-", fromHour, toHour, anHour, network));
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

    private long reached(Standing standing) {
        return IntStream.range(0, Crowd.DEALT)
                .filter(a ->
                        context.standings().of(FakeExchange.listed("seat-" + a)).reaches(standing))
                .count();
    }

    @Test
    void shiftsInOnePlaceAreWatchedAndNoMore() {
        play(9, 17, 3, OFFICE);
        assertThat(reached(Standing.WATCHED)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(reached(Standing.TIGHTENED)).isZero();
    }

    @Test
    void shiftsInManyPlacesAreFound() {
        play(9, 17, 3, 0);
        assertThat(reached(Standing.TIGHTENED)).isGreaterThan(Crowd.DEALT / 2);
    }

    @Test
    void onePlaceAroundTheClockIsFound() {
        play(0, 24, 1, OFFICE);
        assertThat(reached(Standing.TIGHTENED)).isGreaterThan(Crowd.DEALT / 2);
    }
}
