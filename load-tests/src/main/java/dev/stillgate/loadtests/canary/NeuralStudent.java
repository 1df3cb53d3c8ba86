package dev.stillgate.loadtests.canary;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A small feed-forward language model (Y. Bengio and others, "A neural probabilistic language model", 2003): embeddings of the
 * words before, a hidden layer of tanh, and an output layer learnt by sampled softmax, with wrong answers drawn as often as they
 * stand in the texts. Stochastic gradient descent, whose rate falls evenly to a tenth, on one core.
 */
final class NeuralStudent implements Student {
    private static final int CONTEXT = 5;
    private static final int WIDTH = 48;
    private static final int HIDDEN = 96;
    private static final int WRONG = 64;
    private static final float RATE = 0.1f;

    private final Vocabulary vocabulary;
    private final float[] words;
    /** Weights from the input to the hidden layer, a row for each input. */
    private final float[] inner;

    private final float[] outer;
    private final float[] bias;
    private final float[] logShare;
    private final int[] context = new int[CONTEXT];
    private final float[] input = new float[CONTEXT * WIDTH];
    private final float[] hidden = new float[HIDDEN];
    private final float[] blame = new float[HIDDEN];
    private final int[] candidates = new int[WRONG + 1];
    private final float[] odds = new float[WRONG + 1];

    /** Learns from texts, of which it reads as many words as they have, so many times. */
    NeuralStudent(List<String> texts, int knownWords, int epochs, long seed) {
        vocabulary = new Vocabulary(texts, knownWords);
        int size = vocabulary.size();
        SplittableRandom random = new SplittableRandom(seed);
        words = drawn(size * WIDTH, 0.3, random);
        inner = drawn(HIDDEN * CONTEXT * WIDTH, 1 / Math.sqrt(CONTEXT * WIDTH), random);
        outer = drawn(size * HIDDEN, 0.1, random);
        bias = new float[size];
        int[] tokens = vocabulary.encode(texts);
        logShare = logShares(tokens, size);
        long all = (long) epochs * (tokens.length - 1);
        for (long i = 0; i < all; i++) {
            int at = 1 + random.nextInt(tokens.length - 1);
            if (tokens[at] != Vocabulary.UNKNOWN) {
                learn(tokens, at, RATE * (1 - 0.9f * i / all), random);
            }
        }
    }

    private static float[] drawn(int size, double spread, SplittableRandom random) {
        float[] drawn = new float[size];
        for (int i = 0; i < size; i++) {
            drawn[i] = (float) (spread * (2 * random.nextDouble() - 1));
        }
        return drawn;
    }

    private static float[] logShares(int[] tokens, int size) {
        int[] counts = new int[size];
        for (int token : tokens) {
            counts[token]++;
        }
        float[] shares = new float[size];
        for (int i = 0; i < size; i++) {
            shares[i] = (float) Math.log(Math.max(1, counts[i]) / (double) tokens.length * WRONG);
        }
        return shares;
    }

    /** Sees the words of {@link #context}. */
    private void see() {
        Arrays.fill(hidden, 0);
        for (int c = 0; c < CONTEXT; c++) {
            System.arraycopy(words, context[c] * WIDTH, input, c * WIDTH, WIDTH);
        }
        for (int i = 0; i < input.length; i++) {
            float x = input[i];
            int row = i * HIDDEN;
            for (int h = 0; h < HIDDEN; h++) {
                hidden[h] += x * inner[row + h];
            }
        }
        for (int h = 0; h < HIDDEN; h++) {
            hidden[h] = (float) Math.tanh(hidden[h]);
        }
    }

