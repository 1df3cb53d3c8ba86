package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ScheduleCheckTest {
    private static final int HOUR = 3600;
    private static final int DAY = 86_400;
    private static final int FIRST = 20_500 * DAY;

    private final Random random = new Random(8);
    private final ScheduleCheck check = new ScheduleCheck(2);

    private void nightly(int days, int within) {
        for (int day = 0; day < days; day++) {
            check.add(1, FIRST + day * DAY + 2 * HOUR + random.nextInt(within));
        }
    }

    @Test
    void sameTenMinutesOfFourNightsAreScheduled() {
        nightly(3, 600);
        assertThat(check.isScheduled(1)).isFalse();
        check.add(1, FIRST + 3 * DAY + 2 * HOUR + 10);
        assertThat(check.isScheduled(1)).isTrue();
        assertThat(check.isScheduled(0)).as("another member").isFalse();
    }

    @Test
    void nightlyJobIsDetectedBesideOtherWork() {
        for (int day = 0; day < 8; day++) {
            check.add(1, FIRST + day * DAY + 60 + random.nextInt(500));
            check.add(1, FIRST + day * DAY + 8 * HOUR + random.nextInt(12 * HOUR));
        }
        assertThat(check.isScheduled(1)).isTrue();
        check.grow(3, new int[] {2, 0});
        assertThat(check.isScheduled(0)).as("after others joined").isTrue();
        assertThat(check.isScheduled(1)).isFalse();
    }

    @Test
    void twoHoursOfEachDayAreNotScheduled() {
        nightly(40, 2 * HOUR);
        assertThat(check.isScheduled(1)).isFalse();
    }

    @Test
    void workAtAnyTimeIsNotScheduled() {
        int clocks = 0;
        for (int account = 0; account < 200; account++) {
            ScheduleCheck each = new ScheduleCheck(1);
            for (int k = 0; k < 60; k++) {
                each.add(0, FIRST + k * 6 * HOUR + random.nextInt(6 * HOUR));
            }
            clocks += each.isScheduled(0) ? 1 : 0;
        }
        assertThat(clocks).isLessThanOrEqualTo(4);
    }
}
