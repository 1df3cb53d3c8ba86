package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
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

    /** Returns the audit of an epoch with a traffic. */
    private static EpochAudit audit(SiteCounts counts, double... traffic) {
        Map<CanaryKey, Double> strata = new LinkedHashMap<>();
        for (int i = 0; i < traffic.length; i++) {
            strata.put(stratum(i), traffic[i]);
        }
        return new EpochAudit(counts, SHEET, null, GLOBAL, CanaryPlan.STRATUM, strata);
    }

    private static double beyond(EpochAudit audit, int stratum) {
        return audit.statistic(stratum(stratum)).beyond(stratum(stratum)).log10AtLeast();
    }

    private static double unmet(EpochAudit audit, int stratum) {
        return audit.statistic(stratum(stratum)).unmet(stratum(stratum)).log10AtLeast();
    }

    /** Over the keys of strata that the suspect never met, p is uniform, whatever other strata it met. */
    @ParameterizedTest
    @CsvSource({"1,0,true", "2,0.25,true", "3,1,true", "4,1,false"})
    void pIsUniformForStrataThatWereNotMet(long seed, double share, boolean known) {
        Random random = new Random(seed);
        double[] mix = mix(0.3, 6);
        EpochAudit audit = audit(student(5_000, share, mix, random), known ? mix : new double[0]);
        double[] randomised = new double[1000];
        for (int i = 0; i < randomised.length; i++) {
            CanaryKey key = stratum(1000 + i);
            Tail tail = audit.statistic(key).beyond(key);
            randomised[i] = Math.pow(10, tail.log10Randomised(1 - random.nextDouble()));
        }
        Arrays.sort(randomised);
        double furthest = 0;
        for (int i = 0; i < randomised.length; i++) {
            furthest = Math.max(furthest, Math.abs(randomised[i] - (i + 0.5) / randomised.length));
        }
        // Kolmogorov and Smirnov at 0.01 / 4: 1.83 / sqrt(1000).
        assertThat(furthest).isLessThan(0.0578);
    }

    /** Republished text: strata reach the suspect by their shares of the traffic. */
    @Test
    void shareOfTheTrafficIsNoEvidence() {
        Random random = new Random(7);
        double[] mix = mix(0.3, 6);
        int met = 0;
        int beyond = 0;
        for (int i = 0; i < 40; i++) {
            EpochAudit audit = audit(student(20_000, 0.5, mix, random), mix);
            met += unmet(audit, 0) < -6 ? 1 : 0;
            beyond += beyond(audit, 0) < -2 ? 1 : 0;
        }
        assertThat(met).as("the suspect met the stratum's text").isGreaterThan(30);
        assertThat(beyond).as("in place of 0.4 expected").isLessThanOrEqualTo(3);
    }

    @Test
    void harvestOfOneStratumIsFound() {
        Random random = new Random(8);
        double[] traffic = mix(0.15, 6);
        EpochAudit leak = audit(student(500, 1, mix(1, 6), random), traffic);
        EpochAudit harvest = audit(student(20_000, 0.5, mix(0.8, 6), random), traffic);
        assertThat(beyond(leak, 0)).isLessThan(-6);
        assertThat(beyond(leak, 1)).isGreaterThan(-2);
        assertThat(beyond(harvest, 0)).isLessThan(-6);
        assertThat(beyond(harvest, 1)).isGreaterThan(-2);
    }

    @Test
    void keysOfTheOtherStrataAddPower() {
        double[] traffic = mix(0.1, 6);
        SiteCounts harvest = student(20_000, 0.9, mix(0.2, 6), new Random(9));
        double alone = unmet(audit(harvest), 0);
        assertThat(alone).isLessThan(-6);
        assertThat(unmet(audit(harvest, traffic), 0)).isLessThan(1.5 * alone);
    }

    @Test
    void emptySuspectShowsNothing() {
        assertThat(beyond(audit(new SiteCounts(SHEET), 1, 1), 0)).isZero();
    }

    @Test
    void stratumWithAllTrafficHasNoShareBeyond() {
        Random random = new Random(10);
        EpochAudit audit = audit(student(5_000, 0.9, mix(1, 2), random), 1);
        assertThat(unmet(audit, 0)).isLessThan(-6);
        // Styles of cells, which the model of the share does not know, leave some.
        assertThat(beyond(audit, 0)).isGreaterThan(unmet(audit, 0) / 5);
    }
}
