package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConformalScoresTest {
    @Test
    void valueIsTheRankAmongReferencesAndTiesCountAgainstTheAccount() {
        ConformalScores scores = new ConformalScores(1, 2, 2, 3);
        assertThat(scores.p(4)).isEqualTo(1 / 5.0).isEqualTo(scores.leastP());
        assertThat(scores.p(3)).isEqualTo(2 / 5.0);
        assertThat(scores.p(2)).isEqualTo(4 / 5.0);
        assertThat(scores.p(0)).isEqualTo(1);
        assertThat(scores.referenceP(3)).isEqualTo(1 / 4.0);
        assertThat(scores.referenceP(2)).isEqualTo(3 / 4.0);
    }

    @Test
    void withoutReferencesNoValueIsSmall() {
        assertThat(new ConformalScores().p(100)).isEqualTo(1);
        assertThat(new ConformalScores().leastP()).isEqualTo(1);
    }

    @Test
    void smallValuesAreAsRareAsTheySayUnderExchangeability() {
        Random random = new Random(5);
        int runs = 20_000;
        int[] atMost = new int[21];
        for (int run = 0; run < runs; run++) {
            ConformalScores scores = new ConformalScores(
                    random.doubles(19).map(x -> Math.rint(x * 40)).toArray());
            double p = scores.p(Math.rint(random.nextDouble() * 40));
            for (int k = 1; k <= 20; k++) {
                atMost[k] += p <= k / 20.0 + 1e-9 ? 1 : 0;
            }
        }
        for (int k = 1; k <= 20; k++) {
            double share = (double) atMost[k] / runs;
            assertThat(share).isLessThanOrEqualTo(k / 20.0 + 4 * Math.sqrt(0.25 / runs));
        }
        assertThat((double) atMost[2] / runs).as("not far below either").isCloseTo(0.1, within(0.03));
    }
}
