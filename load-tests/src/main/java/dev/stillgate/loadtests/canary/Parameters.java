package dev.stillgate.loadtests.canary;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Weights of a network with their gradients, and Adam (D. Kingma, J. Ba, 2015). Not thread-safe. */
final class Parameters {
    private static final float FIRST_DECAY = 0.9f;
    private static final float SECOND_DECAY = 0.95f;
    private static final float LEAST = 1e-8f;
    /** Limit on the Euclidean norm of the gradient. */
    private static final double MOST_NORM = 1;

    final float[] values;
    final float[] gradients;
    private final float[] first;
    private final float[] second;
    private final SplittableRandom random;
    private int used;
    private int steps;

    /** A matrix of weights with its gradient. */
    record Weights(Matrix value, Matrix gradient) {}

    /** @param size number of weights in all matrices */
    Parameters(int size, long seed) {
        values = new float[size];
        gradients = new float[size];
        first = new float[size];
        second = new float[size];
        random = new SplittableRandom(seed);
    }

    /** Returns the next matrix, with uniform random weights between {@code -spread} and {@code spread}. */
    Weights next(int rows, int columns, double spread) {
        for (int i = used; i < used + rows * columns; i++) {
            values[i] = (float) (spread * (2 * random.nextDouble() - 1));
        }
        Weights next = new Weights(Matrix.of(values, used, rows, columns), Matrix.of(gradients, used, rows, columns));
        used += rows * columns;
        return next;
    }

    /** Makes a step against the gradient, and sets the gradient to 0. */
    void step(double rate) {
        steps++;
        double norm = 0;
        for (float gradient : gradients) {
            norm += gradient * gradient;
        }
        float scale = (float) Math.min(1, MOST_NORM / Math.sqrt(norm));
        float size = (float) (rate / (1 - Math.pow(FIRST_DECAY, steps)));
        float correction = (float) (1 / (1 - Math.pow(SECOND_DECAY, steps)));
        for (int i = 0; i < values.length; i++) {
            float gradient = gradients[i] * scale;
            first[i] += (1 - FIRST_DECAY) * (gradient - first[i]);
            second[i] += (1 - SECOND_DECAY) * (gradient * gradient - second[i]);
            values[i] -= size * first[i] / ((float) Math.sqrt(second[i] * correction) + LEAST);
        }
        Arrays.fill(gradients, 0);
    }
}
