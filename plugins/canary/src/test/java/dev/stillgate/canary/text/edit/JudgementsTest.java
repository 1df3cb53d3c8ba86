package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.WordClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Errors stated in the table equal the counted judgements and stay within the limits. */
final class JudgementsTest {
    private static final Set<String> MOST_FREQUENT =
            Set.of("such-as", "such-as-list", "it-is", "here-are", "do-not", "based-on");

    private record Judgement(String cls, String forms, String hash, String source, String reading, String verdict) {}

    private static List<Judgement> judgements() throws IOException {
        return Files.readAllLines(EnglishTable.file("judgements/english.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .map(f -> new Judgement(f[0], f[1], f[2], f[3], f[4], f[5]))
                .toList();
    }

    @Test
    void tableStatesTheCountedErrorsWithinTheLimits() throws IOException {
        Map<String, Map<String, Integer>> counts = new HashMap<>();
        Set<String> hashes = new HashSet<>();
        for (Judgement judgement : judgements()) {
            assertThat(judgement.verdict()).isIn("ok", "awkward", "wrong");
            assertThat(hashes.add(judgement.hash())).as(judgement.toString()).isTrue();
            counts.computeIfAbsent(judgement.cls(), name -> new HashMap<>())
                    .merge(judgement.verdict(), 1, Integer::sum);
        }
        ClassTable table = EnglishTable.english();
        for (int cls = 0; cls < table.classes(); cls++) {
            WordClass stated = table.wordClass(cls);
            Map<String, Integer> counted = counts.getOrDefault(stated.name(), Map.of());
            int judged = counted.values().stream().mapToInt(Integer::intValue).sum();
            assertThat(stated.judged()).as(stated.name()).isEqualTo(judged);
            assertThat(stated.wrong()).as(stated.name()).isEqualTo(counted.getOrDefault("wrong", 0));
            assertThat(stated.awkward()).as(stated.name()).isEqualTo(counted.getOrDefault("awkward", 0));
            assertThat(judged)
                    .as(stated.name())
                    .isGreaterThanOrEqualTo(MOST_FREQUENT.contains(stated.name()) ? 300 : 100);
            assertThat(100 * stated.wrong()).as(stated.name()).isLessThanOrEqualTo(judged);
            assertThat(100 * stated.awkward()).as(stated.name()).isLessThanOrEqualTo(3 * judged);
        }
        assertThat(counts).hasSize(table.classes());
    }

    @Test
    @Tag("shared")
    void judgementsBelongToCurrentEdits() throws IOException {
        Path texts = TextFiles.shared("watermark-text/alpacaeval-gpt-4o-2024-05-13.jsonl.gz");
        Set<String> made = new HashSet<>();
        for (String text : TextFiles.read(texts, "text")) {
            for (Edits.Edit edit : Edits.of(EnglishTable.english(), text)) {
                made.add(edit.hash());
            }
        }
        List<String> judged = judgements().stream()
                .filter(judgement -> judgement.source().equals("gpt4o"))
                .map(Judgement::hash)
                .toList();
        assertThat(judged).hasSizeGreaterThan(1_000);
        assertThat(made).containsAll(judged);
    }
}
