package dev.stillgate.loadtests.canary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Small feed-forward language model (Y. Bengio and others, 2003): embeddings of the previous words, a tanh hidden
 * layer, and scores of all known words, with a direct connection from the last word. Not thread-safe.
 */
final class NeuralStudent implements Student {
    static final int CONTEXT = 6;
    static final int WIDTH = 64;
    static final int HIDDEN = 192;
    static final int INPUT = CONTEXT * WIDTH;
    /** Number of inputs of the output layer: the hidden layer and the embedding of the last word. */
    static final int FEATURES = HIDDEN + WIDTH;
    /** Number of responses that are generated in parallel. */
    private static final int PARALLEL = 64;
    /** Words whose score is this far below the best have probability 0. */
    private static final float MAX_GAP = 16;

    private final Vocabulary vocabulary;
    /** Embeddings, a row of {@link #WIDTH} for each word. */
    final float[] words;
    /** Weights of the hidden layer, a row of {@link #HIDDEN} for each input. */
    final float[] inner;
    /** Weights of the output layer, a row of {@link #FEATURES} for each word. */
    final float[] outer;

    final float[] bias;

    /** Trains a model on texts. */
    NeuralStudent(List<String> texts, int knownWords, int epochs, long seed) {
        vocabulary = new Vocabulary(texts, knownWords);
        SplittableRandom random = new SplittableRandom(seed);
        words = drawn(vocabulary.size() * WIDTH, 0.1, random);
        inner = drawn(INPUT * HIDDEN, 1 / Math.sqrt(INPUT), random);
        outer = drawn(vocabulary.size() * FEATURES, 0.05, random);
        bias = new float[vocabulary.size()];
        new NeuralTraining(this, vocabulary.encode(texts)).learn(epochs, random);
    }

    private static float[] drawn(int size, double spread, SplittableRandom random) {
        float[] drawn = new float[size];
        for (int i = 0; i < size; i++) {
            drawn[i] = (float) (spread * (2 * random.nextDouble() - 1));
        }
        return drawn;
    }

    /** Returns the number of known words. */
    int known() {
        return vocabulary.size();
    }

    /** Computes input and features for contexts of {@link #CONTEXT} words, last word first. */
    void forward(int[] contexts, int count, float[] input, float[] features) {
        for (int i = 0; i < count * CONTEXT; i++) {
            System.arraycopy(words, contexts[i] * WIDTH, input, i * WIDTH, WIDTH);
        }
        Arrays.fill(features, 0, count * FEATURES, 0);
        Matrices.times(features, FEATURES, input, inner, count, INPUT, HIDDEN);
        for (int i = 0; i < count; i++) {
            for (int h = i * FEATURES; h < i * FEATURES + HIDDEN; h++) {
                features[h] = (float) Math.tanh(features[h]);
            }
            System.arraycopy(input, i * INPUT, features, i * FEATURES + HIDDEN, WIDTH);
        }
    }

    /** Computes the scores of all words for rows of features. */
    private void score(float[] features, int count, float[] scores) {
        for (int i = 0; i < count; i++) {
            System.arraycopy(bias, 0, scores, i * known(), known());
        }
        Matrices.timesTransposed(scores, features, outer, count, FEATURES, known());
    }

    @Override
    public List<String> answers(RandomGenerator random, int count, int tokens) {
        List<String> answers = new ArrayList<>(count);
        while (answers.size() < count) {
            answers.addAll(parallel(random, Math.min(PARALLEL, count - answers.size()), tokens));
        }
        return answers;
    }

    private List<String> parallel(RandomGenerator random, int count, int tokens) {
        StringBuilder[] texts = new StringBuilder[count];
        Arrays.setAll(texts, i -> new StringBuilder());
        int[] contexts = new int[count * CONTEXT];
        float[] input = new float[count * INPUT];
        float[] features = new float[count * FEATURES];
        float[] scores = new float[count * known()];
        for (int t = 0; t < tokens; t++) {
            forward(contexts, count, input, features);
            score(features, count, scores);
            for (int i = 0; i < count; i++) {
                append(draw(scores, i * known(), random), texts[i], contexts, i * CONTEXT);
            }
        }
        return Arrays.stream(texts).map(StringBuilder::toString).toList();
    }

    private void append(int word, StringBuilder text, int[] contexts, int context) {
        if (word == Vocabulary.BETWEEN) {
            Arrays.fill(contexts, context, context + CONTEXT, Vocabulary.BETWEEN);
            text.append("\n\n");
        } else {
            System.arraycopy(contexts, context, contexts, context + 1, CONTEXT - 1);
            contexts[context] = word;
            text.append(vocabulary.word(word));
        }
    }

    /** Draws a word with its softmax probability, never the unknown word. */
    private int draw(float[] scores, int from, RandomGenerator random) {
        scores[from + Vocabulary.UNKNOWN] = Float.NEGATIVE_INFINITY;
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + known(); i++) {
            highest = Math.max(highest, scores[i]);
        }
        double sum = 0;
        for (int i = from; i < from + known(); i++) {
            scores[i] = scores[i] < highest - MAX_GAP ? 0 : (float) Math.exp(scores[i] - highest);
            sum += scores[i];
        }
        double left = random.nextDouble() * sum;
        int word = 0;
        while (word < known() - 1 && left >= scores[from + word]) {
            left -= scores[from + word++];
        }
        return word;
    }

    /** Writes the words before a position, last word first; {@link Vocabulary#BETWEEN} before the start of a text. */
    static void context(int[] tokens, int at, int[] contexts, int to) {
        boolean inside = true;
        for (int c = 0; c < CONTEXT; c++) {
            int position = at - 1 - c;
            contexts[to + c] = inside && position >= 0 ? tokens[position] : Vocabulary.BETWEEN;
            inside &= contexts[to + c] != Vocabulary.BETWEEN;
        }
    }
}
