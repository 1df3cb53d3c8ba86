package dev.stillgate.loadtests.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CanaryExperimentTest {
    private static int run(ByteArrayOutputStream err, String... args) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return CanaryExperiment.run(args, nowhere, new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void skipsWithAReasonWhereThereAreNoTexts() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(run(err, "--data", "/nowhere at all")).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("skipped: the texts are not there (/nowhere at all)");
        assertThat(run(err, "--other", "1")).isEqualTo(2);
        assertThat(run(err, "--keys")).isEqualTo(2);
        assertThat(run(err, "--keys", "0")).isEqualTo(2);
    }

    @Test
    void studentsSayWhatTheyLearnt() {
        List<String> texts = Collections.nCopies(200, "It is so.\nIt is good, and that is so.");
        for (Student student : List.of(new NgramStudent(texts, 5), new NeuralStudent(texts, 100, 4, 1))) {
            String answer = student.answer(new SplittableRandom(1), 60);
            assertThat(answer).contains("is so.").isEqualTo(student.answer(new SplittableRandom(1), 60));
        }
    }

    @Test
    void alterationsDoWhatTheySay() {
        Random random = new Random(1);
        assertThat(Alteration.CONTRACTIONS.of("It's that they don't, can't and won't; I'd go.", random))
                .isEqualTo("It is that they do not, cannot and will not; I would go.");
        assertThat(Alteration.MARKDOWN.of("## A\n- **b** and `c`", random)).isEqualTo("A\nb and c");
        assertThat(Alteration.NORMALISE.of("“a”\n\n b—c’s", random)).isEqualTo("\"a\" b-c's");
        assertThat(Alteration.SERIAL_COMMA.of("a, b, and c", random)).isEqualTo("a, b and c");
        assertThat(Alteration.SYNONYMS.of("an important use, often", random)).isNotEqualTo("an important use, often");
        assertThat(Alteration.HALF.of("A b. C d. ".repeat(50), random).length()).isBetween(150, 350);
    }

    /** The critical value of 1.63 / sqrt(n) at 0.01 is a textbook one. */
    @Test
    void uniformityIsJudgedByKolmogorovAndSmirnov() {
        double[] even = new double[1000];
        double[] shifted = new double[1000];
        for (int i = 0; i < even.length; i++) {
            even[i] = (i + 0.5) / even.length;
            shifted[i] = Math.max(0, even[i] - 1.63 / Math.sqrt(even.length));
        }

        assertThat(Uniformity.probability(even)).isEqualTo(1);
        assertThat(Uniformity.probability(shifted)).isCloseTo(0.01, within(0.002));
    }
}
