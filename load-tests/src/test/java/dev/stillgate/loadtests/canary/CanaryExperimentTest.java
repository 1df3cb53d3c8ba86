package dev.stillgate.loadtests.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.SiteCounts;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CanaryExperimentTest {
    private static int run(ByteArrayOutputStream err, String... args) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return CanaryExperiment.run(args, nowhere, new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void missingTextsSkipTheExperiment() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(run(err, "--data", "/nowhere at all")).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("skipped: no texts in /nowhere at all");
        assertThat(run(err, "--other", "1")).isEqualTo(2);
        assertThat(run(err, "--keys")).isEqualTo(2);
        assertThat(run(err, "--keys", "0")).isEqualTo(2);
        assertThat(run(err, "--parts", "leaks,transformer")).isEqualTo(2);
    }

    @Test
    void studentsReproduceTheirTexts() {
        List<String> texts = Collections.nCopies(200, "It is so.\nIt is good, and that is so.");
        NgramStudent student = new NgramStudent(texts, Students.ORDER);
        List<String> answers = student.answers(new SplittableRandom(1), 2, 60);
        assertThat(answers).hasSize(2).allMatch(answer -> answer.contains("is so."));
        assertThat(student.answers(new SplittableRandom(1), 2, 60)).isEqualTo(answers);
    }

    @Test
    void alterationsEditTheText() {
        Random random = new Random(1);
        assertThat(Alteration.CONTRACTIONS.of("It's that they don't, can't and won't; I'd go.", random))
                .isEqualTo("It is that they do not, cannot and will not; I would go.");
        assertThat(Alteration.MARKDOWN.of("## A\n- **b** and `c`", random)).isEqualTo("A\nb and c");
        assertThat(Alteration.NORMALISE.of("“a”\n\n b—c’s", random)).isEqualTo("\"a\" b-c's");
        assertThat(Alteration.SERIAL_COMMA.of("a, b, and c", random)).isEqualTo("a, b and c");
        assertThat(Alteration.SYNONYMS.of("an important use, often", random)).isNotEqualTo("an important use, often");
        assertThat(Alteration.HALF.of("A b. C d. ".repeat(50), random).length()).isBetween(150, 350);
    }

    @Test
    void halvesOfATextSetAreDisjoint() {
        TextSet set = new TextSet("x", List.of("a", "b", "c", "d", "e"));
        assertThat(set.half(TextSet.Half.DEVELOPMENT).all()).containsExactly("a", "c", "e");
        assertThat(set.half(TextSet.Half.HELD_OUT).all()).containsExactly("b", "d");
        assertThat(set.half(TextSet.Half.ALL).all()).isEqualTo(set.all());
    }

    /**
     * With one site in each of eight cells, all in the form of the key, the p-value is the probability of a key with
     * these signs.
     */
    @Test
    void bestTestOfPerfectMarksHasTheProbabilityOfTheKey() {
        ClassSheet sheet = new ClassSheet(
                List.of("x"), new double[] {0.5}, new double[1][8], new byte[32], new boolean[][] {{true, true}});
        CanaryKey key = CanaryKey.derive(MasterSecret.test(), "a", sheet);
        SiteCounts counts = new SiteCounts(sheet);
        int plus = 0;
        for (int b = 0; b < 8; b++) {
            counts.add(0, b, key.form(0, b));
            plus += key.form(0, b);
        }
        double q = key.plan().q();
        double rare =
                (Math.pow(q, plus) * Math.pow(1 - q, 8 - plus) + Math.pow(1 - q, plus) * Math.pow(q, 8 - plus)) / 2;

        assertThat(BestTest.log10p(key, counts, sheet)).isCloseTo(Math.log10(rare), within(1e-9));
    }

    /** The critical value at 0.01 is 1.63 / sqrt(n). */
    @Test
    void uniformityHasTheTextbookCriticalValue() {
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
