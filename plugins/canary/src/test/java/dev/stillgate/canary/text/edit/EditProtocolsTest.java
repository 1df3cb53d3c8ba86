package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text for machines within prose: edits of files, tool calls and data in the formats that agents ask for. A changed word
 * makes such an edit fail, or writes another file than the model did, so each of them stays as it is under every key.
 */
final class EditProtocolsTest {
    private static final List<FormChooser> KEYS =
            List.of((cls, bucket) -> 0, (cls, bucket) -> 1, EnglishTable.chooser(1), EnglishTable.chooser(2));

    private static final List<String> TEXTS = List.of(
            "It is not ready yet, and it does not work.",
            "You do not need a permit for that, because the old mill is one of the places that are open to everyone who"
                    + " has come to see it over the years, and it is not far.",
            "There is a lot of work to do. We are sure that you cannot finish it by tonight, and that is why we have"
                    + " decided to wait for all of the others.",
            "Do not open the gate. The tools that help to reduce the noise are based on the old ones, and they are not"
                    + " hard to use because it is a matter of practice.",
            "The service does not start because it is not installed on the machine that you use for all of the work.\n"
                    + "It is important to check the list of packages first, and it does not take long.\n\n"
                    + "If it is not there, you do not have access to it, and they are not able to help you with it.");

    /** Text before an edit that establishes English prose, and whose last line announces the edit or does not. */
    private static final List<String> INTROS = List.of(
            ProseEditorTest.PROSE + "I will now make the change in the file.\n\n",
            ProseEditorTest.PROSE + "Here are the edits:\n\n",
            ProseEditorTest.PROSE + "Here is the new text of the file that all of the people of the town asked for:\n");

    private static final String OUTRO =
            "\nThis is the end of the change, and it does not need anything else from you.\n";

    private static final List<String> ANNOUNCED = List.of(
            INTROS.get(1),
            ProseEditorTest.PROSE + "Make these changes:\n\n",
            ProseEditorTest.PROSE + "The replacements for the page are these:\n");

    /** Replacements are known by their first arrow, which is too late for the text before it: only the announcement tells. */
    private static final List<Protocol> REPLACEMENTS = List.of(
            line("replacements", "", " -> ", "\n"),
            line("list of replacements", "- ", " -> ", "\n"),
            line("numbered replacements", "1. ", " -> ", "\n"),
            line("replacements with an arrow", "", " → ", "\n"));

