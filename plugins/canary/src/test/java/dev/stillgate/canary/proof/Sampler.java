package dev.stillgate.canary.proof;

import java.util.Random;

/**
 * Importance sampling estimate of a tail: draws keys under which S is large and weights each by its likelihood ratio.
 * Independent of the tested class: it draws signs and never convolves.
 */
final class Sampler {
    private final int[] w;
    private final double[] flips;
    private final long value;
    private final Random random;
    private double theta;
    private double logWeight;

    Sampler(int[] w, double[] flips, long value, Random random) {
        this.w = w;
        this.flips = flips;
        this.value = value;
        this.random = random;
        double low = 0;
        double high = 1;
        for (int i = 0; i < 24; i++) {
            theta = (low + high) / 2;
            long sum = 0;
            for (int j = 0; j < 400; j++) {
                sum += draw();
            }
            if (sum / 400.0 < value) {
                low = theta;
            } else {
                high = theta;
            }
        }
    }

    double log10Tail(int draws) {
        double sum = 0;
        double scale = -theta * value;
        for (int i = 0; i < draws; i++) {
            long s = draw();
            if (s >= value) {
                sum += Math.exp(logWeight - scale);
            }
        }
        return (Math.log(sum / draws) + scale) / Math.log(10);
    }

    /** Draws the signs of the cells with odds multiplied by exp(2 theta w). */
    private long draw() {
        long s = 0;
        logWeight = 0;
        for (int i = 0; i < w.length; i++) {
            double up = (1 - flips[i]) * Math.exp(theta * w[i]);
            double down = flips[i] * Math.exp(-theta * w[i]);
            boolean plus = random.nextDouble() < up / (up + down);
            logWeight += Math.log((plus ? 1 - flips[i] : flips[i]) * (up + down) / (plus ? up : down));
            s += plus ? w[i] : -w[i];
        }
        return s;
    }
}
