package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Reports;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A firm whose people share out one queue of work, each with an account: in what they do they are an actor's accounts. They
 * are told by working in shifts and in one place, which whoever hides that his accounts are one does not let them.
 */
final class OfficeTest {
    private static final long OFFICE = 0x1234_5678_9abcL;

    private final Stage stage = new Stage();

    /** Plays people, and the accounts of a queue. */
    private void play(int fromHour, int toHour, int anHour, long network) {
        List<Observation> all = new ArrayList<>(Crowd.of(stage.now(), 1));
        all.removeIf(seen -> seen.account.startsWith("dealt-"));
        all.addAll(Crowd.queue(stage.now(), "seat-", fromHour, toHour, anHour, network));
        stage.play(all);
    }

    private long reached(Standing standing) {
        return stage.reach(standing, "seat-", Crowd.DEALT);
    }

    @Test
    void shiftsInOnePlaceAreWatchedAndNoMore() {
        play(9, 17, 3, OFFICE);
        assertThat(reached(Standing.WATCHED)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(reached(Standing.TIGHTENED)).isZero();
        assertThat(stage.behaviour.ask(Reports::clusters).toString()).contains("office");
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
