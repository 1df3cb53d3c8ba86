package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.signal.Trait;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class TraitBinsTest {
    private static final Stratum STRATUM = new Stratum(null, Dialect.OTHER, Use.CHAT);
    private static final List<Trait> TRAIT =
            List.of(new Trait("only", 1, false, Double.NaN, profile -> profile.topic(0)));

    private static TraitBins bins(double... values) {
        return TraitBins.of(
                TRAIT,
                Arrays.stream(values)
                        .mapToObj(value -> new Subject(0, new Population.Values(value), STRATUM, null))
                        .toList());
    }

    private static int bin(TraitBins bins, double value) {
        return bins.of(new Population.Values(value))[0];
    }

    @Test
    void distinctValuesAreDividedEvenly() {
        double[] values = new Random(1).doubles(8000, -5, 5).toArray();
        TraitBins bins = bins(values);
        int[] counts = new int[TraitBins.BINS];
        for (double value : values) {
            counts[bin(bins, value)]++;
        }
        assertThat(counts).containsOnly(1000);
    }

    @Test
    void frequentValueHasABinOfItsOwn() {
        double[] values = DoubleStream.concat(
                        DoubleStream.generate(() -> 0).limit(970),
                        DoubleStream.iterate(1, x -> x + 1).limit(30))
                .toArray();
        TraitBins bins = bins(values);
        int zero = bin(bins, 0);
        assertThat(bin(bins, 1)).isEqualTo(7).isGreaterThan(zero);
        assertThat(bin(bins, -1)).as("no account is below").isEqualTo(zero);
        assertThat(bins.upTo(0, zero)).isZero();
        assertThat(bins.above(0, 7)).isZero();
    }

    @Test
    void frequentLargestValueHasABinOfItsOwn() {
        double[] values = DoubleStream.concat(DoubleStream.generate(() -> 1).limit(400), new Random(1).doubles(600))
                .toArray();
        TraitBins bins = bins(values);
        assertThat(bin(bins, 1)).isEqualTo(6);
        assertThat(bin(bins, 0.999)).isLessThan(6);
        assertThat(bin(bins, 1.01)).isEqualTo(7);
    }

    @Test
    void binsOfEqualAndMissingAndNoValuesAreDefined() {
        assertThat(bin(bins(3, 3, 3), 3)).isBetween(0, 7);
        assertThat(bin(bins(1, Double.NaN, 2), Double.NaN)).isEqualTo(TraitBins.UNKNOWN);
        assertThat(bin(bins(), 3)).isBetween(0, 7);
        assertThat(bin(bins(1, 2), Double.POSITIVE_INFINITY)).isEqualTo(7);
        assertThat(bin(bins(1, 2), Double.NEGATIVE_INFINITY)).isZero();
    }

    @Test
    void binsKeepTheOrderOfValuesAndTheirLimits() {
        Random random = new Random(4);
        for (int k = 0; k < 200; k++) {
            double[] values = random.doubles(1 + random.nextInt(60))
                    .map(x -> Math.rint(x * 10))
                    .toArray();
            TraitBins bins = bins(values);
            double[] sorted = random.doubles(100, -1, 12).sorted().toArray();
            int last = 0;
            for (double value : sorted) {
                int bin = bin(bins, value);
                assertThat(bin).isBetween(last, 7);
                assertThat(value).isGreaterThan(bins.above(0, bin)).isLessThanOrEqualTo(bins.upTo(0, bin));
                last = bin;
            }
        }
    }
}
