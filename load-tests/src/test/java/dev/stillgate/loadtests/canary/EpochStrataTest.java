package dev.stillgate.loadtests.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.text.table.ClassTable;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpochStrataTest {
    private static final String TEXT =
            "I do not know why it is so, but they are here. You will see that I am not late, and there is time.";

    private MarkBench bench;

    @BeforeEach
    void readTable() throws Exception {
        bench = new MarkBench(ClassTable.read(Path.of("../config/canary/english.yaml")), "test-");
    }

    @Test
    void textsAreMarkedUnderTheStrataOfTheirShares() {
        EpochStrata strata = new EpochStrata(bench, "e", EpochStrata.TRAFFIC);
        List<String> texts = Collections.nCopies(2_000, TEXT);
        List<String> marked = strata.marked(texts, 0.5, List.of(0.0, 1.0), 1);
        String expected = bench.mark(strata.key(1), TEXT);

        assertThat(expected).isNotEqualTo(TEXT);
        assertThat(marked).containsOnly(TEXT, expected);
        assertThat(Collections.frequency(marked, expected)).isBetween(900, 1_100);
        assertThat(strata.marked(texts, 0, EpochStrata.HARVEST, 1)).isEqualTo(texts);
    }

    @Test
    void commitmentsKnowTheSharesOfTheTraffic() {
        EpochStrata strata = new EpochStrata(bench, "e", EpochStrata.TRAFFIC);
        SiteReader reader = bench.read(List.of(TEXT));
        EpochStrata.Audit audit = strata.audit(reader);

        for (List<Double> shares : List.of(EpochStrata.TRAFFIC, EpochStrata.HARVEST)) {
            assertThat(shares.stream().mapToDouble(share -> share).sum()).isCloseTo(1, within(1e-9));
        }
        for (int i = 0; i < EpochStrata.TRAFFIC.size(); i++) {
            assertThat(audit.outcome(strata.name(i)).stratum().share())
                    .isCloseTo(EpochStrata.TRAFFIC.get(i), within(1e-6));
            assertThat(audit.beyond(i)).isGreaterThanOrEqualTo(audit.beyond(audit.smallest()));
        }
        assertThat(audit.outcome(strata.global()).stratum()).isNull();
    }

    /** All sites of 400 cells follow one stratum. */
    @Test
    void stratumOfALeakHasTheSmallestP() {
        EpochStrata strata = new EpochStrata(bench, "e", EpochStrata.TRAFFIC);
        SiteReader reader = bench.reader();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 400; i++) {
            int cls = random.nextInt(bench.sheet().classes());
            int bucket = random.nextInt(bench.sheet().buckets(cls));
            int form = strata.key(3).form(cls, bucket);
            if (bench.sheet().writes(cls, form)) {
                reader.counts().add(cls, bucket, form);
            }
        }
        EpochStrata.Audit audit = strata.audit(reader);

        assertThat(audit.global()).isLessThan(-9);
        assertThat(audit.smallest()).isEqualTo(3);
        assertThat(audit.beyond(3)).isBetween(audit.unmet(3), -6.0);
        assertThat(audit.unmet(EpochStrata.UNMET)).isGreaterThan(-3);
    }

    @Test
    void adaptiveActorLeavesNoContractionAndHalfOfTheSentences() {
        List<String> sentences = IntStream.range(0, 40)
                .mapToObj(i -> i % 4 == 0
                        ? "They're here and it's fine " + i + ". "
                        : "That was the day of number " + i + ". ")
                .toList();
        String text = String.join("", sentences);
        List<String> edited = new AdaptiveActor(bench, 0.5, List.of("Another text."))
                .corpus(List.of(text, "It's late. It's late. "), 1);

        assertThat(edited).hasSize(3).endsWith("Another text.");
        assertThat(edited.get(0).split("\\. ")).hasSize(20).allMatch(sentence -> sentence.startsWith("That was"));
        assertThat(edited.get(1)).isEqualTo("It is late. ");
    }
}
