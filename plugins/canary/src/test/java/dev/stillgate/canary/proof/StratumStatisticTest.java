package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class StratumStatisticTest {
    private static final ClassSheet SHEET = Sheets.of(40, 16, 0.3);
    private static final CanaryKey GLOBAL = CanaryKey.derive(MasterSecret.test(), "global/2026-Q4", SHEET);

    private static CanaryKey stratum(int number) {
        return CanaryKey.derive(MasterSecret.test(), "stratum:" + number + "/2026-Q4", SHEET);
    }

    /**
     * A suspect that has learnt from marked text.
     *
     * @param share of its text that was marked
     * @param mix share of each stratum in the marked text
     */
    private static SiteCounts student(int sites, double share, double[] mix, Random random) {
        CanaryKey[] keys = new CanaryKey[mix.length];
        Arrays.setAll(keys, StratumStatisticTest::stratum);
        SiteCounts innocent = Sheets.innocent(SHEET, sites, 0.4, random);
        SiteCounts counts = new SiteCounts(SHEET);
        for (int k = 0; k < counts.classes(); k++) {
            for (int b = 0; b < counts.buckets(k); b++) {
                for (int i = 0; i < innocent.sites(k, b); i++) {
                    int form = i < innocent.ones(k, b) ? 1 : 0;
                    if (random.nextDouble() < share) {
                        form = keys[drawn(mix, random)].form(k, b);
                    }
                    counts.add(k, b, form);
                }
            }
        }
        return counts;
    }

    private static int drawn(double[] mix, Random random) {
        double left = random.nextDouble();
        int number = 0;
        while (number < mix.length - 1 && left >= mix[number]) {
            left -= mix[number++];
        }
        return number;
    }

    private static double[] mix(double ofFirst, int strata) {
        double[] mix = new double[strata];
        Arrays.fill(mix, (1 - ofFirst) / (strata - 1));
        mix[0] = ofFirst;
        return mix;
    }

    private static StratumStatistic statistic(SiteCounts counts) {
        return new StratumStatistic(counts, SHEET, null, GLOBAL, CanaryPlan.STRATUM);
    }

    /** Over the keys of strata that the suspect never met, p is uniform, whatever other strata it met. */
    @ParameterizedTest
    @CsvSource({"1,0", "2,0.25", "3,1"})
    void pIsUniformForStrataThatWereNotMet(long seed, double share) {
        Random random = new Random(seed);
        StratumStatistic statistic = statistic(student(5_000, share, mix(0.3, 6), random));
        double[] randomised = new double[1000];
        for (int i = 0; i < randomised.length; i++) {
            Tail tail = statistic.tail(stratum(1000 + i));
            randomised[i] = Math.pow(10, tail.log10Randomised(1 - random.nextDouble()));
        }
        Arrays.sort(randomised);
        double furthest = 0;
        for (int i = 0; i < randomised.length; i++) {
            furthest = Math.max(furthest, Math.abs(randomised[i] - (i + 0.5) / randomised.length));
        }
        // Kolmogorov and Smirnov at 0.01 / 3: 1.78 / sqrt(1000).
        assertThat(furthest).isLessThan(0.0563);
    }

    /** Republished text: strata reach the suspect by their shares of the traffic. */
    @Test
    void shareOfTheTrafficIsNoEvidence() {
        Random random = new Random(7);
        int met = 0;
        int beyond = 0;
        for (int i = 0; i < 40; i++) {
            StratumStatistic statistic = statistic(student(20_000, 0.5, mix(0.3, 6), random));
            met += statistic.tail(stratum(0)).log10AtLeast() < -6 ? 1 : 0;
            beyond += statistic.tail(stratum(0), 0.3).log10AtLeast() < -2 ? 1 : 0;
        }
        assertThat(met).as("the suspect met the stratum's text").isGreaterThan(30);
        assertThat(beyond).as("in place of 0.4 expected").isLessThanOrEqualTo(3);
    }

    @Test
    void harvestOfOneStratumIsFound() {
        Random random = new Random(8);
        SiteCounts leak = student(500, 1, mix(1, 6), random);
        SiteCounts harvest = student(20_000, 0.5, mix(0.8, 6), random);
        assertThat(statistic(leak).tail(stratum(0), 0.15).log10AtLeast()).isLessThan(-6);
        assertThat(statistic(leak).tail(stratum(1), 0.15).log10AtLeast()).isGreaterThan(-2);
        assertThat(statistic(harvest).tail(stratum(0), 0.15).log10AtLeast()).isLessThan(-6);
        assertThat(statistic(harvest).tail(stratum(1), 0.15).log10AtLeast()).isGreaterThan(-2);
    }

    @Test
    void emptySuspectShowsNothing() {
        assertThat(statistic(new SiteCounts(SHEET)).tail(stratum(0), 0.5).log10AtLeast())
                .isZero();
    }
}
