package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyStatisticTest {
    private static CanaryKey key(ClassSheet sheet, String name) {
        return CanaryKey.derive(MasterSecret.test(), name, sheet);
    }

    private static KeyStatistic evidence(ClassSheet sheet, SiteCounts counts) {
        return KeyStatistic.of(counts, sheet, null, CanaryPlan.CURRENT);
    }

    /** A suspect trained on texts of which a share was marked under a key. */
    private static SiteCounts student(ClassSheet sheet, CanaryKey key, int sites, double share, Random random) {
        SiteCounts innocent = Sheets.innocent(sheet, sites, 0.4, random);
        SiteCounts counts = new SiteCounts(sheet);
        for (int k = 0; k < counts.classes(); k++) {
            for (int b = 0; b < counts.buckets(k); b++) {
                for (int i = 0; i < innocent.sites(k, b); i++) {
                    boolean marked = random.nextDouble() < share;
                    counts.add(k, b, marked ? key.form(k, b) : i < innocent.ones(k, b) ? 1 : 0);
                }
            }
        }
        return counts;
    }

    /** Over random keys on a fixed text, p is uniform for any weights: counts below a level are binomial. */
    @ParameterizedTest
    @CsvSource({
        "1,12,3,40,0.3,0.3",
        "2,40,8,2000,1.5,0.3",
        "3,30,1,300,0.8,0.3",
        "4,20,32,20000,0.7,0.3",
        "5,20,32,2000,0.7,0.05"
    })
    void pIsUniformWithoutTheKey(long seed, int classes, int buckets, int sites, double style, double rate) {
        ClassSheet sheet = Sheets.of(classes, buckets, rate);
        Random random = new Random(seed);
        KeyStatistic evidence = evidence(sheet, Sheets.innocent(sheet, sites, style, random));
        double[] randomised = new double[1000];
        for (int i = 0; i < randomised.length; i++) {
            Tail tail = evidence.tail(key(sheet, "key " + i));
            randomised[i] = Math.pow(10, tail.log10Randomised(1 - random.nextDouble()));
        }
        Arrays.sort(randomised);

        double furthest = 0;
        for (int i = 0; i < randomised.length; i++) {
            furthest = Math.max(furthest, Math.abs(randomised[i] - (i + 0.5) / randomised.length));
        }
        // Kolmogorov and Smirnov at 0.01 / 5: 1.86 / sqrt(1000).
        assertThat(furthest).isLessThan(0.0588);
    }

    @Test
    void markedTextAndTrainedModelsAreFound() {
        ClassSheet sheet = Sheets.of(40, 16, 0.3);
        Random random = new Random(3);
        CanaryKey key = key(sheet, "c3");

        KeyStatistic leak = evidence(sheet, student(sheet, key, 60, 1, random));
        KeyStatistic whole = evidence(sheet, student(sheet, key, 3000, 0.8, random));
        KeyStatistic quarter = evidence(sheet, student(sheet, key, 6000, 0.25, random));

        assertThat(leak.tail(key).log10AtLeast()).isLessThan(-9);
        assertThat(leak.strength()).isGreaterThan(0.8);
        assertThat(whole.tail(key).log10AtLeast()).isLessThan(-40);
        assertThat(quarter.tail(key).log10AtLeast()).isLessThan(-12);
        assertThat(quarter.tail(key(sheet, "c4")).log10AtLeast()).isGreaterThan(-3);
    }

    /** Leaked text in which ten of thirty classes were rewritten to form 0. */
    @Test
    void rewrittenClassesDoNotHideTheRest() {
        ClassSheet sheet = Sheets.of(30, 16, 0.4);
        Random random = new Random(4);
        CanaryKey key = key(sheet, "c3");
        SiteCounts leak = student(sheet, key, 250, 1, random);
        SiteCounts altered = new SiteCounts(sheet);
        for (int k = 0; k < altered.classes(); k++) {
            for (int b = 0; b < altered.buckets(k); b++) {
                altered.add(k, b, leak.sites(k, b), k % 3 == 0 ? 0 : leak.ones(k, b));
            }
        }

        assertThat(evidence(sheet, altered).tail(key).log10AtLeast()).isLessThan(-10);
    }

    @Test
    void referenceRemovesTheEffectOfStyle() {
        ClassSheet sheet = Sheets.of(40, 16, 0.3);
        CanaryKey key = key(sheet, "c3");
        SiteCounts before = Sheets.innocent(sheet, 40_000, 1.2, new Random(5));
        SiteCounts after = new SiteCounts(sheet);
        Random random = new Random(6);
        for (int k = 0; k < after.classes(); k++) {
            for (int b = 0; b < after.buckets(k); b++) {
                int ones = 0;
                for (int i = 0; i < before.sites(k, b); i++) {
                    boolean one = i < before.ones(k, b);
                    ones += random.nextDouble() < 0.08 ? key.form(k, b) : one ? 1 : 0;
                }
                after.add(k, b, before.sites(k, b), ones);
            }
        }

        double without = KeyStatistic.of(after, sheet, null, CanaryPlan.CURRENT)
                .tail(key)
                .log10AtLeast();
        double with = KeyStatistic.of(after, sheet, before, CanaryPlan.CURRENT)
                .tail(key)
                .log10AtLeast();
        assertThat(with).isLessThan(without - 3).isLessThan(-10);
    }

    /** Two sites per class: single classes do not show whether they were rewritten, all contractions together do. */
    @Test
    void expandedContractionsDoNotOutweighTheOthers() {
        ClassSheet single = Sheets.of(24, 8, 0.4);
        ClassSheet joint = Sheets.contracting(24, 8, 0.4, 12);
        double apart = 0;
        double together = 0;
        for (int i = 0; i < 20; i++) {
            CanaryKey key = key(single, "key-" + i);
            SiteCounts counts = new SiteCounts(single);
            for (int k = 0; k < counts.classes(); k++) {
                for (int b = 0; b < 2; b++) {
                    counts.add(k, b, k < 12 ? 0 : key.form(k, b));
                }
            }
            apart += evidence(single, counts).tail(key).log10AtLeast() / 20;
            together += evidence(joint, counts).tail(key).log10AtLeast() / 20;
        }

        assertThat(together).isLessThan(apart - 1);
    }

    /** A model that repeats contexts it read a few times has cells of one form without a strong mark. */
    @Test
    void weakMarkAmongRepeatsGetsALowStrength() {
        ClassSheet sheet = Sheets.of(40, 32, 0.4);
        CanaryKey key = key(sheet, "c3");
        SiteCounts counts = new SiteCounts(sheet);
        Random random = new Random(9);
        for (int k = 0; k < counts.classes(); k++) {
            for (int b = 0; b < counts.buckets(k); b++) {
                boolean repeats = random.nextDouble() < 0.25;
                int read = random.nextDouble() < sheet.rate(k) ? 1 : 0;
                for (int i = 0; i < 12; i++) {
                    boolean marked = random.nextDouble() < 0.1;
                    int drawn = marked || repeats ? read : random.nextDouble() < sheet.rate(k) ? 1 : 0;
                    counts.add(k, b, marked ? key.form(k, b) : drawn);
                }
            }
        }
        KeyStatistic evidence = evidence(sheet, counts);

        assertThat(evidence.strength()).isLessThanOrEqualTo(0.15);
        assertThat(evidence.tail(key).log10AtLeast()).isLessThan(-10);
    }

    @Test
    void emptyCountsGiveNoEvidence() {
        ClassSheet sheet = Sheets.of(3, 2, 0.5);
        KeyStatistic evidence = evidence(sheet, new SiteCounts(sheet));

        assertThat(evidence.value(key(sheet, "a"))).isZero();
        assertThat(evidence.tail(key(sheet, "a")).log10AtLeast()).isCloseTo(0, within(1e-12));
    }

    @Test
    void countsAndAgreementAreSummed() {
        ClassSheet sheet = Sheets.of(2, 3, 0.5);
        CanaryKey key = key(sheet, "a");
        SiteCounts counts = new SiteCounts(sheet);
        assertThat(counts.agreement(key)).isEqualTo(0.5);
        counts.add(0, 1, key.form(0, 1));
        counts.add(1, 2, 3, 3 * key.form(1, 2));
        counts.add(1, 2, 1 - key.form(1, 2));

        assertThat(counts.total()).isEqualTo(5);
        assertThat(counts.cells()).isEqualTo(2);
        assertThat(counts.agreement(key)).isCloseTo(0.8, within(1e-12));
    }
}
