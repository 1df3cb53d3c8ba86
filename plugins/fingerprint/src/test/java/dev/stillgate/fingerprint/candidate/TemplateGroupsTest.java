package dev.stillgate.fingerprint.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohort;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemplateGroupsTest {
    private static Cohort template(int value, int from, int to) {
        return new Cohort(SharedKey.OPENING, value, IntStream.range(from, to).toArray());
    }

    private static List<List<Integer>> sets(Cohort... templates) {
        return TemplateGroups.of(List.of(templates)).stream()
                .map(set -> set.stream().map(Cohort::value).toList())
                .toList();
    }

    @Test
    void templatesWithMostlyTheSameUsersAreGrouped() {
        assertThat(sets(
                        template(1, 0, 30),
                        template(2, 50, 80),
                        template(3, 5, 35),
                        template(4, 55, 85),
                        template(5, 9, 40)))
                .containsExactly(List.of(1, 3, 5), List.of(2, 4));
    }

    @Test
    void smallOverlapDoesNotMakeAGroup() {
        assertThat(sets(template(1, 0, 30), template(2, 20, 50))).isEmpty();
        assertThat(sets(template(1, 0, 12), template(2, 0, 300)))
                .as("a small share of many users")
                .isEmpty();
        assertThat(sets(template(1, 0, 30))).isEmpty();
        assertThat(sets()).isEmpty();
    }

    @Test
    void tooManyTemplatesAreNoGroup() {
        Cohort[] trade =
                IntStream.range(0, 20).mapToObj(i -> template(i, 0, 30)).toArray(Cohort[]::new);
        assertThat(sets(trade)).isEmpty();
    }
}
