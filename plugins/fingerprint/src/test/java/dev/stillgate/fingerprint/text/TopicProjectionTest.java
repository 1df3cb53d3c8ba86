package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.Conversation;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TopicProjectionTest {
    private static final String[] SEA =
            "harbour keeper lighthouse sailor tide storm anchor vessel reef signal".split(" ");
    private static final String[] CODE =
            "compiler pointer database thread socket recursion lambda closure iterator buffer".split(" ");

    private final WholeReader reader = new WholeReader(PromptReaderTest.key(1));

    private float[] topic(String text) {
        PromptFeatures features = new PromptFeatures();
        reader.read(Conversation.of(text), features);
        return features.topic;
    }

    private static float product(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static String about(String[] words, Random random) {
        StringBuilder text = new StringBuilder("What do you know of the");
        for (int i = 0; i < 8; i++) {
            text.append(' ').append(words[random.nextInt(words.length)]).append(i % 2 == 0 ? " and the" : " with a");
        }
        return text.toString();
    }

    private float[] mean(String[] words, int seed) {
        Random random = new Random(seed);
        float[] mean = new float[PromptFeatures.TOPICS];
        for (int i = 0; i < 50; i++) {
            float[] one = topic(about(words, random));
            for (int d = 0; d < mean.length; d++) {
                mean[d] += one[d] / 50;
            }
        }
        return mean;
    }

    @Test
    void topicMeansAreNearWithinATopicAndFarBetween() {
        float[] sea = mean(SEA, 1);
        float[] seaAgain = mean(SEA, 2);
        float[] code = mean(CODE, 3);
        double length = Math.sqrt(product(sea, sea));

        assertThat(product(sea, seaAgain) / (length * Math.sqrt(product(seaAgain, seaAgain))))
                .isGreaterThan(0.95);
        assertThat(product(sea, code) / (length * Math.sqrt(product(code, code))))
                .isLessThan(0.6);
    }

    @Test
    void vectorHasLengthOneOrZero() {
        float[] some = topic("Lighthouse keepers write reports about storms.");
        assertThat(product(some, some)).isCloseTo(1, Offset.offset(1e-5f));
        float[] chinese = topic("大海很平静");
        assertThat(product(chinese, chinese)).isCloseTo(1, Offset.offset(1e-5f));

        assertThat(topic("12 345 of the")).containsOnly(0);
    }

    @Test
    void repeatedWordsCountLess() {
        float[] once = topic("lighthouse compiler");
        float[] often = topic("lighthouse compiler" + " lighthouse".repeat(2000));
        float[] alone = topic("lighthouse lighthouse lighthouse");

        assertThat(product(often, alone)).isGreaterThan(product(once, alone)).isLessThan(1);
    }

    @Test
    void stopWordsAndNumbersHaveNoWeight() {
        assertThat(topic("lighthouse, and that with 77 of these"))
                .containsExactly(topic("Lighthouse"), Offset.offset(1e-6f));
    }
}
