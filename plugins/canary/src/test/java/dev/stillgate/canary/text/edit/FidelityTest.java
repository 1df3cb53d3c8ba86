package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Effect of marking on real answers: density of sites, number of edits, and recovery of every mark. */
@Tag("shared")
final class FidelityTest {
    private static final String ANSWERS = "watermark-text/alpacaeval-gpt-4o-2024-05-13.jsonl.gz";

    private static List<String> texts(String file, String... fields) throws IOException {
        return TextFiles.read(TextFiles.shared(file), fields);
    }

    /** Totals over texts, each marked with its own key. */
    private static final class Seen {
        long words;
        long sites;
        long edits;
        long marks;
        long readAgain;
        long changedTwice;

        void mark(String text, long seed) {
            words += text.isBlank() ? 0 : text.strip().split("\\s+").length;
            List<String> written = new ArrayList<>();
            String once = EnglishTable.edited(text, EnglishTable.chooser(seed), (cls, bucket, found, form, at) -> {
                sites++;
                edits += found == form ? 0 : 1;
                written.add(cls + " " + bucket + " " + form + " " + at);
            });
            List<String> read = new ArrayList<>();
            String twice = EnglishTable.edited(
                    once,
                    EnglishTable.chooser(seed),
                    (cls, bucket, found, form, at) -> read.add(cls + " " + bucket + " " + found + " " + at));
            marks += written.size();
            changedTwice += once.equals(twice) ? 0 : 1;
            written.retainAll(read);
            readAgain += written.size();
        }

        double perThousand(long count) {
            return 1_000.0 * count / words;
        }
    }

    @ParameterizedTest
    @CsvSource({
        ANSWERS + ", text",
        "watermark-text/alpacaeval-claude-3-sonnet-20240229.jsonl.gz, text",
        "campaign-corpora/alpaca-gpt4-en-1000.jsonl.gz, response",
        "legit-prompts/oasst-en100-threads.jsonl.gz, content"
    })
    void realAnswersHaveEnoughSitesFewEditsAndExactMarks(String file, String field) throws IOException {
        Seen seen = new Seen();
        Random random = new Random(5);
        for (String text : texts(file, field)) {
            seen.mark(text, random.nextLong());
        }
        // 13.1 before three classes and the forms with second readings were removed, which cost 0.9
        assertThat(seen.perThousand(seen.sites)).as("sites").isGreaterThanOrEqualTo(12);
        assertThat(seen.perThousand(seen.edits)).as("edits").isLessThanOrEqualTo(10);
        assertThat(seen.changedTwice).isZero();
        assertThat(seen.readAgain).isGreaterThanOrEqualTo(seen.marks - seen.marks / 1_000);
    }

    @Test
    void answersWithCodeHaveEnoughSites() throws IOException {
        Seen seen = new Seen();
        for (String text : texts(ANSWERS, "text")) {
            if (text.contains("```")) {
                seen.mark(text, seen.words);
            }
        }
        assertThat(seen.perThousand(seen.sites)).isGreaterThanOrEqualTo(8);
    }

    @Test
    void germanIsUnchanged() throws IOException {
        List<String> german = new ArrayList<>(texts("watermark-text/wmt16-de-en.jsonl.gz", "de"));
        assertThat(german).hasSizeGreaterThan(1_000);
        german.add(String.join("\n\n", german));
        for (String text : german) {
            assertThat(EnglishTable.edited(text, 0)).isEqualTo(text);
            assertThat(EnglishTable.edited(text, 1)).isEqualTo(text);
        }
    }

    @Test
    void fencedCodeIsUnchanged() throws IOException {
        for (String text : texts(ANSWERS, "text")) {
            List<String> code = fenced(text);
            assertThat(fenced(EnglishTable.edited(text, 0))).isEqualTo(code);
            assertThat(fenced(EnglishTable.edited(text, 1))).isEqualTo(code);
        }
    }

    private static List<String> fenced(String text) {
        List<String> code = new ArrayList<>();
        boolean inside = false;
        for (String line : text.split("\n", -1)) {
            if (line.strip().startsWith("```")) {
                inside = !inside;
            } else if (inside) {
                code.add(line);
            }
        }
        return code;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"legit-agentic/tau-bench-airline-gpt4o.jsonl.gz", "campaign-corpora/glaive-toolcall-300.jsonl.gz"
            })
    void jsonIsUnchanged(String file) throws IOException {
        int seen = 0;
        for (String text : texts(file, "arguments", "parameters", "content", "value")) {
            if (text.strip().startsWith("{") || text.strip().startsWith("[{")) {
                seen++;
                assertThat(EnglishTable.edited(text, 0)).isEqualTo(text);
                assertThat(EnglishTable.edited(text, 1)).isEqualTo(text);
            }
        }
        assertThat(seen).isGreaterThan(0);
    }

    @Test
    void splitsDoNotChangeTheOutputOfRealAnswers() throws IOException {
        Random random = new Random(6);
        for (String text : texts(ANSWERS, "text")) {
            long seed = random.nextLong();
            ProseEditor editor = new ProseEditor(EnglishTable.english(), EnglishTable.chooser(seed), SiteListener.NONE);
            StringBuilder out = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(12));
                out.append(editor.feed(text.substring(at, end)));
                at = end;
            }
            assertThat(out.append(editor.end()).toString())
                    .isEqualTo(EnglishTable.edited(text, EnglishTable.chooser(seed), SiteListener.NONE));
        }
    }
}
