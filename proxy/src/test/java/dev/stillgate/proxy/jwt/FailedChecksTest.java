package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests the limits of invalid signatures, of each client and of all together. */
class FailedChecksTest {
    private static final long SECOND = 1_000_000_000;

    private final FailedChecks checks = new FailedChecks(-SECOND);

    private void spend(long client, long now) {
        for (int i = 0; i < FailedChecks.BURST; i++) {
            checks.failed(client, 0, now);
        }
    }

    @Test
    void clientHasABurstAndARate() {
        for (int i = 0; i < FailedChecks.BURST; i++) {
            assertThat(checks.isSpent(7, 0)).isFalse();
            checks.failed(7, 0, 0);
        }
        assertThat(checks.isSpent(7, 0)).isTrue();
        assertThat(checks.isSpent(8, 0)).isFalse();
        assertThat(checks.isSpent(7, SECOND / FailedChecks.PER_SECOND)).isFalse();
        checks.failed(7, 0, SECOND / FailedChecks.PER_SECOND);
        assertThat(checks.isSpent(7, SECOND / FailedChecks.PER_SECOND)).isTrue();
    }

    @Test
    void floodFromManyNetworksRarelyHitsOthers() {
        for (int network = 0; network < 2_000; network++) {
            spend(network, 0);
        }
        int hit = 0;
        for (int network = 10_000; network < 11_000; network++) {
            hit += checks.isSpent(network, 0) ? 1 : 0;
        }
        assertThat(hit)
                .as("about 4 are expected, and about 30 with a single cell each")
                .isLessThan(20);
    }

    @Test
    void allTogetherTakeABoundedShareOfAProcessor() {
        long cost = 500_000;
        long now = 0;
        int checked = 0;
        for (int network = 0; now < 10 * SECOND; network++) {
            if (checks.allows(network, false, now)) {
                checks.failed(network, cost, now);
                checked++;
            }
            now += 100_000;
        }
        assertThat(checked * cost).isBetween(2 * SECOND, 3 * SECOND);
    }

    @Test
    void partOfTheTotalIsForKnownSubjects() {
        int network = 0;
        while (checks.allows(network, false, 0)) {
            checks.failed(network++, 400_000, 0);
        }
        assertThat(network).isBetween(300, 330);
        assertThat(checks.allows(1 << 20, true, 0)).isTrue();
        while (checks.allows(network, true, 0)) {
            checks.failed(network++, 400_000, 0);
        }
        assertThat(network).isBetween(600, 650);
        assertThat(checks.allows(1 << 20, false, SECOND)).as("a second later").isTrue();
    }

    @Test
    void implausibleCostsAreClamped() {
        checks.failed(1, 3_600 * SECOND, 0);
        assertThat(checks.allows(2, false, 0)).as("the thread was interrupted").isTrue();
        for (int i = 0; i < 2_600; i++) {
            checks.failed(1_000 + i, 0, 0);
        }
        assertThat(checks.allows(2, false, 0)).as("a clock that stands still").isFalse();
    }
}
