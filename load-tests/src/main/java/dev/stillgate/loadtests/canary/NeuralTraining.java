package dev.stillgate.loadtests.canary;

import static dev.stillgate.loadtests.canary.NeuralStudent.CONTEXT;
import static dev.stillgate.loadtests.canary.NeuralStudent.FEATURES;
import static dev.stillgate.loadtests.canary.NeuralStudent.HIDDEN;
import static dev.stillgate.loadtests.canary.NeuralStudent.INPUT;
import static dev.stillgate.loadtests.canary.NeuralStudent.WIDTH;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How a {@link NeuralStudent} learns: in batches of places drawn from the texts, each word held against those that a sample of
 * the texts has, whose scores are corrected by how likely they were drawn (Y. Bengio, J.-S. Senécal, "Quick training of
 * probabilistic neural nets by importance sampling", 2003), with steps by Adagrad (J. Duchi, E. Hazan, Y. Singer, "Adaptive
 * subgradient methods", 2011).
 */
final class NeuralTraining {
    private static final int BATCH = 64;
    /** Places whose words a batch is held against, beside its own. */
    private static final int SAMPLE = 1_024;

    private static final float RATE = 0.1f;
    /** What the sums of squares begin with, so that the first steps are no leaps. */
    private static final float FIRST = 0.1f;

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
    /** The rows of the candidates, and then what is wrong with them. */
    private final float[] rows = new float[(BATCH + SAMPLE) * FEATURES];

    private final float[] featureBlame = new float[BATCH * FEATURES];
    private final float[] hiddenBlame = new float[BATCH * HIDDEN];
    private final float[] inputBlame = new float[BATCH * INPUT];
    private final float[] innerBlame = new float[INPUT * HIDDEN];

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

    /** Returns for each word ln of the chance that it is among those that a batch is held against. */
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
        Arrays.fill(filled, FIRST);
        return filled;
    }

    /** Reads as many words as the texts have, so many times. */
    void learn(int epochs, SplittableRandom random) {
        long batches = (long) epochs * (tokens.length - 1) / BATCH;
        for (long i = 0; i < batches; i++) {
            drawPlaces(random);
            student.see(contexts, BATCH, input, features);
            compare();
            correctOuter();
            correctInner();
            for (int c = 0; c < count; c++) {
                slots[candidates[c]] = -1;
            }
        }
    }

    private void drawPlaces(SplittableRandom random) {
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

    /** Leaves in {@link #scores} what each candidate is given too much, in each place. */
    private void compare() {
        for (int c = 0; c < count; c++) {
            System.arraycopy(student.outer, candidates[c] * FEATURES, rows, c * FEATURES, FEATURES);
            scores[c] = student.bias[candidates[c]] - logDrawn[candidates[c]];
        }
        for (int i = 1; i < BATCH; i++) {
            System.arraycopy(scores, 0, scores, i * count, count);
        }
        Matrices.timesTransposed(scores, features, rows, BATCH, FEATURES, count);
        for (int i = 0; i < BATCH; i++) {
            toShares(i * count);
            scores[i * count + slots[targets[i]]]--;
        }
    }

    private void toShares(int from) {
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

    private void correctOuter() {
        Arrays.fill(featureBlame, 0);
        Matrices.times(featureBlame, FEATURES, scores, rows, BATCH, count, FEATURES);
        Arrays.fill(rows, 0, count * FEATURES, 0);
        Matrices.transposedTimes(rows, scores, features, count, BATCH, FEATURES);
        float[] biasBlame = new float[count];
        for (int i = 0; i < BATCH; i++) {
            for (int c = 0; c < count; c++) {
                biasBlame[c] += scores[i * count + c];
            }
        }
        for (int c = 0; c < count; c++) {
            step(student.outer, outerSquares, candidates[c] * FEATURES, rows, c * FEATURES, FEATURES);
            step(student.bias, biasSquares, candidates[c], biasBlame, c, 1);
        }
    }

    private void correctInner() {
        Arrays.fill(inputBlame, 0);
        for (int i = 0; i < BATCH; i++) {
            for (int h = 0; h < HIDDEN; h++) {
                float active = features[i * FEATURES + h];
                hiddenBlame[i * HIDDEN + h] = featureBlame[i * FEATURES + h] * (1 - active * active);
            }
            System.arraycopy(featureBlame, i * FEATURES + HIDDEN, inputBlame, i * INPUT, WIDTH);
        }
        Matrices.timesTransposed(inputBlame, hiddenBlame, student.inner, BATCH, HIDDEN, INPUT);
        Arrays.fill(innerBlame, 0);
        Matrices.transposedTimes(innerBlame, input, hiddenBlame, INPUT, BATCH, HIDDEN);
        step(student.inner, innerSquares, 0, innerBlame, 0, INPUT * HIDDEN);
        for (int i = 0; i < BATCH * CONTEXT; i++) {
            step(student.words, wordsSquares, contexts[i] * WIDTH, inputBlame, i * WIDTH, WIDTH);
        }
    }

    /** Moves weights against their blame, the less the more they have moved. */
    private static void step(float[] weights, float[] squares, int to, float[] blame, int from, int size) {
        for (int i = 0; i < size; i++) {
            float b = blame[from + i];
            float square = squares[to + i] + b * b;
            squares[to + i] = square;
            weights[to + i] -= RATE * b / (float) Math.sqrt(square);
        }
    }
}
