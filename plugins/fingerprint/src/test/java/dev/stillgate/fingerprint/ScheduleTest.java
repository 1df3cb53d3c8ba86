package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scheduled jobs, whose start times do not count as evidence. */
@Tag("slow")
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
    void scheduledJobsOfIndependentCustomersAreNotFound() {
        assertThat(reached(0.4, Standing.MARKED)).isZero();
    }
}
