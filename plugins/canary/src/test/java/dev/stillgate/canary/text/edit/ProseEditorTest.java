package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProseEditorTest {
    /** A paragraph that establishes English prose. */
    static final String PROSE =
            "The people of the town have long known that the old mill by the river was one of the first"
                    + " in the country, and they are proud of what it has become over the years.\n\n";

    private static String edit(String text, int form) {
        String edited = EnglishTable.edited(PROSE + text, (cls, bucket) -> cls < 0 ? 0 : form, SiteListener.NONE);
        int end = edited.indexOf("\n\n") + 2;
        return edited.substring(end);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "You do not need a permit for that.|You don't need a permit for that.",
                "Do not open the gate after dark.|Don't open the gate after dark.",
                "It is a fine day, and it is the longest one.|It's a fine day, and it's the longest one.",
                "Here are several ideas for the garden.|Below are several ideas for the garden.",
                "I am glad that you came.|I'm glad that you came.",
                "Additionally, the mill has a new roof.|In addition, the mill has a new roof.",
                "This can help reduce the noise.|This can help reduce the noise.",
                "The roads lead towards the coast.|The roads lead toward the coast.",
            })
    void otherFormIsWrittenInTheSameCase(String form0, String form1) {
        assertThat(edit(form0, 1)).isEqualTo(form1);
        assertThat(edit(form1, 0)).isEqualTo(form0.equals(form1) ? "This can help to reduce the noise." : form0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The *people* of the town do not need that.",
                "**The people** of the town do not need that.",
                "The people of the EU do not need that.",
                "A town, or I, say that they do not need that.",
                "The people AND the town came. They do not need that.",
                "The people of about ~5 towns do not need that.",
            })
    void proseBesideOtherTextIsEdited(String text) {
        assertThat(edit(text, 1)).isEqualTo(text.replace("do not", "don't"));
    }

    @Test
    void apostropheStyleOfTheTextIsKept() {
        assertThat(edit("She’s here, and you do not need a permit.", 1))
                .isEqualTo("She’s here, and you don’t need a permit.");
        assertThat(edit("She's here, and you don’t need a permit.", 0))
                .isEqualTo("She's here, and you do not need a permit.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```\nYou do not need a permit for that.\n```\n",
                "~~~text\nYou do not need a permit.\n~~~\n",
                "```\r\nYou do not need a permit for that.\r\n\r\nYou do not.\r\n```\r\n",
                "1. Run ```sh\nYou do not need a permit for that.\n\nYou do not need it.\n```\n",
                "````\n```\nYou do not need a permit for that.\n````\n",
                "    You do not need a permit for that.\n",
                "Type `you do not need it` to go on.",
                "Type ``you do not ` need it`` to go on.",
                "> You do not need a permit for that.",
                "## You do not need a permit for that",
                "| You do not need a permit | for that |",
                "She said, \"You do not need a permit for that.\"",
                "She said, “You do not need a permit for that.”",
                "She said, 'You do not need a permit for that.'",
                "It says [you do not need it](https://example.org/it is so) there.",
                "Dear [you do not], welcome.",
                "The {you do not need} is filled in.",
                "The <you do not need> is filled in.",
                "The $you do not need$ is filled in.",
                "The \\(you do not need\\) is filled in.",
                "$$\nYou do not need it\n$$",
                "Look at https://example.org/do not/it-is for more.",
                "Write to do@not.example and it.is@not.example please.",
                "YOU DO NOT NEED A PERMIT FOR THAT.",
                "He read It Is What It Is by the fire.",
                "x = 5  # you do not need this\ny = 6 // it is fine",
                "if (a) { // you do not need this",
                "/**\n * Says that you do not need a permit.\n * It is never null, and you do not need it.\n */",
                "\"\"\"Says that you do not need a permit.\n\nIt is never null.\n\"\"\"\n",
                "You do *not* need that.",
                "You do_not need that.",
                "The people **do not need** that.",
                "- **Do not wait:** it has a _we do not know_ in it.",
                "***It is so late***, they said to all of them.",
                "The people AND the town do not need that.",
                "The town k of the people do not need that.",
                "The people < the town do not need that.",
                "The people × the town do not need that.",
                "The town of 2 * 3 people, they do not need that.",
                "Do Not Disturb is what they said to all of them.",
                "Don't Look is what they said to all of them.",
                "you_do not.",
                "Anna: You do not need a permit for that.",
                "**Ben:** You do not need a permit for that.",
            })
    void textThatIsNotProseIsUnchanged(String text) {
        assertThat(edit(text, 1)).isEqualTo(text);
        assertThat(edit(text, 0)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Das Haus ist nicht groß, und es ist because of das Wetter often sehr kalt, and it is nicht schön.",
                "Il ne faut pas partir, it is une belle maison dans le village et nous sommes often très contents.",
                "No es una casa grande, it is una casa pequeña en el pueblo y los niños do not quieren salir.",
            })
    void otherLanguagesAreUnchanged(String text) {
        for (int form = 0; form < 2; form++) {
            assertThat(EnglishTable.edited(text, form)).isEqualTo(text);
            String again = (text + " ").repeat(8);
            assertThat(EnglishTable.edited(again, form)).isEqualTo(again);
        }
    }

    @Test
    void editingStopsWhereTheLanguageChanges() {
        String german = "Die alte Mühle steht seit vielen Jahren am Fluss und wird von den Leuten der Stadt nicht mehr"
                + " benutzt, weil das Wasser zu niedrig ist. Do not disturb stand auf einem Schild, it is dort alt.\n";
        assertThat(edit(german, 1)).isEqualTo(german);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"answer\": \"You do not need a permit, it is fine.\", \"more\": \"We do not know, it is late.\"}",
                "[{\"text\": \"You do not need a permit for that, since it is a fine day for all of us here.\"}]",
                "<p>You do not need a permit for that, since it is a fine day for all of us here.</p>",
            })
    void dataIsUnchanged(String text) {
        assertThat(EnglishTable.edited(text, 1)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"```\na = 1\n```\n", "```\r\na = 1\r\n```\r\n", "~~~\n```\n~~~ \n"})
    void editingResumesAfterCode(String code) {
        assertThat(edit(code + "You do not need a permit for that.", 1))
                .isEqualTo(code + "You don't need a permit for that.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<answer>",
                "<thinking>",
                "<final_answer>",
                "{x}",
                "{first_name}",
                "Now for „ja“ here.",
                "Now for „ja” here.",
                "Now for »ja« or »nein«.",
                "Now for « oui » here.",
                "Now for „ja here.",
                "Now for « oui here.",
                "Look: \\(x + y",
                "$$",
            })
    void proseAfterAFirstLineIsMarked(String first) {
        String text = "\n\n" + PROSE + "You do not need a permit for that, and it is not far.";
        String edited = EnglishTable.edited(first + text, 1).replace('’', '\'');
        assertThat(edited).isEqualTo(first + EnglishTable.edited(text, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE html>",
                "<?xml version=\"1.0\"?>",
                "<html>",
                "<svg width=\"10\">",
                "<answer type=\"text\">",
                "<you>",
                "{",
                "{\"a\": 1,",
                "{x",
            })
    void textAfterMarkupOrDataIsUnchanged(String first) {
        String text = first + "\n\n" + PROSE + "You do not need a permit for that, and it is not far.";
        assertThat(EnglishTable.edited(text, 1)).isEqualTo(text);
    }

    @Test
    void verseIsUnchanged() {
        String verse = "I do not know the way to go\nIt is a long and winding road\nYou do not hear the rivers flow\n"
                + "They are too far, it is their code\n\nWe do not sleep, it is the night\nYou are the one who took the"
                + " light\n";
        assertThat(EnglishTable.edited(verse, 1)).isEqualTo(verse);
    }

    @Test
    void listenerReceivesEverySiteWithItsPosition() {
        List<String> sites = new ArrayList<>();
        String text = PROSE + "You do not need it, but it's cheap.";
        StringBuilder marked = new StringBuilder();
        ProseEditor editor = new ProseEditor(
                EnglishTable.english(),
                (cls, bucket) -> 1,
                (cls, bucket, found, written, position) ->
                        sites.add(EnglishTable.english().name(cls) + " " + found + written + " " + position));
        marked.append(editor.feed(text)).append(editor.end());
        int doNot = marked.indexOf("don't");
        assertThat(sites).contains("do-not 01 " + doNot, "it-is 11 " + marked.indexOf("it's"));
    }

    @Test
    void beginResetsTheEditor() {
        ProseEditor editor = new ProseEditor(EnglishTable.english(), (cls, bucket) -> 1, SiteListener.NONE);
        String text = PROSE + "You do not need it";
        String first = editor.feed(text).toString() + editor.end();
        editor.begin();
        assertThat(editor.feed(text).toString() + editor.end()).isEqualTo(first).endsWith("You don't need it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "\r\n", "'", "`", "$", "\\", "\uD83D", "\uD83D\uDE00", "do not", "it is", "\u0000"})
    void anyInputIsAccepted(String text) {
        for (String glued : List.of(text, text.repeat(3), PROSE + text, text + PROSE)) {
            assertThat(EnglishTable.edited(glued, FormChooser.READER, SiteListener.NONE))
                    .isEqualTo(glued);
        }
    }
}
