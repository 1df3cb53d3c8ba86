package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a family in which nobody looked says of each account of a group. */
final class StudentFitTest {
    private static final int DIMENSIONS = 8;
    private static final int GROUP = 40;
    private static final int STRANGERS = 200;
    private static final int[] ROWS = IntStream.range(0, GROUP + STRANGERS).toArray();

    private final Random random = new Random(5);

    /** Lays a group of some spread into the midst of strangers of spread 1. */
    private double[][] points(double spread) {
        double[][] points = new double[GROUP + STRANGERS][DIMENSIONS];
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < DIMENSIONS; j++) {
                points[i][j] = random.nextGaussian() * (i < GROUP ? spread : 1);
            }
        }
        return points;
    }

    private static double[] ratios(double[][] points, int sure) {
        double[] belongs = new double[points.length];
        Arrays.fill(belongs, 0, sure, 0.95);
        double[] strange = new double[points.length];
        Arrays.fill(strange, GROUP, strange.length, 1);
        return new StudentFit(points, DIMENSIONS).of(ROWS, belongs, strange);
    }

    @Test
    void anAccountOfTheGroupsMakeIsToldFromAStrangerAmongItsMembers() {
        double[][] points = points(0.3);
        points[7] = points[GROUP + 3].clone(); // a stranger whom time takes for one of the group
        double[] ratios = ratios(points, GROUP);
        double[] members = IntStream.range(0, GROUP)
                .filter(i -> i != 7)
                .mapToDouble(i -> ratios[i])
                .toArray();
        assertThat(Quantiles.median(members)).isGreaterThan(1);
        assertThat(ratios[7]).isLessThan(-1);
    }

    @Test
    void whereTheGroupIsAsVariedAsEverybodyNothingIsSaid() {
        double[] ratios = ratios(points(1), GROUP);
        assertThat(Arrays.stream(ratios, 0, GROUP).average().orElseThrow()).isBetween(-0.4, 0.4);
        assertThat(Arrays.stream(ratios, 0, GROUP).max().orElseThrow()).isLessThan(1);
    }

    @Test
    void anAccountIsNotItsOwnKin() {
        double[][] points = points(0.3);
        points[0] = new double[DIMENSIONS];
        Arrays.fill(points[0], 1); // off in every way, by three times the spread of the others
        assertThat(ratios(points, GROUP)[0]).isLessThan(-1);
    }

    /** Without the weights of the fit the members' median is 0: one account would hide a group. */
    @Test
    void anAccountUnlikeTheGroupDoesNotBlurItsMake() {
        double[][] points = points(0.3);
        for (int far = 0; far < 2; far++) {
            Arrays.fill(points[far], far == 0 ? 30 : -8);
        }
        double[] ratios = ratios(points, GROUP);
        assertThat(Quantiles.median(Arrays.copyOfRange(ratios, 2, GROUP))).isGreaterThan(1);
        assertThat(ratios[0]).isLessThan(-1);
        assertThat(ratios[1]).isLessThan(-1);
    }

    @Test
    void ofAFewSureAccountsNothingIsLearnt() {
        assertThat(ratios(points(0.3), 8)).containsOnly(0);
    }

    @Test
    void besideSoManyStrangersNothingIsLikelierThanTheyAreMany() {
        assertThat(Arrays.stream(ratios(points(0.001), GROUP)).max().orElseThrow())
                .isLessThanOrEqualTo(Math.log(1 + STRANGERS));
    }
}