    private float score(int word) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int row = word * HIDDEN;
        for (int h = 0; h < HIDDEN; h += 4) {
            a += outer[row + h] * hidden[h];
            b += outer[row + h + 1] * hidden[h + 1];
            c += outer[row + h + 2] * hidden[h + 2];
            d += outer[row + h + 3] * hidden[h + 3];
        }
        return bias[word] + a + b + c + d;
    }

    private void learn(int[] tokens, int at, float rate, SplittableRandom random) {
        boolean inside = true;
        for (int c = 0; c < CONTEXT; c++) {
            int position = at - 1 - c;
            context[c] = inside && position >= 0 ? tokens[position] : Vocabulary.BETWEEN;
            inside &= context[c] != Vocabulary.BETWEEN;
        }
        see();
        compare(tokens, at, random);
        Arrays.fill(blame, 0);
        for (int j = 0; j <= WRONG; j++) {
            float step = rate * ((j == 0 ? 1 : 0) - odds[j]);
            int row = candidates[j] * HIDDEN;
            for (int h = 0; h < HIDDEN; h++) {
                blame[h] += step * outer[row + h];
                outer[row + h] += step * hidden[h];
            }
            bias[candidates[j]] += step;
        }
        for (int h = 0; h < HIDDEN; h++) {
            blame[h] *= 1 - hidden[h] * hidden[h];
        }
        correct();
    }

    /** Gives the right word and wrong ones their odds, each score less the logarithm of how often its word is drawn. */
    private void compare(int[] tokens, int at, SplittableRandom random) {
        candidates[0] = tokens[at];
        float highest = Float.NEGATIVE_INFINITY;
        for (int j = 0; j <= WRONG; j++) {
            if (j > 0) {
                candidates[j] = tokens[1 + random.nextInt(tokens.length - 1)];
            }
            boolean accidental = j > 0 && candidates[j] == candidates[0];
            odds[j] = accidental ? Float.NEGATIVE_INFINITY : score(candidates[j]) - logShare[candidates[j]];
            highest = Math.max(highest, odds[j]);
        }
        float sum = 0;
        for (int j = 0; j <= WRONG; j++) {
            odds[j] = (float) Math.exp(odds[j] - highest);
            sum += odds[j];
        }
        for (int j = 0; j <= WRONG; j++) {
            odds[j] /= sum;
        }
    }

    private void correct() {
        for (int i = 0; i < input.length; i++) {
            float x = input[i];
            int row = i * HIDDEN;
            float a = 0;
            float b = 0;
            for (int h = 0; h < HIDDEN; h += 2) {
                a += inner[row + h] * blame[h];
                b += inner[row + h + 1] * blame[h + 1];
            }
            for (int h = 0; h < HIDDEN; h++) {
                inner[row + h] += x * blame[h];
            }
            words[context[i / WIDTH] * WIDTH + i % WIDTH] += a + b;
        }
    }

    @Override
    public String answer(RandomGenerator random, int most) {
        StringBuilder text = new StringBuilder();
        float[] scores = new float[vocabulary.size()];
        int[] before = new int[CONTEXT];
        for (int i = 0; i < most; i++) {
            System.arraycopy(before, 0, context, 0, CONTEXT);
            see();
            int next = draw(scores, random);
            if (next == Vocabulary.BETWEEN) {
                Arrays.fill(before, Vocabulary.BETWEEN);
                text.append("\n\n");
                continue;
            }
            text.append(vocabulary.word(next));
            System.arraycopy(before, 0, before, 1, CONTEXT - 1);
            before[0] = next;
        }
        return text.toString();
    }

    private int draw(float[] scores, RandomGenerator random) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int word = 0; word < scores.length; word++) {
            scores[word] = word == Vocabulary.UNKNOWN ? Float.NEGATIVE_INFINITY : score(word);
            highest = Math.max(highest, scores[word]);
        }
        double sum = 0;
        for (int word = 0; word < scores.length; word++) {
            scores[word] = scores[word] < highest - 20 ? 0 : (float) Math.exp(scores[word] - highest);
            sum += scores[word];
        }
        double left = random.nextDouble() * sum;
        int word = 0;
        while (word < scores.length - 1 && left >= scores[word]) {
            left -= scores[word++];
        }
        return word;
    }
}
