package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class LinearCounterTest {
    private final Random random = new Random(3);

    private LinearCounter counter(int times, int blocks) {
        long[] pool = random.longs(blocks).toArray();
        LinearCounter counter = new LinearCounter();
        for (int k = 0; k < times; k++) {
            counter.add(pool[random.nextInt(blocks)]);
        }
        return counter;
    }

    @Test
    void distinctBlocksAreEstimated() {
        assertThat(counter(20_000, 30).distinct()).isCloseTo(30, withinPercentage(5));
        assertThat(counter(20_000, 1000).distinct()).isCloseTo(1000, withinPercentage(10));
        assertThat(new LinearCounter().distinct()).isZero();
        assertThat(counter(1_000_000, 900_000).distinct()).isFinite();
    }

    @Test
    void sharedAddressPoolIsNotDiverse() {
        assertThat(counter(199, 4000).isDiverse()).as("too few requests").isFalse();
        assertThat(counter(220, 4000).isDiverse()).isTrue();
        assertThat(counter(20_000, 4000).isDiverse()).isTrue();
        assertThat(counter(220, 50).isDiverse()).isFalse();
        assertThat(counter(20_000, 150).isDiverse()).isFalse();
    }
}
