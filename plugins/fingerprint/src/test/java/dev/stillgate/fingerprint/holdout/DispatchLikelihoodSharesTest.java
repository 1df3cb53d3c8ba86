package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.DispatchScenario;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Evidence of equal and unequal shares beside that of independence. */
final class DispatchLikelihoodSharesTest extends DispatchScenario {
    @Test
    void randomDispatchInUnequalSharesIsNoEvidence() {
        dispatch(shares(false), false);
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.independenceLogRatio()).isBetween(1.0, Math.log(100));
        assertThat(result.roundRobinLogRatio()).isLessThan(3);
        assertThat(result.equalSharesLogRatio()).isLessThan(-6);
        assertThat(result.evidence()).isLessThan(1);
        assertThat(result.isFutile()).isFalse();
    }

    @Test
    void randomDispatchInEqualSharesIsDetected() {
        dispatch(shares(true), false);
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.independenceLogRatio()).isPositive();
        assertThat(result.equalSharesLogRatio()).isGreaterThan(10);
        assertThat(result.evidence())
                .isGreaterThanOrEqualTo(result.independenceLogRatio())
                .isGreaterThan(3);
    }

    /** Products of similar size, whose users arrive at random and stay for a few turns. */
    @Test
    void equalSharesOfProductsAreNoEvidence() {
        for (int account = 0; account < ACCOUNTS; account++) {
            double hours = 2 * Math.PI * account / ACCOUNTS;
            for (double at = 0; at < DAYS * DAY; ) {
                double busy = 1 + 0.3 * Math.sin(2 * Math.PI * at / DAY + hours);
                at -= Math.log(1 - random.nextDouble()) * 3600 / busy;
                for (int turn = 0; turn < 3; turn++) {
                    exchange(account, at + 60 * turn, turn == 0);
                }
            }
        }
        DispatchLikelihood.Result result = DispatchLikelihood.of(play());
        assertThat(result.independenceLogRatio()).isLessThan(-6);
        assertThat(result.equalSharesLogRatio()).isZero();
        assertThat(result.evidence()).isLessThan(1);
    }

    /** Unrelated accounts with an hourly job each have equal shares after some hours. */
    @Test
    void equalSharesOfAFewHoursAreNoEvidence() {
        for (int hours = 1; hours <= 8; hours++) {
            exchanges.clear();
            for (int account = 0; account < ACCOUNTS; account++) {
                for (int hour = 0; hour < hours; hour++) {
                    exchange(account, hour * 3600.0 + account * 170, true);
                }
            }
            HoldoutGroup group = play();
            assertThat(DispatchLikelihood.of(group).evidence())
                    .as("after %d hours", hours)
                    .isLessThan(1);
            if (hours >= 3) {
                assertThat(IntStream.range(0, ACCOUNTS)).allMatch(group::isScheduled);
            }
        }
    }
}
