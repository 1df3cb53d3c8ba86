package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadBudgetTest {
    private static final long NOON = Duration.ofDays(20_000).toMillis();

    private final ReadBudget budget = new ReadBudget();

    /** Sends prompts of 1,200 characters at equal intervals, and returns how many were read. */
    private int read(String account, long from, int prompts, double each) {
        int read = 0;
        for (int i = 0; i < prompts; i++) {
            long now = from + Math.round(i * each);
            if (budget.allows(account, now)) {
                read++;
                budget.charge(account, now, 1200);
            }
        }
        return read;
    }

    @Test
    void accountBelowTheRateIsReadInFull() {
        int week = 7 * 1100; // 1,100 prompts of 1,200 characters a day are 15.3 characters a second
        assertThat(read("calm", NOON, week, Duration.ofDays(1).toMillis() / 1100.0))
                .isEqualTo(week);
        assertThat(budget.skimmed()).isZero();
    }

    @Test
    void burstIsReadInFull() {
        int most = ReadBudget.BURST / 1200;
        assertThat(read("burst", NOON, most, 0)).isEqualTo(most);
    }

    @Test
    void heavyAccountIsReadUpToTheRateAndAnEighthAbove() {
        int day = 20_000;
        int read = read("customer", NOON, day, Duration.ofDays(1).toMillis() / (double) day);

        double allowed = (ReadBudget.BURST + 86_400.0 * ReadBudget.RATE) / 1200;
        assertThat(read).isCloseTo((int) (allowed + (day - allowed) / ReadBudget.ONE_OF), withPercentage(2));
        assertThat(budget.skimmed()).isEqualTo(day - read);
    }

    @Test
    void exhaustedBudgetStillReadsEveryEighthPrompt() {
        budget.charge("junk", NOON, ReadBudget.BURST);
        budget.charge("junk", NOON, 1 << 16);

        assertThat(read("junk", NOON, 80, 0)).isEqualTo(80 / ReadBudget.ONE_OF);
    }

    @Test
    void otherAccountsAreNotCharged() {
        read("customer", NOON, 10_000, 0);

        assertThat(read("neighbour", NOON, 100, 0)).isEqualTo(100);
    }

    @Test
    void budgetIsRestoredOverTime() {
        read("customer", NOON, 10_000, 0);
        long later = NOON
                + Duration.ofSeconds(2 * ReadBudget.BURST / ReadBudget.RATE).toMillis();

        assertThat(read("customer", later, 100, 0)).isEqualTo(100);
    }

    @Test
    void clockSetBackDoesNotStopReading() {
        read("customer", NOON, 10_000, 0);

        assertThat(read("customer", NOON - Duration.ofDays(3).toMillis(), 100, 0))
                .isEqualTo(100);
    }
}
