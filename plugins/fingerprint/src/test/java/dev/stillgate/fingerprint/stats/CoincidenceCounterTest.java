package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How coincidences are counted in bins of time. */
final class CoincidenceCounterTest {
    @Test
    void pairsOfDifferentAccountsCross() {
        CoincidenceCounter coincidences = new CoincidenceCounter(3, 600);
        for (int member : new int[] {0, 0, 1, 2}) {
            coincidences.add(member, 6_000_000);
        }
        assertThat(coincidences.crossing()).isEqualTo(5);
        coincidences.add(2, 6_000_600);
        assertThat(coincidences.crossing()).as("nobody is met").isEqualTo(5);
        coincidences.add(1, 6_000_700);
        assertThat(coincidences.crossing()).isEqualTo(6);
    }

    @Test
    void exchangesThatEndOutOfOrderFallIntoTheNewestBin() {
        CoincidenceCounter coincidences = new CoincidenceCounter(2, 600);
        for (int second : new int[] {100, 700, 590, 710}) {
            coincidences.add(0, 6_000_000 + second);
        }
        coincidences.add(1, 6_000_000 + 580);
        assertThat(coincidences.within(0)).isEqualTo(3);
        assertThat(coincidences.across(0)).isEqualTo(3);
        assertThat(coincidences.across(1)).isEqualTo(3);
        assertThat(coincidences.bins()).as("all pairs are of one bin").isEqualTo(1);
        coincidences.add(0, 6_000_000 + 1210);
        coincidences.add(1, 6_000_000 + 1220);
        coincidences.add(0, 6_000_000 + 1230);
        coincidences.add(1, 6_000_000 + 1240);
        assertThat(coincidences.bins()).as("as many in another").isEqualTo(2);
    }
}
