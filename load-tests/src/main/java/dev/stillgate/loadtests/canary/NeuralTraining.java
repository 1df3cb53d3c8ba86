package dev.stillgate.loadtests.canary;

import static dev.stillgate.loadtests.canary.NeuralStudent.CONTEXT;
import static dev.stillgate.loadtests.canary.NeuralStudent.FEATURES;
import static dev.stillgate.loadtests.canary.NeuralStudent.HIDDEN;
import static dev.stillgate.loadtests.canary.NeuralStudent.INPUT;
import static dev.stillgate.loadtests.canary.NeuralStudent.WIDTH;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Training of a {@link NeuralStudent} in batches with a sampled softmax, whose scores are corrected by the sampling
 * probability (Y. Bengio, J.-S. Senécal, 2003, importance sampling), and Adagrad steps (J. Duchi, E. Hazan, Y. Singer,
 * 2011). Not thread-safe.
 */
final class NeuralTraining {
    private static final int BATCH = 64;
    /** Number of sampled negative words per batch. */
    private static final int SAMPLE = 1_024;

    private static final float RATE = 0.1f;
    /** Initial sum of squares, which limits the first steps. */
    private static final float INITIAL_SQUARE = 0.1f;

    private final NeuralStudent student;
    private final int[] tokens;
    private final float[] logDrawn;

    private final float[] wordsSquares;
    private final float[] innerSquares;
    private final float[] outerSquares;
    private final float[] biasSquares;

    private final int[] contexts = new int[BATCH * CONTEXT];
    private final int[] targets = new int[BATCH];
    private final int[] candidates = new int[BATCH + SAMPLE];
    private final int[] slots;
    private int count;

    private final float[] input = new float[BATCH * INPUT];
    private final float[] features = new float[BATCH * FEATURES];
    private final float[] scores = new float[BATCH * (BATCH + SAMPLE)];
    /** The output rows of the candidates, later their gradients. */
    private final float[] rows = new float[(BATCH + SAMPLE) * FEATURES];

    private final float[] featureGradient = new float[BATCH * FEATURES];
    private final float[] hiddenGradient = new float[BATCH * HIDDEN];
    private final float[] inputGradient = new float[BATCH * INPUT];
    private final float[] innerGradient = new float[INPUT * HIDDEN];

    NeuralTraining(NeuralStudent student, int[] tokens) {
        this.student = student;
        this.tokens = tokens;
        slots = new int[student.known()];
        Arrays.fill(slots, -1);
        logDrawn = logDrawn(tokens, student.known());
        wordsSquares = filled(student.words.length);
        innerSquares = filled(student.inner.length);
        outerSquares = filled(student.outer.length);
        biasSquares = filled(student.bias.length);
    }

    /** Returns the log probability of each word to be among the candidates of a batch. */
    private static float[] logDrawn(int[] tokens, int words) {
        int[] counts = new int[words];
        for (int token : tokens) {
            counts[token]++;
        }
        float[] logs = new float[words];
        for (int i = 0; i < words; i++) {
            double missed = Math.pow(1 - counts[i] / (double) tokens.length, BATCH + SAMPLE);
            logs[i] = (float) Math.log(Math.max(1e-9, 1 - missed));
        }
        return logs;
    }

    private static float[] filled(int size) {
        float[] filled = new float[size];
        Arrays.fill(filled, INITIAL_SQUARE);
        return filled;
    }

    /** Trains on as many positions as the texts have tokens, times {@code epochs}. */
    void learn(int epochs, SplittableRandom random) {
        long batches = (long) epochs * (tokens.length - 1) / BATCH;
        for (long i = 0; i < batches; i++) {
            drawPositions(random);
            student.forward(contexts, BATCH, input, features);
            computeGradients();
            updateOuter();
            updateInner();
            for (int c = 0; c < count; c++) {
                slots[candidates[c]] = -1;
            }
        }
    }

