package dev.stillgate.loadtests.campaign.traffic;

import static dev.stillgate.loadtests.campaign.traffic.ScriptedApi.BLOCKED;
import static dev.stillgate.loadtests.campaign.traffic.ScriptedApi.LIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.random.Dice;
import org.junit.jupiter.api.Test;

/** Rest and abandonment of an account that is refused. */
final class ReactionTest {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long NOT = Long.MAX_VALUE;

    private final Reaction reaction = new Reaction(new Dice(1));

    @Test
    void restDoublesUpToAnHour() {
        long time = 0;
        for (long minutes : new long[] {5, 10, 20, 40, 60, 60}) {
            assertThat(reaction.to(time, LIMITED)).isEqualTo(NOT);
            assertThat(reaction.restsUntil()).isEqualTo(time + minutes * MINUTE);
            time = reaction.restsUntil();
        }
        reaction.to(time, ApiResponse.SERVED);
        reaction.to(time, LIMITED);
        assertThat(reaction.restsUntil()).as("after a success").isEqualTo(time + 5 * MINUTE);
    }

    @Test
    void retryAfterIsHonouredFromAMinuteToADay() {
        reaction.to(0, new ApiResponse(429, 3 * HOUR, true));
        assertThat(reaction.restsUntil()).isEqualTo(3 * HOUR);
        reaction.to(0, new ApiResponse(429, 1_000, true));
        assertThat(reaction.restsUntil()).isEqualTo(MINUTE);
        reaction.to(0, new ApiResponse(429, 90 * Location.DAY, true));
        assertThat(reaction.restsUntil()).isEqualTo(Location.DAY);
    }

    @Test
    void blockedAccountIsAbandonedSoon() {
        assertThat(reaction.to(1_000, BLOCKED)).isBetween(1_000L, 1_000 + 5 * HOUR);
    }

    @Test
    void accountIsAbandonedWhenRefusedForADay() {
        long abandoned = NOT;
        long time = 0;
        int refusals = 0;
        while (abandoned == NOT) {
            abandoned = reaction.to(time, LIMITED);
            refusals++;
            time = reaction.restsUntil();
        }
        // The share of served requests falls below one half at the fourth refusal, after 35 minutes.
        assertThat(abandoned).isBetween(35 * MINUTE + Location.DAY, 35 * MINUTE + Location.DAY + HOUR);
        assertThat(refusals).isGreaterThan(20);
    }

    @Test
    void servedAccountIsKept() {
        for (int i = 0; i < 200; i++) {
            ApiResponse response = i % 4 == 0 ? LIMITED : ApiResponse.SERVED;
            assertThat(reaction.to(i * HOUR, response)).isEqualTo(NOT);
        }
    }

    @Test
    void replacementTakesLessThanADay() {
        for (int i = 0; i < 100; i++) {
            assertThat(reaction.delay()).isBetween(2 * HOUR, 24 * HOUR);
        }
    }
}
