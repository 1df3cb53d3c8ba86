package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaBinomialTest {
    @ParameterizedTest
    @CsvSource({"5,0.3,4", "11,0.05,0.2", "40,0.3,4", "200,0.999,50"})
    void countsOfFormsHaveProbabilityOne(int sites, double mean, double sum) {
        double all = 0;
        double ways = 0;
        for (int ones = 0; ones <= sites; ones++) {
            all += Math.exp(ways + BetaBinomial.log(ones, sites, mean, sum));
            ways += Math.log(sites - ones) - Math.log(ones + 1);
        }
        assertThat(all).isCloseTo(1, within(1e-9));
    }

    /** The beta distribution with the parameters 1 and 3: 1/4, 3/4, 1/4 of 2/5, and 1/4 of 3/5. */
    @ParameterizedTest
    @CsvSource({"1,1,0.25", "0,1,0.75", "2,2,0.1", "1,2,0.15"})
    void agreesWithTheProductOfFractions(int ones, int sites, double expected) {
        assertThat(Math.exp(BetaBinomial.log(ones, sites, 0.25, 4))).isCloseTo(expected, within(1e-12));
    }
}