    /** A protocol: its name, its text before, between and after two copies of the payload, and a prefix of each line. */
    private record Protocol(String name, String before, String between, String after, String prefix, boolean oneLine) {
        String write(String text) {
            String payload = (oneLine ? text.replaceAll("\n+", " ") : text).replaceAll("(?m)^", prefix);
            return before + payload + (between.isEmpty() ? "" : between + payload) + after;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Protocol block(String name, String before, String after) {
        return new Protocol(name, before, "", after, "", false);
    }

    private static Protocol pair(String name, String before, String between, String after) {
        return new Protocol(name, before, between, after, "", false);
    }

    private static Protocol line(String name, String before, String between, String after) {
        return new Protocol(name, before, between, after, "", true);
    }

    private static Protocol prefixed(String name, String before, String prefix, String after) {
        return new Protocol(name, before, "", after, prefix, false);
    }

    static Stream<Protocol> protocols() {
        return Stream.of(
                block(
                        "write_to_file",
                        "<write_to_file>\n<path>docs/readme.md</path>\n<content>\n# Title\n\n",
                        "\n</content>\n<line_count>3</line_count>\n</write_to_file>\n"),
                block(
                        "write_to_file on one line",
                        "<write_to_file><path>a.md</path><content>",
                        "</content></write_to_file>\n"),
                block(
                        "insert_content",
                        "<insert_content>\n<path>a.md</path>\n<line>0</line>\n<content>\n",
                        "\n</content>\n</insert_content>\n"),
                block("create-file", "<create-file>\n", "\n</create-file>\n"),
                block("tag with a path", "<file path=\"docs/readme.md\">\n", "\n</file>\n"),
                block("path beside a tag for prose", "<result>docs/readme.md\n", "\n</result>\n"),
                block("file beside a tag for prose", "<answer>README.md\n", "\n</answer>\n"),
                block("path beside a tag", "<file>docs/readme.md\n", "\n</file>\n"),
                block("tag at the end of a line", "Next comes the text of the page: <content>\n", "\n</content>\n"),
                block(
                        "artifact",
                        "<boltArtifact id=\"a\" title=\"A\">\n<boltAction type=\"file\" filePath=\"a.md\">\n",
                        "\n</boltAction>\n</boltArtifact>\n"),
                block(
                        "invoke",
                        "<function_calls>\n<invoke name=\"write\">\n<parameter name=\"text\">",
                        "</parameter>\n</invoke>\n</function_calls>\n"),
                block(
                        "function with its name as a value",
                        "<function=write>\n<parameter=text>\n",
                        "\n</parameter>\n</function>\n"),
                block(
                        "edit within thinking",
                        "<thinking>\nThe people of the town asked for it.\n</thinking>\n\n<edit_file>\n",
                        "\n</edit_file>\n"),
                block("edit within an answer", "<answer>\n<edit_file>\n", "\n</edit_file>\n</answer>\n"),
                block("markup", "<div>\n<div>\n</div>\n", "\n</div>\n"),
                prefixed("yaml block", "title: Readme\nbody: |\n", "  ", "\n"),
                prefixed("yaml folded block", "Description: >-\n", "  ", "\n"),
                line("yaml value", "title: ", "\nsteps:\n  - ", "\n"),
                line("yaml list", "- name: first\n  note: ", "\n- ", "\n"),
                prefixed("yaml in a list", "steps:\n- run: |\n", "    ", "\n- run: make\n"),
                prefixed("front matter", "---\ntitle: Readme\n---\n\n", "", "\n"),
                pair(
                        "replace_in_file",
                        "<replace_in_file>\n<path>a.md</path>\n<diff>\n------- SEARCH\n",
                        "\n=======\n",
                        "\n+++++++ REPLACE\n</diff>\n</replace_in_file>\n"),
                pair("search and replace", "a.md\n<<<<<<< SEARCH\n", "\n=======\n", "\n>>>>>>> REPLACE\n"),
                pair("search and replace with dashes", "------- SEARCH\n", "\n=======\n", "\n+++++++ REPLACE\n"),
                pair("merge conflict", "<<<<<<< HEAD\n", "\n||||||| base\n=======\n", "\n>>>>>>> theirs\n"),
                pair(
                        "apply_diff",
                        "<apply_diff>\n<path>a.md</path>\n<diff>\n<<<<<<< SEARCH\n:start_line:1\n-------\n",
                        "\n=======\n",
                        "\n>>>>>>> REPLACE\n</diff>\n</apply_diff>\n"),
                prefixed("diff", "--- a/README.md\n+++ b/README.md\n@@ -1,3 +1,3 @@\n # Title\n", " ", "\n-a\n+b\n"),
                prefixed("diff without a file", "@@ -1,3 +1,3 @@\n", " ", "\n-a\n+b\n"),
                prefixed(
                        "diff of git",
                        "diff --git a/a.md b/a.md\nindex 1..2 100644\n--- a/a.md\n+++ b/a.md\n",
                        "",
                        "\n"),
                prefixed("removed lines", "--- /dev/null\n+++ b/a.md\n@@ -0,0 +1 @@\n", "+", "\n"),
                prefixed(
                        "apply_patch",
                        "*** Begin Patch\n*** Update File: a.md\n@@\n",
                        " ",
                        "\n-a\n+b\n*** End Patch\n"),
                block("fence within a fence", "```markdown\n# Title\n\n```bash\nmake\n```\n\n", "\n```\n"),
                block("fence with a space before its language", "```markdown\n``` bash\nmake\n```\n\n", "\n```\n"),
                block("two fences within a fence", "```md\n```sh\na\n```\n\nor\n\n```js\nb\n```\n", "\n```\n"),
                line("csv", "id,name,comment\n1,Widget,", "\n2,Gadget,", "\n"),
                line("quoted csv", "id,comment\n1,\"", "\"\n2,\"", "\"\n"),
                line("csv without a head", "1,Widget,", "\n2,Gadget,", "\n"),
                line("tab-separated values", "id\tcomment\n1\t", "\n2\t", "\n"),
                block("fence", "```\n", "\n```\n"),
                block("four backticks", "````md\n```\na\n```\n", "\n````\n"),
                line("react", "Thought: ", "\nAction: write\nAction Input: ", "\n"),
                line("json", "{\"a\": \"", "\", \"b\": \"", "\"}\n"),
                line(
                        "hermes",
                        "<tool_call>\n{\"name\": \"write\", \"arguments\": {\"text\": \"",
                        "\", \"b\": \"",
                        "\"}}\n</tool_call>\n"),
                line("quotation", "It says \"", "\" and “", "”.\n"),
                prefixed("block quote", "", "> ", "\n"),
                line("label", "Note: ", "\nStatus: ", "\n"),
                line("table", "| a | b |\n|---|---|\n| ", " | ", " |\n"));
    }

    static Stream<Arguments> edits() {
        Stream<Arguments> all = protocols().flatMap(protocol -> with(protocol, INTROS));
        return Stream.concat(all, REPLACEMENTS.stream().flatMap(protocol -> with(protocol, ANNOUNCED)));
    }

    private static Stream<Arguments> with(Protocol protocol, List<String> intros) {
        return intros.stream().map(intro -> Arguments.of(protocol, intro));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("edits")
    void machineTextIsUnchanged(Protocol protocol, String intro) {
        int broken = 0;
        for (FormChooser key : KEYS) {
            for (String text : TEXTS) {
                String edit = protocol.write(text);
                String edited = EnglishTable.edited(intro + edit + OUTRO, key, SiteListener.NONE);
                broken += edited.contains(edit) ? 0 : 1;
            }
        }
        assertThat(broken).as("broken of %d", KEYS.size() * TEXTS.size()).isZero();
    }

    @Test
    void textAfterAReplacementIsUnchanged() {
        for (String text : TEXTS) {
            String edit = "- the old mill -> the mill\n\n" + text + " -> the mill\n" + OUTRO;
            assertThat(EnglishTable.edited(ProseEditorTest.PROSE + edit, 1)).endsWith(edit);
        }
    }

    /** Without an intro, the edit is the beginning of the text. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("protocols")
    void machineTextAtTheBeginningIsUnchanged(Protocol protocol) {
        int broken = 0;
        for (FormChooser key : KEYS) {
            for (String text : TEXTS) {
                String edit = protocol.write(text);
                broken += EnglishTable.edited(edit + OUTRO, key, SiteListener.NONE)
                                .startsWith(edit)
                        ? 0
                        : 1;
            }
        }
        assertThat(broken).as("broken of %d", KEYS.size() * TEXTS.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<write_to_file>\n<content>\na\n</content>\n</write_to_file>\n",
                "<file>a.md\na\n</file>\n",
                "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
                "------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n",
                "```markdown\n```bash\nmake\n```\n```\n",
                "<details>a</details>\n",
                "Dear <name>,\n",
                "<br>\n",
                "---\n",
                "***\n",
                "**Note**: It is.\n",
                "- one of them\n- **Note**: It is.\n",
                "- one of them\n- `make`: It is.\n",
                "<https://example.com>\n",
                "There are 8,000,000,000 of them.\n",
                "</answer>\n",
            })
    void proseAfterClosedMachineTextIsMarked(String text) {
        String edited = EnglishTable.edited(ProseEditorTest.PROSE + text + OUTRO, 1);
        assertThat(edited).endsWith(text + OUTRO.replace("does not", "doesn't"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it is not known",
                "It is not valid",
                "Do not open",
                "There is one",
                "42\nit is not known\nthere are none",
                "- it is not known\n- it's late",
                "B) It is not ready",
            })
    void shortValueWithinATagIsUnchanged(String value) {
        String tagged = "<answer>\n" + value + "\n</answer>\n";
        for (FormChooser key : KEYS) {
            assertThat(EnglishTable.edited(ProseEditorTest.PROSE + tagged, key, SiteListener.NONE))
                    .endsWith(tagged);
            assertThat(EnglishTable.edited(tagged, key, SiteListener.NONE)).isEqualTo(tagged);
        }
    }

    @Test
    void proseWithinATagIsMarked() {
        String marked = EnglishTable.edited(ProseEditorTest.PROSE + OUTRO, 1);
        for (String tag : List.of("answer", "thinking", "final_answer", "Answer", "analysis")) {
            String tagged = "<" + tag + ">\n%s</" + tag + ">\n";
            assertThat(EnglishTable.edited(tagged.formatted(ProseEditorTest.PROSE + OUTRO), 1))
                    .isEqualTo(tagged.formatted(marked));
        }
    }
}
