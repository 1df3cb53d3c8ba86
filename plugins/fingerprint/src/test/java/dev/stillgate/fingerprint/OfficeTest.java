package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Employees who process one queue of work, each with an account, behave like an actor's accounts. They are recognised
 * by working in shifts, and by working in one place or on unrelated topics; an actor who hides that the accounts are
 * related avoids both.
 */
@Tag("slow")
final class OfficeTest {
    private static final long OFFICE = 0x1234_5678_9abcL;

    private final Stage stage = new Stage();

    /** Replays people and the accounts of a queue. */
    private void play(int fromHour, int toHour, int anHour, long network) {
        play(Crowd.queue(stage.now(), "seat-", fromHour, toHour, anHour, network));
    }

    private void play(List<Observation> queue) {
        List<Observation> all = new ArrayList<>(Crowd.of(stage.now(), 1));
        all.removeIf(seen -> seen.account.startsWith("dealt-"));
        all.addAll(queue);
        stage.play(all);
    }

    /** Replays people and the accounts of a queue, each in its own network and with its own prompt lengths. */
    private void playAtHome(int fromHour, int toHour, int anHour) {
        List<Observation> queue = Crowd.queue(stage.now(), "seat-", fromHour, toHour, anHour, 0);
        Random random = new Random(29);
        for (Observation seen : queue) {
            Random own = new Random(seen.account.hashCode());
            seen.network = own.nextLong();
            double size = 1.2 * own.nextGaussian() + 1.2 * own.nextDouble() * random.nextGaussian();
            seen.prompt.newChars = (int) (seen.prompt.newChars * Math.exp(size));
            seen.outputTokens = (long) (seen.outputTokens * Math.exp(size));
        }
        play(queue);
    }

    private long reached(Standing standing) {
        return stage.reach(standing, "seat-", Crowd.DEALT);
    }

    @Test
    void shiftsInOneOfficeAreNamed() {
        play(9, 17, 3, OFFICE);
        assertThat(reached(Standing.MARKED)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(stage.state.report(Reports::clusters).toString()).contains("office");
    }

    @Test
    void shiftsInManyNetworksAreFound() {
        play(9, 17, 3, 0);
        assertThat(stage.state.report(Reports::clusters).toString()).doesNotContain("office");
        assertThat(reached(Standing.MARKED)).isGreaterThan(Crowd.DEALT / 2);
    }

    @Test
    void unrelatedShiftsAtHomeAreOnlyMarked() {
        playAtHome(9, 17, 3);
        assertThat(reached(Standing.MARKED)).isPositive();
    }

    @Test
    void accountsAtHomeAroundTheClockAreFound() {
        playAtHome(0, 24, 1);
        assertThat(reached(Standing.MARKED)).isPositive();
    }

    @Test
    void accountsInOneOfficeAroundTheClockAreFound() {
        play(0, 24, 1, OFFICE);
        assertThat(reached(Standing.MARKED)).isGreaterThan(Crowd.DEALT / 2);
    }
}
