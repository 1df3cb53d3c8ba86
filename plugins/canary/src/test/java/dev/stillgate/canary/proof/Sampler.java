package dev.stillgate.canary.proof;

import java.util.Random;

/**
 * Importance sampling estimate of a tail: draws keys under which S is large and weights each by its likelihood ratio.
 * Independent of the tested class: it draws signs and never convolves.
 */
final class Sampler {
    private final int[] a;
    private final int[][] w;
    private final double q;
    private final long value;
    private final Random random;
    private double theta;
    private double logWeight;

    Sampler(int[] a, int[][] w, double q, long value, Random random) {
        this.a = a;
        this.w = w;
        this.q = q;
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

    /** Draws a class's sign, then the signs of its cells with odds multiplied by exp(2 theta w). */
    private long draw() {
        long s = 0;
        logWeight = 0;
        for (int k = 0; k < a.length; k++) {
            double upOdds = 1 / (1 + Math.exp(logMean(k, -1) - logMean(k, 1)));
            int tau = random.nextDouble() < upOdds ? 1 : -1;
            logWeight += Math.log(0.5 / (tau > 0 ? upOdds : 1 - upOdds));
            s += (long) tau * a[k];
            for (int weight : w[k]) {
                double agree = tau > 0 ? q : 1 - q;
                double up = agree * Math.exp(theta * weight);
                double down = (1 - agree) * Math.exp(-theta * weight);
                boolean plus = random.nextDouble() < up / (up + down);
                logWeight += Math.log((plus ? agree : 1 - agree) * (up + down) / (plus ? up : down));
                s += plus ? weight : -weight;
            }
        }
        return s;
    }

    private double logMean(int k, int tau) {
        double sum = tau * theta * a[k];
        double agree = tau > 0 ? q : 1 - q;
        for (int weight : w[k]) {
            sum += Math.log(agree * Math.exp(theta * weight) + (1 - agree) * Math.exp(-theta * weight));
        }
        return sum;
    }
}
