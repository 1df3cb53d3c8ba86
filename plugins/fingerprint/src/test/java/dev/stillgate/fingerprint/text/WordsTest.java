package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class WordsTest {
    private final Words words = new Words(new TextKey(PromptReaderTest.key(1)));

    private Words read(String text) {
        words.read(text.toCharArray(), text.length());
        return words;
    }

    /** Returns the entries as texts: numbers and ids in braces, punctuation unchanged. */
    private List<String> split(String text) {
        read(text);
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < words.count; i++) {
            StringBuilder entry = new StringBuilder();
            for (int at = words.start[i]; at < words.end[i]; at++) {
                entry.append(words.text.at(at));
            }
            boolean variable = words.kind[i] == Words.NUMBER || words.kind[i] == Words.ID;
            boolean newline = words.kind[i] == Words.MARK && entry.toString().equals(" ");
            entries.add(variable ? "{" + entry + "}" : newline ? "\\n" : entry.toString());
        }
        return entries;
    }

    @Test
    void textIsSplitAtNonLetters() {
        assertThat(split("The keeper, 'Ann', wrote: (calm)"))
                .containsExactly("the", "keeper", "'", "ann", "'", "wrote", ":", "calm");
        assertThat(split("one\n\n  two \n")).containsExactly("one", "\\n", "two");
        assertThat(split("snake_case_name under_score")).containsExactly("snake_case_name", "under_score");
        assertThat(split("")).isEmpty();
    }

    @Test
    void apostropheJoinsWordsButNotElisions() {
        assertThat(split("don't isn’t l'eau d’accord"))
                .containsExactly("dont", "isnt", "l", "'", "eau", "d", "’", "accord");
    }

    @Test
    void invisibleCharactersAreDropped() {
        assertThat(split("zero\u200bwidth e\u0301tude ＦＵＬＬ＿ｗｉｄｔｈ")).containsExactly("zerowidth", "etude", "full_width");
    }

    @Test
    void unspacedScriptsAreSplitByCharacter() {
        assertThat(split("请写出thinking 한국")).containsExactly("请", "写", "出", "thinking", "한", "국");
        assertThat(words.otherScript).isEqualTo(5);
        assertThat(split("сделай हिन्दी")).containsExactly("сделай", "हिन्दी");
        assertThat(words.otherScript).isEqualTo(12);
        assertThat(split("żółć, Straße, ő")).containsExactly("żółć", "straße", "ő");
        assertThat(words.otherScript).isZero();
    }

    @Test
    void numbersDatesAndTimesAreOneEntry() {
        assertThat(split("1,000.50 2026-01-31T10:00:00Z 12:30, 5kg 3rd v2 10. ٣٤"))
                .containsExactly(
                        "{1,000.50}", "{2026-01-31t10:00:00z}", "{12:30}", "{5kg}", "{3rd}", "v2", "{10}", "{34}");
        assertThat(words.digits).isEqualTo(6 + 14 + 4 + 1 + 1 + 1 + 2 + 2);
    }

    @Test
    void idsAndAddressesAreOneEntry() {
        assertThat(split("8f14e45f-ceea-467f-ab1e-9d2c51c1ab03 deadbeef-aaaa-bbbb-cccc-ddddeeeeffff"))
                .containsExactly("{8f14e45f-ceea-467f-ab1e-9d2c51c1ab03}", "{deadbeef-aaaa-bbbb-cccc-ddddeeeeffff}");
        assertThat(split("see https://a.example/x?y=1&z=%20#top, or http://b.example)"))
                .containsExactly("see", "{https://a.example/x?y=1&z=%20#top,}", "or", "{http://b.example}");
        assertThat(split("mail john.q.public+x@mail.example.org now"))
                .containsExactly("mail", "{john.q.public+x@mail.example.org}", "now");
        assertThat(split("toolu_01A9xyz42 gpt4 utf8 covid19"))
                .containsExactly("{toolu_01a9xyz42}", "gpt4", "utf8", "covid19");
        assertThat(split("@alone a @b")).containsExactly("alone", "a", "b");
    }

    @Test
    void longWordHashCoversAllCharacters() {
        List<Long> hashes = new ArrayList<>();
        for (int size = 1; size <= 40; size++) {
            hashes.add(read("a".repeat(size)).hash[0]);
            hashes.add(read("ж".repeat(size)).hash[0]);
            hashes.add(read("a".repeat(size - 1) + "b").hash[0]);
        }
        assertThat(hashes).doesNotHaveDuplicates();
    }

    @Property
    void wordHashIsIndependentOfPosition(
            @ForAll @AlphaChars @StringLength(min = 1, max = 40) String word,
            @ForAll @StringLength(max = 40) String before,
            @ForAll @StringLength(max = 40) String after) {
        long alone = read(word).hash[0];
        read(before + " " + word.toUpperCase(Locale.ROOT) + " " + after);

        assertThat(Arrays.stream(words.hash, 0, words.count)).contains(alone);
    }

    @Property
    void anyTextIsRead(@ForAll @StringLength(max = 300) String text) {
        read(text);
        int end = 0;
        for (int i = 0; i < words.count; i++) {
            assertThat(words.start[i]).isGreaterThanOrEqualTo(end);
            assertThat(words.end[i]).isGreaterThan(words.start[i]);
            end = words.end[i];
        }
        assertThat(end).isLessThanOrEqualTo(words.text.length);
        assertThat(words.text.length).isLessThanOrEqualTo(text.length());
    }
}
