package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CoincidenceCounterTest {
    @Test
    void crossPairsAreCountedAcrossAccounts() {
        CoincidenceCounter coincidences = new CoincidenceCounter(3, 600);
        for (int member : new int[] {0, 0, 1, 2}) {
            coincidences.add(member, 6_000_000);
        }
        assertThat(coincidences.allCrossPairs()).isEqualTo(5);
        coincidences.add(2, 6_000_600);
        assertThat(coincidences.allCrossPairs())
                .as("no cross pair in a new bin")
                .isEqualTo(5);
        coincidences.add(1, 6_000_700);
        assertThat(coincidences.allCrossPairs()).isEqualTo(6);
    }

    @Test
    void lateExchangeCountsInTheNewestBin() {
        CoincidenceCounter coincidences = new CoincidenceCounter(2, 600);
        for (int second : new int[] {100, 700, 590, 710}) {
            coincidences.add(0, 6_000_000 + second);
        }
        coincidences.add(1, 6_000_000 + 580);
        assertThat(coincidences.ownPairs(0)).isEqualTo(3);
        assertThat(coincidences.crossPairs(0)).isEqualTo(3);
        assertThat(coincidences.crossPairs(1)).isEqualTo(3);
        assertThat(coincidences.effectiveBins()).as("all pairs in one bin").isEqualTo(1);
        coincidences.add(0, 6_000_000 + 1210);
        coincidences.add(1, 6_000_000 + 1220);
        coincidences.add(0, 6_000_000 + 1230);
        coincidences.add(1, 6_000_000 + 1240);
        assertThat(coincidences.effectiveBins())
                .as("as many pairs in a second bin")
                .isEqualTo(2);
    }
}
