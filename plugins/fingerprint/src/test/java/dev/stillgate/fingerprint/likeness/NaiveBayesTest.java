package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class NaiveBayesTest {
    private static TraitCounts counts(int... bins) {
        TraitCounts counts = new TraitCounts(1);
        for (int bin : bins) {
            counts.add(new byte[] {(byte) bin}, 1);
        }
        return counts;
    }

    private static TraitCounts even(int each) {
        TraitCounts counts = new TraitCounts(1);
        for (int bin = 0; bin < TraitBins.BINS; bin++) {
            counts.add(new byte[] {(byte) bin}, each);
        }
        return counts;
    }

    @Test
    void ratioIsThatOfTheSmoothedShares() {
        NaiveBayes model = new NaiveBayes(counts(2, 2, 5), even(100));
        assertThat(model.logRatio(0, (byte) 2)).isCloseTo(Math.log10((2 * 8 + 4) / 7.0), within(1e-12));
        assertThat(model.logRatio(0, (byte) 5)).isCloseTo(Math.log10((8 + 4) / 7.0), within(1e-12));
        assertThat(model.logRatio(0, (byte) 0)).isCloseTo(Math.log10(4 / 7.0), within(1e-12));
        assertThat(model.logRatio(0, TraitBins.UNKNOWN)).isZero();
    }

    @Test
    void fewConfirmedAccountsSayLittle() {
        assertThat(new NaiveBayes(counts(), even(100)).logRatio(0, (byte) 3)).isZero();
        NaiveBayes one = new NaiveBayes(counts(3), even(100));
        assertThat(one.logRatio(0, (byte) 3)).isCloseTo(Math.log10(12 / 5.0), within(1e-12));
        assertThat(one.logRatio(0, (byte) 4)).isCloseTo(Math.log10(4 / 5.0), within(1e-12));
    }

    @Test
    void ratioOfABinWithoutBackgroundIsBounded() {
        TraitCounts background = counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        NaiveBayes model = new NaiveBayes(counts(7, 7, 7, 7, 7), background);
        double share = 0.5 / 14;
        assertThat(model.logRatio(0, (byte) 7)).isCloseTo(Math.log10((5 / share + 4) / 9), within(1e-12));
    }

    @Test
    void unknownValuesDoNotCount() {
        assertThat(counts(TraitBins.UNKNOWN, 3).total(0)).isEqualTo(1);
    }
}
