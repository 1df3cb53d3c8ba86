package dev.stillgate.canary.text.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClassTableTest {
    private static final String HEAD = """
            format: stillgate-canary-classes/1
            language: en
            evidence: {for: [the, and], against: [und]}
            classes:
            """;
    private static final String REST = ", buckets: 2, rate: 0.5, error: {judged: 100, wrong: 0, awkward: 1}}\n";

    @TempDir
    private Path folder;

    private ClassTable read(String yaml) throws IOException, TableException {
        Path file = folder.resolve("t.yaml");
        Files.writeString(file, yaml);
        return ClassTable.read(file);
    }

    private static String cls(String name, String pairs) {
        return "  - {name: " + name + ", pairs: " + pairs + REST;
    }

    @Test
    void fileIsRead() throws Exception {
        ClassTable table = read(HEAD
                + "  - {name: a, pairs: [[do not, don't], [I am, I'm]], direction: to-1, buckets: 2, rate: 0.25,"
                + " offsets: [-0.125, 0.5], error: {judged: 100, wrong: 0, awkward: 1}}\n"
                + cls("b", "[[towards, toward]]"));
        assertThat(table.language()).isEqualTo("en");
        assertThat(table.classes()).isEqualTo(2);
        assertThat(table.name(1)).isEqualTo("b");
        assertThat(table.buckets(0)).isEqualTo(2);
        assertThat(table.referenceRate(0)).isEqualTo(0.25);
        assertThat(table.referenceOffset(0, 1)).isEqualTo(0.5);
        assertThat(table.referenceOffset(1, 1)).isZero();
        assertThat(table.writes(0, 0)).isFalse();
        assertThat(table.writes(0, 1)).isTrue();
        assertThat(table.writes(1, 0)).isTrue();
    }

    @Test
    void classesOfSeveralFilesAreNumberedInOrder() throws Exception {
        Path first = Files.writeString(folder.resolve("1.yaml"), HEAD + cls("a", "[[do not, don't]]"));
        Path second = Files.writeString(folder.resolve("2.yaml"), HEAD + cls("b", "[[towards, toward]]"));
        ClassTable table = ClassTable.read(first, second);
        assertThat(table.name(0) + table.name(1)).isEqualTo("ab");
        assertThatThrownBy(() -> ClassTable.read(first, first))
                .isInstanceOf(TableException.class)
                .hasMessageContaining("1.yaml:5:")
                .hasMessageContaining("duplicate class \"a\"");
        Files.writeString(second, HEAD.replace("language: en", "language: de") + cls("b", "[[towards, toward]]"));
        assertThatThrownBy(() -> ClassTable.read(first, second)).hasMessageContaining("expected the language \"en\"");
    }

    @Test
    void digestCoversTheContent() throws Exception {
        byte[] digest = read(HEAD + cls("a", "[[do not, don't]]")).digest();
        assertThat(HexFormat.of().formatHex(digest))
                .as("the digest of a table of an earlier version, to which its keys are bound")
                .isEqualTo("57ab538ee29f4e06dff67a75dfcf4ff56befee9e46321869314a828668d93f05");
        assertThat(read(HEAD.replace("classes:", "messages-after: [says]\nclasses:") + cls("a", "[[do not, don't]]"))
                        .digest())
                .isNotEqualTo(digest);
        assertThat(read("# a comment\n" + HEAD + cls("a", "[[do not, don't]]")).digest())
                .isEqualTo(digest);
        assertThat(read(HEAD + cls("a", "[[don't, do not]]")).digest()).isNotEqualTo(digest);
        assertThat(read(HEAD + cls("a", "[[do not, don't]]").replace("0.5", "0.25"))
                        .digest())
                .isNotEqualTo(digest);
        assertThat(read(HEAD.replace("und", "der") + cls("a", "[[do not, don't]]"))
                        .digest())
                .isNotEqualTo(digest);
    }

    @Test
    void contractionsAreRecognizedByTheirApostrophe() throws Exception {
        ClassTable table = read(HEAD
                + cls("a", "[[do not, don't], [I am, I'm]]")
                + cls("b", "[[do it, make it]]")
                + cls("c", "[[it is, it's], [all the, all of the]]"));
        assertThat(List.of(table.contracts(0), table.contracts(1), table.contracts(2)))
                .containsExactly(true, false, false);
    }

    @Test
    void firstClassWithAFittingLeftGuardApplies() throws Exception {
        String pair = "[[such as, like]]";
        ClassTable table = read(HEAD
                + cls("listed", pair).replace("buckets", "guards: {left: [word], only-after: [tools]}, buckets")
                + cls("rest", pair));
        List<String> sites = new ArrayList<>();
        ProseEditor editor = new ProseEditor(
                table, FormChooser.READER, (cls, bucket, found, written, at) -> sites.add(table.name(cls) + found));
        editor.feed("the and ".repeat(12) + "tools such as the and. The and, like the and the. The tools like the.");
        editor.end();
        assertThat(sites).containsExactly("listed0", "rest1", "listed1");

        assertThatThrownBy(() -> read(HEAD + cls("a", pair) + cls("b", "[[such as, for example]]")))
                .hasMessageContaining("the form \"such as\" occurs in two pairs");
    }

    @Test
    void firstClassWithAFittingRightGuardApplies() throws Exception {
        String pair = "[[it is, it's]]";
        ClassTable table = read(HEAD
                + cls("listed", pair).replace("buckets", "guards: {only-before: [good]}, buckets")
                + cls("rest", pair).replace("buckets", "guards: {never-before: [bad]}, buckets"));
        assertThat(sites(table, "it is good.")).containsExactly("listed96");
        assertThat(sites(table, "it's goods.")).containsExactly("rest96");
        assertThat(sites(table, "it's bad.")).isEmpty();
    }

    private static List<String> sites(ClassTable table, String text) {
        List<String> sites = new ArrayList<>();
        ProseEditor editor = new ProseEditor(
                table, FormChooser.READER, (cls, bucket, found, written, at) -> sites.add(table.name(cls) + at));
        editor.feed("the and ".repeat(12) + text);
        editor.end();
        return sites;
    }

    @Test
    void wordTwoToTheLeftIsForbidden() throws Exception {
        ClassTable table = read(
                HEAD + cls("a", "[[do not, don't]]").replace("buckets", "guards: {never-after-two: [how]}, buckets"));
        assertThat(sites(table, "how and do not the")).isEmpty();
        assertThat(sites(table, "how the and do not the")).hasSize(1);
        assertThat(sites(table, "how, and do not the")).hasSize(1);
        assertThat(sites(table, "how and, do not the")).isEmpty();
        assertThat(sites(table, "how the and, do not the")).hasSize(1);
    }

    @Test
    void onlyListedWordsMayBeTwoToTheLeft() throws Exception {
        ClassTable table = read(
                HEAD + cls("a", "[[do not, don't]]").replace("buckets", "guards: {only-after-two: [how]}, buckets"));
        assertThat(sites(table, "how and do not the")).hasSize(1);
        assertThat(sites(table, "how the and do not the")).isEmpty();
        assertThat(sites(table, "how. And do not the")).isEmpty();
    }

    @Test
    void laterFormsOfASentenceFollowTheFirst() throws Exception {
        ClassTable table = read(HEAD + cls("a", "[[do not, don't]]"));
        List<Integer> sites = new ArrayList<>();
        ProseEditor editor =
                new ProseEditor(table, (cls, bucket) -> 1, (cls, bucket, found, written, at) -> sites.add(found));
        String begin = "the and ".repeat(12);
        String edited = editor.feed(begin + "the do not the, and don't the, and do not the. The do not the.")
                .toString();
        assertThat(edited + editor.end())
                .isEqualTo(begin + "the don't the, and don't the, and don't the. The don't the.");
        assertThat(sites).containsExactly(0, 0);
        editor.begin();
        edited = editor.feed(begin + "the don't the, and do not the.").toString();
        assertThat(edited + editor.end()).isEqualTo(begin + "the don't the, and do not the.");
    }

    @Test
    void restOfTheTextAfterAnExampleIsForbidden() throws Exception {
        ClassTable table =
                read(HEAD.replace("classes:", "examples-after: [as]\nclasses:") + cls("a", "[[do not, don't]]"));
        assertThat(sites(table, "the and as the, do not the")).hasSize(1);
        assertThat(sites(table, "the and as, the do not the. The do not the")).isEmpty();
        assertThat(sites(table, "the and as: the do not the")).hasSize(1);
    }

    @Test
    void wordOfTheContextIsForbidden() throws Exception {
        ClassTable table = read(HEAD
                + cls("a", "[[do not, don't]]").replace("buckets", "guards: {never-in-context: [verb]}, buckets")
                + cls("b", "[[towards, toward]]"));
        assertThat(sites(table, "a verb. The and do not the towards it.")).containsExactly("b123");
        assertThat(sites(table, "a verb:\n- The and do not the it.")).isEmpty();
        assertThat(sites(table, "a verb.\n1. The and do not the it.")).isEmpty();
        assertThat(sites(table, "a verb. The and. The and do not the it.")).containsExactly("a121");
    }

    @Test
    void nothingIsWrittenInTheReachOfACue() throws Exception {
        ClassTable table = read(HEAD.replace("classes:", "cues: [verb]\ncapital-cues: [work]\nclasses:")
                + cls("a", "[[do not, don't]]")
                + cls("b", "[[towards, toward]]"));
        String both = "and do not the towards it.";
        assertThat(sites(table, "a verb " + both)).isEmpty();
        assertThat(sites(table, "the verbs " + both)).hasSize(2);
        assertThat(sites(table, "a verb. The " + both)).isEmpty();
        assertThat(sites(table, "a verb. The and. The " + both)).hasSize(2);
        assertThat(sites(table, "the Work " + both)).isEmpty();
        for (String ordinary : List.of("the work ", "the Old Work ", "the and. Work ", "the, Work ")) {
            assertThat(sites(table, ordinary + both)).as(ordinary).hasSize(2);
        }
        assertThat(table.digest())
                .isNotEqualTo(read(HEAD + cls("a", "[[do not, don't]]") + cls("b", "[[towards, toward]]"))
                        .digest());
    }

    @Test
    void nothingIsWrittenAfterThreeSentencesWithACue() throws Exception {
        ClassTable table = read(HEAD.replace("classes:", "cues: [verb]\nclasses:") + cls("a", "[[do not, don't]]"));
        String other = " The and. The and the of.";
        String site = " The and do not the it.";
        assertThat(sites(table, ("The verb." + other).repeat(2) + site)).hasSize(1);
        assertThat(sites(table, ("The verb." + other).repeat(3) + site)).isEmpty();
    }

    @Test
    void nothingIsWrittenAfterALongSentence() throws Exception {
        ClassTable table = read(HEAD + cls("a", "[[do not, don't]]"));
        String site = " The and do not the it.";
        String words44 = "the it. " + "The and ".repeat(22);
        assertThat(sites(table, words44 + "do not the it.")).hasSize(1);
        assertThat(sites(table, words44 + "the do not the it.")).isEmpty();
        assertThat(sites(table, words44 + "." + site)).hasSize(1);
        assertThat(sites(table, words44 + "it." + site)).isEmpty();
    }

    @Test
    void tooManyContextsAreRejected() throws Exception {
        StringBuilder yaml = new StringBuilder(HEAD);
        for (int i = 0; i <= 64; i++) {
            String guards = "guards: {never-in-context: [" + word(i, 0, "c") + "]}, buckets";
            yaml.append(cls("c" + i, "[[" + word(i, 0, "x") + ", " + word(i, 0, "y") + "]]")
                    .replace("buckets", guards));
        }
        assertThatThrownBy(() -> read(yaml.toString()))
                .hasMessageContaining("t.yaml:69:")
                .hasMessageContaining("expected at most 64 different lists never-in-context");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rate: 0.5|rate: 1.5|t.yaml:5:59: expected a rate, a number from 0 to 1",
                "rate: 0.5|rate: often|expected a rate, a number",
                "rate: 0.5|rate: '0.5'|expected a rate, a number",
                "rate: 0.5|rate: NaN|expected a rate, a number",
                "rate: 0.5|rate: [0.5]|expected a rate, a number",
                "rate: 0.5|rote: 0.5|unknown key \"rote\"",
                "rate: 0.5, |``|expected the key \"rate\"",
                "buckets: 2|buckets: 0|expected buckets, a whole number from 1 to 64",
                "buckets: 2|buckets: 65|expected buckets, a whole number from 1 to 64",
                "buckets: 2|buckets: 2.5|expected buckets, a whole number",
                "buckets: 2|buckets: 2, buckets: 3|duplicate key \"buckets\"",
                "buckets: 2|buckets: 2, offsets: [0]|expected an offset for every bucket, a list of 2 to 2",
                "buckets: 2|buckets: 2, offsets: [0, 2]|expected an offset, a number from -1 to 1",
                "buckets: 2|buckets: 2, opening: yes|expected one of [true, false]",
                "buckets: 2|buckets: 2, direction: left|expected one of [both, to-0, to-1]",
                "buckets: 2|buckets: 2, guards: {left: [up]}|expected one of [word, comma, start, other]",
                "buckets: 2|buckets: 2, guards: {below: [up]}|unknown key \"below\"",
                "buckets: 2|buckets: 2, guards: {never-after: [Up]}|expected a lower-case word",
                "buckets: 2|buckets: 2, guards: {never-after-two: [Up]}|expected a lower-case word",
                "buckets: 2|buckets: 2, guards: {never-in-context: [a b]}|expected a lower-case word",
                "buckets: 2|buckets: 2, guards: {never-after: [$none]}|expected a lower-case word",
                "buckets: 2|buckets: 2, guards: [a]|expected guards, a mapping",
                "[[do not, don't]]|[]|expected pairs of forms, a list of 1 to 64",
                "[[do not, don't]]|[[do not]]|expected two forms, a list of 2 to 2",
                "[[do not, don't]]|[[do not, do not]]|expected two different forms",
                "[[do not, don't]]|[[Do not, don't]]|expected a form of lower-case words",
                "[[do not, don't]]|[[do  not, don't]]|expected a form of lower-case words",
                "[[do not, don't]]|[[do not indeed ever want it, don't]]|expected a form, a text of 1 to 24",
                "[[do not, don't]]|[[do not, don't], [don't, never]]|the form \"don't\" occurs in two pairs",
                "[[do not, don't]]|[[do not, don't], [do, make]]|the form \"do\" is a prefix of the form \"do not\"",
                "[[do not, don't]]|[[help to, help]]|the form \"help\" is a prefix of the form \"help to\"",
                "[[do not, don't]]|&a [[do not, don't]]|anchors, aliases and tags are not allowed",
                "[[do not, don't]]|*a|anchors, aliases and tags are not allowed",
                "[[do not, don't]]|!!set {a}|anchors, aliases and tags are not allowed",
                "judged: 100|judged: -1|expected edits judged, a whole number from 0",
                "language: en|language: ''|expected a language, a text of 1 to 35",
                "language: en|language: [en]|expected a language, a text",
                "classes/1|classes/2|t.yaml:1:9: expected the format \"stillgate-canary-classes/1\"",
                "for: [the, and]|for: []|expected words, a list of 1",
                "against: [und]|against: und|expected words, a list",
                "evidence:|evidance:|unknown key \"evidance\"",
            })
    void errorIsReportedWithItsPosition(String right, String wrong, String message) {
        String yaml = HEAD + cls("a", "[[do not, don't]]");
        assertThat(yaml).contains(right);
        assertThatThrownBy(() -> read(yaml.replace(right, wrong)))
                .isInstanceOf(TableException.class)
                .hasMessageContaining("t.yaml")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|is empty",
                "- a|expected a table of classes, a mapping",
                "{a: b: c}|invalid YAML",
                "[[[[[[[[[[a]]]]]]]]]]|expected at most 8 levels",
                "{? [a] : b}|expected a key, a text",
            })
    void fileThatIsNotATableIsRejected(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(TableException.class).hasMessageContaining(message);
    }

    @Test
    void secondDocumentIsRejected() {
        assertThatThrownBy(() -> read(HEAD + cls("a", "[[do not, don't]]") + "---\na: b\n"))
                .hasMessageContaining("expected a single document in the stream, but found another document");
    }

    @Test
    void oversizedAndBinaryFilesAreRejected() throws Exception {
        Path file = folder.resolve("t.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 'a'});
        assertThatThrownBy(() -> ClassTable.read(file)).hasMessageContaining("expected UTF-8");
        Files.write(file, "# filler\n".repeat(200_000).getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> ClassTable.read(file)).hasMessageContaining("expected at most 1048576 bytes");
        assertThatThrownBy(() -> ClassTable.read(folder.resolve("none.yaml"))).hasMessageContaining("cannot be read");
        Files.writeString(file, HEAD.replace("[the, and]", "[a" + ", a".repeat(60_000) + "]"));
        assertThatThrownBy(() -> ClassTable.read(file)).hasMessageContaining("50000 values");
    }

    @Test
    void largestTableIsReadQuickly() throws Exception {
        StringBuilder yaml = new StringBuilder(HEAD);
        for (int c = 0; c < 200; c++) {
            yaml.append("  - name: c").append(c).append("\n    pairs: [");
            for (int p = 0; p < 10; p++) {
                yaml.append(p == 0 ? "" : ", ")
                        .append('[')
                        .append(word(c, p, "x"))
                        .append(", ")
                        .append(word(c, p, "y"));
                yaml.append(']');
            }
            yaml.append("]\n    buckets: 64\n    rate: 0\n    error: {judged: 0, wrong: 0, awkward: 0}\n");
        }
        assertThat(read(yaml.toString()).classes()).isEqualTo(200);
    }

    private static String word(int cls, int pair, String end) {
        return "w" + (char) ('a' + cls / 26) + (char) ('a' + cls % 26) + (char) ('a' + pair) + end;
    }
}
