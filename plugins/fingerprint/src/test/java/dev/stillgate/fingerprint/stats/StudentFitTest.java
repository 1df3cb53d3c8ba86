package dev.stillgate.fingerprint.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StudentFitTest {
    private static final int DIMENSIONS = 8;
    private static final int GROUP = 40;
    private static final int BACKGROUND = 200;
    private static final int[] ROWS = IntStream.range(0, GROUP + BACKGROUND).toArray();

    private final Random random = new Random(5);

    /** Returns a group of some spread at the centre of a background of spread 1. */
    private double[][] points(double spread) {
        double[][] points = new double[GROUP + BACKGROUND][DIMENSIONS];
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < DIMENSIONS; j++) {
                points[i][j] = random.nextGaussian() * (i < GROUP ? spread : 1);
            }
        }
        return points;
    }

    private static double[] ratios(double[][] points, int sure) {
        double[] membership = new double[points.length];
        Arrays.fill(membership, 0, sure, 0.95);
        double[] backgroundWeights = new double[points.length];
        Arrays.fill(backgroundWeights, GROUP, backgroundWeights.length, 1);
        return new StudentFit(points, DIMENSIONS).logRatios(ROWS, membership, backgroundWeights);
    }

    @Test
    void unrelatedMemberHasANegativeRatio() {
        double[][] points = points(0.3);
        points[7] = points[GROUP + 3].clone(); // an unrelated account that time evidence takes for a member
        double[] ratios = ratios(points, GROUP);
        double[] members = IntStream.range(0, GROUP)
                .filter(i -> i != 7)
                .mapToDouble(i -> ratios[i])
                .toArray();
        assertThat(Quantiles.median(members)).isGreaterThan(1);
        assertThat(ratios[7]).isLessThan(-1);
    }

    @Test
    void ratioIsNearZeroForAGroupAsVariedAsTheBackground() {
        double[] ratios = ratios(points(1), GROUP);
        assertThat(Arrays.stream(ratios, 0, GROUP).average().orElseThrow()).isBetween(-0.4, 0.4);
        assertThat(Arrays.stream(ratios, 0, GROUP).max().orElseThrow()).isLessThan(1);
    }

    @Test
    void accountIsLeftOutOfItsOwnFit() {
        double[][] points = points(0.3);
        points[0] = new double[DIMENSIONS];
        Arrays.fill(points[0], 1); // off in every dimension, by three times the spread
        assertThat(ratios(points, GROUP)[0]).isLessThan(-1);
    }

    /** Without the robust weights the members' median ratio is 0. */
    @Test
    void outliersDoNotWidenTheFit() {
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
    void ratioIsZeroForTooFewMembers() {
        assertThat(ratios(points(0.3), 8)).containsOnly(0);
    }

    @Test
    void ratioIsBoundedByTheBackgroundSize() {
        assertThat(Arrays.stream(ratios(points(0.001), GROUP)).max().orElseThrow())
                .isLessThanOrEqualTo(Math.log(1 + BACKGROUND));
    }
}
