package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Jobs that a clock starts. When they run says only what somebody wrote into a table; whose they are is told by how much each
 * does and what it asks: a product's customers each send their own, an actor's accounts each a part of one heap.
 */
final class ScheduleTest {
    private final Stage stage = new Stage();

    private long reached(double own, Standing standing) {
        List<Observation> all = new ArrayList<>(Crowd.of(stage.now(), 1));
        all.removeIf(seen -> seen.account.startsWith("dealt-"));
        all.addAll(Crowd.scheduled(stage.now(), "job-", own));
        stage.play(all);
        return stage.reach(standing, "job-", Crowd.DEALT);
    }

    @Test
    void jobsOverOneHeapAreFound() {
        assertThat(reached(0, Standing.TIGHTENED)).isGreaterThan(Crowd.DEALT / 2);
    }

    @Test
    void customersOfAProductAreNot() {
        assertThat(reached(0.4, Standing.WATCHED)).isZero();
    }
}
