package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalsTest {
    @Test
    void constantArrivalsHaveEqualGaps() {
        assertThat(Arrivals.parse("constant:4", 0).schedule(1, 1))
                .containsExactly(0L, 250_000_000L, 500_000_000L, 750_000_000L);
    }

    @Test
    void poissonArrivalsHaveExponentialGapsAndDependOnTheSeedOnly() {
        Arrivals poisson = Arrivals.parse("poisson", 50);
        List<Long> all = poisson.schedule(200, 7);
        assertThat(poisson.schedule(200, 7)).isEqualTo(all);
        assertThat(poisson.schedule(200, 8)).isNotEqualTo(all);
        double[] gaps = IntStream.range(1, all.size())
                .mapToDouble(i -> (all.get(i) - all.get(i - 1)) / 1e9)
                .toArray();
        double mean = IntStream.range(0, gaps.length).mapToDouble(i -> gaps[i]).sum() / gaps.length;
        double square = IntStream.range(0, gaps.length)
                        .mapToDouble(i -> gaps[i] * gaps[i])
                        .sum()
                / gaps.length;
        assertThat(mean).isCloseTo(0.02, within(0.001));
        assertThat(Math.sqrt(square - mean * mean) / mean).isCloseTo(1, within(0.05));
    }

    @ParameterizedTest
    @ValueSource(strings = {"poisson:fast", "poisson:0", "constant:-1", "constant", "bursts:3", "trace:file"})
    void invalidArrivalsAreRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arrivals.parse(text, 0))
                .withMessageStartingWith("--arrivals: ");
    }
}
