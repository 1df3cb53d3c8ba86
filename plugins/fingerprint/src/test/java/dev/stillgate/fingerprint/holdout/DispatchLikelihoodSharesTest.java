package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.analysis.DealtWork;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What equal and unequal shares say beside independence. */
final class DispatchLikelihoodSharesTest extends DealtWork {
    @Test
    void workThatIsDealtAtRandomInUnevenSharesIsLikeWhatOthersMailCallsFor() {
        deals(shares(false), false);
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.memoryless()).isBetween(1.0, Math.log(100));
        assertThat(verdict.turns()).isLessThan(3);
        assertThat(verdict.shares()).isLessThan(-6);
        assertThat(verdict.evidence()).isLessThan(1);
        assertThat(verdict.isHopeless()).isFalse();
    }

    @Test
    void workThatIsDealtAtRandomInEqualSharesIsSeenButNotOfWhoWasPickedForThem() {
        deals(shares(true), false);
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.memoryless()).isPositive();
        assertThat(verdict.evidence())
                .isGreaterThanOrEqualTo(verdict.memoryless())
                .isGreaterThan(3);
        DispatchLikelihood.Verdict picked = DispatchLikelihood.of(play(true));
        assertThat(picked.memoryless()).isCloseTo(verdict.memoryless(), within(1e-9));
        assertThat(picked.evidence()).isLessThan(1);
    }

    /** The users of a product come as they like and stay for some turns: products of about one size are no actor's. */
    @Test
    void equalSharesOfWhatManyUsersAskAreNoEvidence() {
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
        DispatchLikelihood.Verdict verdict = DispatchLikelihood.of(play());
        assertThat(verdict.memoryless()).isLessThan(-6);
        assertThat(verdict.shares()).isZero();
        assertThat(verdict.evidence()).isLessThan(1);
    }

    /** Whoever keeps an even pace goes on at it. */
    @Test
    void equalSharesOfThoseWhoWerePickedForTheirPaceSayNothing() {
        deals(shares(true), false);
        assertThat(DispatchLikelihood.of(play()).shares()).isGreaterThan(10);
        assertThat(DispatchLikelihood.of(play(true)).shares()).isZero();
    }

    /** Strangers who use one hourly job have done equally much after some hours, whatever they are. */
    @Test
    void equalSharesOfAFewHoursSayNothing() {
        for (int hours = 1; hours <= 8; hours++) {
            exchanges.clear();
            for (int account = 0; account < ACCOUNTS; account++) {
                for (int hour = 0; hour < hours; hour++) {
                    exchange(account, hour * 3600.0 + account * 170, true);
                }
            }
            HoldoutGroup trial = play();
            assertThat(DispatchLikelihood.of(trial).evidence())
                    .as("after %d hours", hours)
                    .isLessThan(1);
            if (hours >= 3) {
                assertThat(IntStream.range(0, ACCOUNTS)).allMatch(trial::isClockwork);
            }
        }
    }
}
