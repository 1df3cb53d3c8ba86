package dev.stillgate.loadtests.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class ArrivalProcessTest {
    private static final long HOUR = 3_600_000;
    private static final long START = 1_769_904_000_000L;

    @Test
    void gapsHaveTheGivenMeanAndVariation() {
        for (double cv : new double[] {0.3, 1, 1.4, 4}) {
            ArrivalProcess arrivals = new ArrivalProcess(new Dice(5), new Rhythm(Rhythm.Kind.FLAT, 0), 12, cv);
            double[] gaps = new double[40_000];
            long at = START;
            for (int i = 0; i < gaps.length; i++) {
                long next = arrivals.next(at);
                gaps[i] = (next - at) / (double) HOUR;
                at = next;
            }
            double mean = Arrays.stream(gaps).average().orElseThrow();
            double deviation = Math.sqrt(Arrays.stream(gaps)
                    .map(gap -> (gap - mean) * (gap - mean))
                    .average()
                    .orElseThrow());
            assertThat(mean).isCloseTo(2, within(0.15));
            assertThat(deviation / mean).isCloseTo(cv, within(0.12 * cv));
        }
    }

    @Test
    void honestVariationHasTheGivenQuantiles() {
        Dice dice = new Dice(8);
        double[] cvs = new double[20_000];
        Arrays.setAll(cvs, i -> ArrivalProcess.honestCv(dice));
        Arrays.sort(cvs);
        assertThat(cvs[cvs.length / 2]).isCloseTo(1.4, within(0.1));
        assertThat(cvs[cvs.length * 9 / 10]).isGreaterThan(6.5);
    }

    @Test
    void rhythmKeepsTheWeekAndHasQuietNights() {
        for (Rhythm.Kind kind : Rhythm.Kind.values()) {
            Rhythm rhythm = new Rhythm(kind, 2);
            assertThat(rhythm.after(START, 168)).isCloseTo(START + 168 * HOUR, within(10L));
        }
        int[] hours = new int[24];
        long at = START;
        Rhythm office = new Rhythm(Rhythm.Kind.OFFICE, 2);
        Dice dice = new Dice(3);
        for (int i = 0; i < 20_000; i++) {
            at = office.after(at, dice.exponential());
            hours[(int) ((at + 2 * HOUR) / HOUR % 24)]++;
        }
        assertThat(hours[3]).isLessThan(hours[10] / 10);
        assertThat(hours[15]).isGreaterThan(1000);
    }

    @Test
    void timeAdvancesWithoutAGap() {
        assertThat(new Rhythm(Rhythm.Kind.NIGHT, -6).after(START, 0)).isEqualTo(START + 1);
    }

    @Test
    void childrenDoNotDependOnEarlierDraws() {
        Dice dice = new Dice(4);
        long before = dice.child("x").bits();
        dice.bits();
        assertThat(dice.child("x").bits())
                .isEqualTo(before)
                .isNotEqualTo(dice.child("y").bits());
    }
}
