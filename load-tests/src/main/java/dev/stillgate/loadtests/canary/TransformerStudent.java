package dev.stillgate.loadtests.canary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Small {@link Transformer} over {@link Subwords}, trained from random weights. Not thread-safe. */
final class TransformerStudent implements Student {
    /** The size for the tables. */
    static final Size STANDARD = new Size(3_000, 2, 128, 4, 128, 8);

    /** Number of responses that are generated in parallel. */
    private static final int PARALLEL = 64;

    private static final double RATE = 3e-3;
    /** Share of the steps in which the rate rises; then it falls to 0. */
    private static final double RISING = 0.05;

    private final Subwords subwords;
    private final Transformer transformer;
    private final int[] tokens;
    private final double epochs;
    private final SplittableRandom random;

    /**
     * Sizes of a student.
     *
     * @param subwords most tokens to learn; the others as in {@link Transformer.Shape}
     */
    record Size(int subwords, int layers, int width, int heads, int context, int sequences) {}

    private TransformerStudent(List<String> texts, Size size, double epochs, long seed) {
        subwords = new Subwords(texts, size.subwords);
        transformer = new Transformer(
                new Transformer.Shape(
                        subwords.size(), size.layers, size.width, size.heads, size.context, size.sequences),
                seed);
        tokens = subwords.encode(texts);
        this.epochs = epochs;
        random = new SplittableRandom(seed);
    }

    /** Returns a student with random weights, which knows the tokens of texts. */
    static TransformerStudent untrained(List<String> texts, Size size, double epochs, long seed) {
        return new TransformerStudent(texts, size, epochs, seed);
    }

    /** Returns a student that was trained on texts. */
    static TransformerStudent trained(List<String> texts, Size size, double epochs, long seed) {
        TransformerStudent student = untrained(texts, size, epochs, seed);
        student.train();
        return student;
    }

    /** Trains on as many positions as the texts have tokens, times the number of epochs; returns their number. */
    long train() {
        int[] inputs = batch();
        int[] targets = batch();
        long steps = Math.max(1, Math.round(epochs * tokens.length / inputs.length));
        for (long step = 0; step < steps; step++) {
            draw(tokens, random, inputs, targets);
            transformer.loss(inputs, targets);
            transformer.backward(inputs, targets);
            double done = (step + 1.0) / steps;
            transformer.parameters.step(RATE * Math.min(done / RISING, (1 - done) / (1 - RISING)));
        }
        return steps * inputs.length;
    }

    private int[] batch() {
        return new int[transformer.shape().context() * transformer.shape().sequences()];
    }

    /** Draws random sequences of a text, with the token after each of their tokens. */
    private void draw(int[] text, RandomGenerator draws, int[] inputs, int[] targets) {
        int length = transformer.shape().context();
        for (int to = 0; to < inputs.length; to += length) {
            int from = draws.nextInt(Math.max(1, text.length - length));
            for (int i = 0; i < length; i++) {
                inputs[to + i] = text[(from + i) % text.length];
                targets[to + i] = text[(from + i + 1) % text.length];
            }
        }
    }

    /** Returns the perplexity of a token in random parts of texts, estimated from a number of batches. */
    double perplexity(List<String> texts, int batches) {
        int[] text = subwords.encode(texts);
        int[] inputs = batch();
        int[] targets = batch();
        SplittableRandom draws = new SplittableRandom(5);
        double loss = 0;
        for (int i = 0; i < batches; i++) {
            draw(text, draws, inputs, targets);
            loss += transformer.loss(inputs, targets) / batches;
        }
        return Math.exp(loss);
    }

    /** Returns the number of tokens that are known. */
    int known() {
        return subwords.size();
    }

    @Override
    public List<String> answers(RandomGenerator draws, int count, int length) {
        List<String> answers = new ArrayList<>(count);
        int parallel = Math.min(PARALLEL, batch().length);
        while (answers.size() < count) {
            answers.addAll(parallel(draws, Math.min(parallel, count - answers.size()), length));
        }
        return answers;
    }

    private List<String> parallel(RandomGenerator draws, int count, int length) {
        List<CachedAttention> caches = transformer.caches(count);
        int[][] drawn = new int[count][length];
        int[] newest = new int[count];
        Arrays.fill(newest, Vocabulary.BETWEEN);
        for (int t = 0; t < length; t++) {
            Matrix probabilities = transformer.probabilities(newest, caches);
            for (int i = 0; i < count; i++) {
                newest[i] = draw(probabilities, i, draws);
                drawn[i][t] = newest[i];
            }
        }
        return Arrays.stream(drawn).map(subwords::decode).toList();
    }

    private static int draw(Matrix probabilities, int row, RandomGenerator draws) {
        double left = draws.nextDouble();
        int token = 0;
        while (token < probabilities.columns - 1 && left >= probabilities.data[probabilities.row(row) + token]) {
            left -= probabilities.data[probabilities.row(row) + token++];
        }
        return token;
    }
}
