package dev.stillgate.loadtests.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

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
    void halvesOfATextSetAreDisjoint() {
        TextSet set = new TextSet("x", List.of("a", "b", "c", "d", "e"));
        assertThat(set.half(TextSet.Half.DEVELOPMENT).all()).containsExactly("a", "c", "e");
        assertThat(set.half(TextSet.Half.HELD_OUT).all()).containsExactly("b", "d");
        assertThat(set.half(TextSet.Half.ALL).all()).isEqualTo(set.all());
    }
}