    private void drawPositions(SplittableRandom random) {
        count = 0;
        for (int i = 0; i < BATCH; i++) {
            int at = 1 + random.nextInt(tokens.length - 1);
            while (tokens[at] == Vocabulary.UNKNOWN) {
                at = 1 + random.nextInt(tokens.length - 1);
            }
            targets[i] = tokens[at];
            NeuralStudent.context(tokens, at, contexts, i * CONTEXT);
            candidate(targets[i]);
        }
        for (int i = 0; i < SAMPLE; i++) {
            candidate(tokens[1 + random.nextInt(tokens.length - 1)]);
        }
    }

    private void candidate(int word) {
        if (word != Vocabulary.UNKNOWN && slots[word] < 0) {
            slots[word] = count;
            candidates[count++] = word;
        }
    }

    /** Computes the gradient of each candidate's score at each position into {@link #scores}. */
    private void computeGradients() {
        for (int c = 0; c < count; c++) {
            System.arraycopy(student.outer, candidates[c] * FEATURES, rows, c * FEATURES, FEATURES);
            scores[c] = student.bias[candidates[c]] - logDrawn[candidates[c]];
        }
        for (int i = 1; i < BATCH; i++) {
            System.arraycopy(scores, 0, scores, i * count, count);
        }
        Matrices.timesTransposed(scores, features, rows, BATCH, FEATURES, count);
        for (int i = 0; i < BATCH; i++) {
            softmax(i * count);
            scores[i * count + slots[targets[i]]]--;
        }
    }

    private void softmax(int from) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            highest = Math.max(highest, scores[i]);
        }
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            scores[i] = (float) Math.exp(scores[i] - highest);
            sum += scores[i];
        }
        for (int i = from; i < from + count; i++) {
            scores[i] /= sum;
        }
    }

    private void updateOuter() {
        Arrays.fill(featureGradient, 0);
        Matrices.times(featureGradient, FEATURES, scores, rows, BATCH, count, FEATURES);
        Arrays.fill(rows, 0, count * FEATURES, 0);
        Matrices.transposedTimes(rows, scores, features, count, BATCH, FEATURES);
        float[] biasGradient = new float[count];
        for (int i = 0; i < BATCH; i++) {
            for (int c = 0; c < count; c++) {
                biasGradient[c] += scores[i * count + c];
            }
        }
        for (int c = 0; c < count; c++) {
            step(student.outer, outerSquares, candidates[c] * FEATURES, rows, c * FEATURES, FEATURES);
            step(student.bias, biasSquares, candidates[c], biasGradient, c, 1);
        }
    }

    private void updateInner() {
        Arrays.fill(inputGradient, 0);
        for (int i = 0; i < BATCH; i++) {
            for (int h = 0; h < HIDDEN; h++) {
                float active = features[i * FEATURES + h];
                hiddenGradient[i * HIDDEN + h] = featureGradient[i * FEATURES + h] * (1 - active * active);
            }
            System.arraycopy(featureGradient, i * FEATURES + HIDDEN, inputGradient, i * INPUT, WIDTH);
        }
        Matrices.timesTransposed(inputGradient, hiddenGradient, student.inner, BATCH, HIDDEN, INPUT);
        Arrays.fill(innerGradient, 0);
        Matrices.transposedTimes(innerGradient, input, hiddenGradient, INPUT, BATCH, HIDDEN);
        step(student.inner, innerSquares, 0, innerGradient, 0, INPUT * HIDDEN);
        for (int i = 0; i < BATCH * CONTEXT; i++) {
            step(student.words, wordsSquares, contexts[i] * WIDTH, inputGradient, i * WIDTH, WIDTH);
        }
    }

    /** Makes an Adagrad step. */
    private static void step(float[] weights, float[] squares, int to, float[] gradient, int from, int size) {
        for (int i = 0; i < size; i++) {
            float g = gradient[from + i];
            float square = squares[to + i] + g * g;
            squares[to + i] = square;
            weights[to + i] -= RATE * g / (float) Math.sqrt(square);
        }
    }
}
