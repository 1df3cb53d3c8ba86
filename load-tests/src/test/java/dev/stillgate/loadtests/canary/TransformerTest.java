package dev.stillgate.loadtests.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransformerTest {
    private static final Transformer.Shape TINY = new Transformer.Shape(11, 2, 8, 2, 5, 3);
    private static final List<String> TEXTS = Collections.nCopies(50, "It is so. It isn’t, and that is good.\nIt is.");

    private static int[] tokens(int seed) {
        return new SplittableRandom(seed).ints(15, 0, TINY.tokens()).toArray();
    }

    /** Central differences of every weight, relative to the largest gradient. */
    @Test
    void gradientIsThatOfTheLoss() {
        Transformer transformer = new Transformer(TINY, 1);
        float[] values = transformer.parameters.values;
        for (int i = 0; i < values.length; i++) {
            values[i] *= i < TINY.tokens() * TINY.width() ? 20 : 2;
        }
        int[] inputs = tokens(1);
        int[] targets = tokens(2);
        transformer.loss(inputs, targets);
        transformer.backward(inputs, targets);
        float[] gradients = transformer.parameters.gradients.clone();
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < values.length; i++) {
            float value = values[i];
            float step = 1e-3f;
            values[i] = value + step;
            double above = transformer.loss(inputs, targets);
            values[i] = value - step;
            double below = transformer.loss(inputs, targets);
            values[i] = value;
            worst = Math.max(worst, Math.abs((above - below) / (2 * step) - gradients[i]));
            largest = Math.max(largest, Math.abs(gradients[i]));
        }

        assertThat(largest).isGreaterThan(0.05);
        assertThat(worst / largest).isLessThan(0.01);
    }

    @Test
    void laterTokensDoNotChangeEarlierProbabilities() {
        Transformer transformer = new Transformer(TINY, 1);
        int[] inputs = tokens(1);
        float[] before = scores(transformer, inputs);
        inputs[4] = (inputs[4] + 1) % TINY.tokens();
        float[] after = scores(transformer, inputs);
        int kept = 4 * TINY.tokens();

        assertThat(Arrays.copyOf(after, kept)).isEqualTo(Arrays.copyOf(before, kept));
        assertThat(Arrays.copyOfRange(after, kept, kept + TINY.tokens()))
                .isNotEqualTo(Arrays.copyOfRange(before, kept, kept + TINY.tokens()));
    }

    private static float[] scores(Transformer transformer, int[] inputs) {
        return transformer
                .probabilities(
                        inputs,
                        List.of(
                                new CausalAttention(TINY.heads(), TINY.context(), TINY.sequences()),
                                new CausalAttention(TINY.heads(), TINY.context(), TINY.sequences())))
                .data
                .clone();
    }

    @Test
    void generationHasTheProbabilitiesOfTraining() {
        Transformer transformer = new Transformer(TINY, 1);
        int[] inputs = tokens(1);
        float[] together = scores(transformer, inputs);
        List<CachedAttention> caches = transformer.caches(TINY.sequences());
        for (int t = 0; t < TINY.context(); t++) {
            Matrix next = transformer.probabilities(
                    new int[] {inputs[t], inputs[t + TINY.context()], inputs[t + 2 * TINY.context()]}, caches);
            for (int s = 0; s < TINY.sequences(); s++) {
                for (int token = 0; token < TINY.tokens(); token++) {
                    assertThat(next.data[next.row(s) + token])
                            .isCloseTo(together[(s * TINY.context() + t) * TINY.tokens() + token], within(1e-5f));
                }
            }
        }
    }

    @Test
    void subwordsReproduceTheText() {
        Subwords subwords = new Subwords(TEXTS, 270);
        int[] tokens = subwords.encode(List.of("It isn’t so: ähnlich.", "Is it?"));

        assertThat(subwords.size()).isEqualTo(270);
        assertThat(subwords.decode(tokens)).isEqualTo("\n\nIt isn’t so: ähnlich.\n\nIs it?\n\n");
        assertThat(subwords.encode(List.of(" is")))
                .containsExactly(Vocabulary.BETWEEN, tokens(subwords, " is"), Vocabulary.BETWEEN);
    }

    /** Returns the only token of a word. */
    private static int tokens(Subwords subwords, String word) {
        for (int token = 257; token < subwords.size(); token++) {
            if (subwords.decode(new int[] {token}).equals(word)) {
                return token;
            }
        }
        throw new AssertionError("no token for" + word);
    }

    @Test
    void trainingLowersThePerplexityAndDependsOnTheSeedOnly() {
        TransformerStudent.Size size = new TransformerStudent.Size(280, 1, 16, 2, 16, 4);
        TransformerStudent student = TransformerStudent.untrained(TEXTS, size, 20, 3);
        double before = student.perplexity(TEXTS, 5);
        student.train();

        assertThat(before).isBetween(200.0, 350.0);
        assertThat(student.perplexity(TEXTS, 5)).isLessThan(5);
        List<String> answers = student.answers(new SplittableRandom(1), 3, 20);
        assertThat(TransformerStudent.trained(TEXTS, size, 20, 3).answers(new SplittableRandom(1), 3, 20))
                .isEqualTo(answers);
        assertThat(TransformerStudent.trained(TEXTS, size, 20, 4).answers(new SplittableRandom(1), 3, 20))
                .isNotEqualTo(answers);
    }
}
