package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.WordClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Properties of the editor for every text, split and key. */
final class ProseEditorPropertiesTest {
    private static final List<String> PIECES = pieces();

    private static List<String> pieces() {
        List<String> pieces = new ArrayList<>(List.of(
                " ",
                " ",
                " ",
                " ",
                " ",
                " ",
                " ",
                " ",
                " ",
                "  ",
                "\n",
                "\n\n",
                ", ",
                ". ",
                "! ",
                ": ",
                "; ",
                "'",
                "’",
                "\"",
                "“",
                "”",
                "`",
                "```\n",
                "\n- ",
                "\n1. ",
                "\n> ",
                "\n# ",
                "*",
                "**",
                "_",
                "(",
                ")",
                "[",
                "]",
                "](",
                "{",
                "}",
                "<",
                ">",
                "$",
                "\\(",
                "\\)",
                "=",
                "/",
                "//",
                "|",
                "-",
                "—",
                ".",
                ",",
                "\r\n",
                "\t",
                "    ",
                "\n<answer>\n",
                "\n</answer>\n",
                "\n<file path=\"a\">\n",
                "\n</file>\n",
                "<path>",
                "</path>",
                "\n```md\n",
                "\n<<<<<<< SEARCH\n",
                "\n>>>>>>> REPLACE\n",
                "\n--- a/",
                "\n@@ ",
                " -> ",
                "\nkey: ",
                "\n- key:",
                ":\n\n",
                "„",
                "«",
                "»",
                "{x}\n"));
        pieces.addAll(List.of(
                "the", "The", "people", "of", "town", "you", "You", "I", "we", "they", "it", "It", "is", "are", "not",
                "that", "which", "to", "a", "an", "for", "in", "on", "help", "reduce", "10", "3.5", "und", "der",
                "haus", "été", "😀", "x", "house", "river", "know", "always", "some", "when", "more"));
        ClassTable table = EnglishTable.english();
        for (int cls = 0; cls < table.classes(); cls++) {
            for (WordClass.Pair pair : table.wordClass(cls).pairs()) {
                for (int form = 0; form < 2; form++) {
                    String text = pair.form(form);
                    pieces.add(" " + text + " ");
                    pieces.add(". " + Character.toUpperCase(text.charAt(0)) + text.substring(1) + " ");
                }
            }
        }
        return pieces;
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> pieces = Arbitraries.of(PIECES);
        return pieces.list().ofMinSize(0).ofMaxSize(60).map(list -> String.join("", list));
    }

    @Provide
    Arbitrary<String> prose() {
        return texts().map(text -> ProseEditorTest.PROSE + text);
    }

    @Property(tries = 2_000)
    void randomSplitsDoNotChangeTheOutput(@ForAll("prose") String text, @ForAll long seed) {
        String whole = EnglishTable.edited(text, EnglishTable.chooser(seed), SiteListener.NONE);
        ProseEditor editor = new ProseEditor(EnglishTable.english(), EnglishTable.chooser(seed), SiteListener.NONE);
        assertThat(inPieces(editor, text, new Random(seed), 7)).isEqualTo(whole);
        editor.begin();
        assertThat(inPieces(editor, text, new Random(seed), 1)).isEqualTo(whole);
    }

    @Property(tries = 200)
    void splitsInTwoDoNotChangeTheOutput(@ForAll("texts") String text, @ForAll long seed) {
        String whole = EnglishTable.edited(text, EnglishTable.chooser(seed), SiteListener.NONE);
        ProseEditor editor = new ProseEditor(EnglishTable.english(), EnglishTable.chooser(seed), SiteListener.NONE);
        for (int at = 0; at <= text.length(); at++) {
            editor.begin();
            String out = editor.feed(text.substring(0, at)).toString() + editor.feed(text.substring(at)) + editor.end();
            assertThat(out).isEqualTo(whole);
        }
    }

    @Property(tries = 4_000)
    void markingIsIdempotentAndEveryMarkIsRead(@ForAll("prose") String text, @ForAll long seed) {
        List<String> written = new ArrayList<>();
        String once = EnglishTable.edited(
                text,
                EnglishTable.chooser(seed),
                (cls, bucket, found, form, at) -> written.add(cls + " " + bucket + form + at));
        List<String> read = new ArrayList<>();
        String twice = EnglishTable.edited(
                once,
                EnglishTable.chooser(seed),
                (cls, bucket, found, form, at) -> read.add(cls + " " + bucket + found + at));
        assertThat(twice).isEqualTo(once);
        assertThat(read).isEqualTo(written);
    }

    @Property(tries = 1_000)
    void readerChangesNothing(@ForAll("texts") String text) {
        assertThat(EnglishTable.edited(text, FormChooser.READER, SiteListener.NONE))
                .isEqualTo(text);
    }

    /** A form, a space, the longest word that decides about it, and the character after that word. */
    @Test
    void heldTextIsBoundedByTheLongestForm() {
        assertThat(ProseEditor.mostHeldBack(EnglishTable.english())).isEqualTo(32);
    }

    @Property(tries = 1_000)
    void heldTextStaysWithinTheDeclaredLimit(@ForAll("prose") String text, @ForAll long seed) {
        int most = ProseEditor.mostHeldBack(EnglishTable.english());
        ProseEditor editor = new ProseEditor(EnglishTable.english(), FormChooser.READER, SiteListener.NONE);
        int out = 0;
        for (int i = 0; i < text.length(); i++) {
            out += editor.feed(text.substring(i, i + 1)).length();
            assertThat(i + 1 - out).isLessThanOrEqualTo(most);
        }
    }

    private static String inPieces(ProseEditor editor, String text, Random random, int most) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + random.nextInt(most + 1));
            out.append(editor.feed(text.substring(at, end)));
            at = end;
        }
        return out.append(editor.end()).toString();
    }
}
