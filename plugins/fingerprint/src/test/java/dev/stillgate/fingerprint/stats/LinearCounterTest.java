package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** From how many blocks of addresses a group comes. */
final class LinearCounterTest {
    private final Random random = new Random(3);

    private LinearCounter places(int times, int blocks) {
        long[] pool = random.longs(blocks).toArray();
        LinearCounter places = new LinearCounter();
        for (int k = 0; k < times; k++) {
            places.add(pool[random.nextInt(blocks)]);
        }
        return places;
    }

    @Test
    void countsDifferentOnesAboutRight() {
        assertThat(places(20_000, 30).distinct()).isCloseTo(30, withinPercentage(5));
        assertThat(places(20_000, 1000).distinct()).isCloseTo(1000, withinPercentage(10));
        assertThat(new LinearCounter().distinct()).isZero();
        assertThat(places(1_000_000, 900_000).distinct()).isFinite();
    }

    @Test
    void fewAreThoseOfACloudHoweverOftenItIsLeft() {
        assertThat(places(199, 4000).areMany()).as("too few to say").isFalse();
        assertThat(places(220, 4000).areMany()).isTrue();
        assertThat(places(20_000, 4000).areMany()).isTrue();
        assertThat(places(220, 50).areMany()).isFalse();
        assertThat(places(20_000, 150).areMany()).isFalse();
    }
}
