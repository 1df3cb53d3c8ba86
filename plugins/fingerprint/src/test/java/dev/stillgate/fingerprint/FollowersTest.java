package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** New accounts of a known actor, beside new honest users of the same client. */
final class FollowersTest {
    private static final long HOUR = 3_600_000;
    private static final int BEGIN = 96;
    private static final int END = 114;

    private final Stage stage = new Stage();
    private final long start = stage.now();

    @Test
    void newAccountsOfAKnownGroupAreFoundAfterNineExchanges() {
        List<Observation> all = new ArrayList<>(Crowd.of(start, 1));
        all.removeIf(seen -> seen.account.startsWith("dealt-"));
        all.forEach(seen -> seen.client = 0x0bad_cafe_0000_0001L);
        List<Observation> late = Crowd.queue(start, "late-", 0, 24, 1, 0);
        late.removeIf(seen -> hour(seen) < BEGIN || hour(seen) >= END || hour(seen) % 2 == 1);
        assertThat(late).hasSize(Crowd.DEALT * 9);
        List<Observation> early = Crowd.queue(start, "early-", 0, 24, 1, 0);
        early.removeIf(seen -> hour(seen) >= END);
        List<Observation> people = new ArrayList<>(Crowd.of(start + BEGIN * HOUR, 99));
        people.removeIf(seen -> !seen.account.matches("person-\\d") || hour(seen) >= END);
        people.forEach(seen -> seen.account = "new-" + seen.account);
        all.addAll(early);
        all.addAll(late);
        all.addAll(people);
        stage.play(all);
        assertThat(stage.reach(Standing.MARKED, "early-", Crowd.DEALT)).isGreaterThan(Crowd.DEALT * 8 / 10);
        assertThat(stage.reach(Standing.MARKED, "late-", Crowd.DEALT)).isGreaterThan(Crowd.DEALT / 4);
        assertThat(stage.reach(Standing.MARKED, "person-", 160)).isZero();
        assertThat(stage.reach(Standing.MARKED, "new-person-", 10)).isZero();
    }

    private long hour(Observation seen) {
        return (seen.start - start) / HOUR;
    }
}
