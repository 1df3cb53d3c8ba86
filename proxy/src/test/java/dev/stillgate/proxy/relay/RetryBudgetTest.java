package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests the limits on retries. */
class RetryBudgetTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RetryBudget budget = new RetryBudget();
    private long now = Long.MAX_VALUE - 3 * SECOND; // the ticker's origin is arbitrary, so sums may overflow

    private int taken(int percent, int perSecond) {
        int taken = 0;
        while (taken < 1_000 && budget.take(now, percent, perSecond)) {
            taken++;
        }
        return taken;
    }

    private void requests(int count) {
        for (int i = 0; i < count; i++) {
            budget.request();
        }
    }

    @Test
    void budgetWithoutRequestsIsTheConstantRate() {
        assertThat(taken(20, 2)).isEqualTo(20);
        assertThat(taken(20, 2)).isZero();
    }

    @Test
    void budgetGrowsWithRequests() {
        budget.take(now, 0, 0);
        requests(500);
        assertThat(taken(20, 2)).isEqualTo(120);
    }

    @Test
    void newWindowStartsWithThePreviousShare() {
        assertThat(taken(20, 0)).isZero();
        requests(500);
        now += 10 * SECOND;
        assertThat(taken(20, 0)).isEqualTo(100);
        now += 10 * SECOND;
        assertThat(taken(20, 0)).as("the previous window had no request").isZero();
    }

    @Test
    void oldRequestsDoNotCount() {
        assertThat(taken(20, 0)).isZero();
        requests(500);
        now += 100 * SECOND;
        assertThat(taken(20, 0)).isZero();
    }

    @Test
    void zeroBudgetAllowsNoRetry() {
        requests(500);
        assertThat(taken(0, 0)).isZero();
    }
}
