package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Editing of the prose of the Gemini API where its formats differ from those of other APIs. */
class CandidatesProseTest {
    private static String edit(boolean sse, String body, ReplacingTap tap, int size) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ResponseEditorTest.Run run = new ResponseEditorTest.Run(Operation.GENERATE_CONTENT, sse, tap);
        for (int at = 0; at < bytes.length; at += size) {
            run.read(bytes, at, Math.min(bytes.length, at + size));
        }
        return new String(run.end(), StandardCharsets.UTF_8).replace('"', '\'');
    }

    private static String piece(String parts, String more) {
        return "{'candidates':[{'content':{'parts':[" + parts + "],'role':'model'}" + more + "}],'n':1}";
    }

    private static String text(String text) {
        return "{'text':'" + text + "'}";
    }

    private static String extra(String text) {
        return "{'candidates':[{'content':{'parts':[" + text(text) + "],'role':'model'},'index':0}]}";
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 4096})
    @DisplayName("filters: text held back at the end of a block goes into its last piece, or into one of its own")
    void heldTextFollowsInOrder(int size) {
        ReplacingTap tap = new ReplacingTap(5, "e", "E");
        String one = piece(text("the lamp be"), "");
        String call = piece("{'functionCall':{'name':'e','args':{'e':'e'}}}", "");
        String last = piece(text("fore the eve"), ",'finishReason':'STOP'");
        String expected = "[" + piece(text("thE la"), "") + ",\r\n" + extra("mp bE") + "," + call + ",\r\n"
                + piece(text("forE thE EvE"), ",'finishReason':'STOP'") + "]\n";
        assertThat(edit(false, "[" + one + ",\r\n" + call + ",\r\n" + last + "]\n", tap, size))
                .isEqualTo(expected);
        assertThat(tap.calls).containsExactly("block 0", "TOOL_CALL", "block 1", "answer null", "end");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096})
    void arrayWithoutAFinishedCandidateEndsWithTheHeldText(int size) {
        String body = " \n[ " + piece(text("the eve"), "") + " ]";
        assertThat(edit(false, body, new ReplacingTap(3, "e", "E"), size))
                .isEqualTo(" \n[ " + piece(text("thE "), "") + " ," + extra("EvE") + "]");
        String cut = "[" + piece(text("the eve"), "") + ",\n{'candidates':[{'content':{'parts':[{'te";
        assertThat(edit(false, cut, new ReplacingTap(3, "e", "E"), size))
                .isEqualTo("[" + piece(text("thE "), "") + ",\n" + extra("EvE")
                        + ",{'candidates':[{'content':{'parts':[{'te");
    }

    @Test
    void eventsAreKeptAndExtraOnesAreEvents() {
        String body = "data: " + piece(text("the eve"), "") + "\r\n\r\n";
        assertThat(edit(true, body, new ReplacingTap(3, "e", "E"), 5))
                .isEqualTo("data: " + piece(text("thE "), "") + "\r\n\r\ndata: " + extra("EvE") + "\n\n");
    }

    @Test
    @DisplayName("filters: thinking, calls, code and their results are not prose")
    void onlyTextOfTheTurnIsProse() {
        String other =
                "{'text':'e e','thought':true},{'thought':true,'text':'e'},{'functionCall':{'args':{'text':'e'}}},"
                        + "{'executableCode':{'code':'e'}},{'codeExecutionResult':{'output':'e'}},"
                        + "{'inlineData':{'data':'eeee'}},{'functionResponse':{'response':{'text':'e'}}}";
        ReplacingTap tap = new ReplacingTap(0, "e", "E");
        String whole = piece(other + "," + text("e") + "," + text("ee"), ",'finishMessage':'e'");
        assertThat(edit(false, whole, tap, 9))
                .isEqualTo(piece(other + "," + text("E") + "," + text("EE"), ",'finishMessage':'e'"));
        assertThat(tap.calls)
                .containsExactly(
                        "block 0", "block 1", "THINKING", "TOOL_CALL", "TOOL_RESULT", "MEDIA", "answer null", "end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'citationMetadata':{'citationSources':[{'startIndex':0,'endIndex':1}]}",
                "'groundingMetadata':{'groundingSupports':[{'segment':{'endIndex':1}}]}",
                "'logprobsResult':{'chosenCandidates':[{'token':'e'}]}"
            })
    void textWithPositionsPassesUnchanged(String annotation) {
        String whole = piece(text("the eve"), "," + annotation);
        assertThat(edit(false, whole, new ReplacingTap(0, "e", "E"), 9)).isEqualTo(whole);
        String list = "[" + piece(text("the "), "") + "," + piece(text("eve"), "," + annotation) + ","
                + piece(text("e"), "") + "]";
        assertThat(edit(false, list, new ReplacingTap(0, "e", "E"), 9))
                .isEqualTo("[" + piece(text("thE "), "") + "," + piece(text("eve"), "," + annotation) + ","
                        + piece(text("e"), "") + "]");
    }

    @Test
    @DisplayName("filters: text after the first citations passes unchanged, also if they come between two texts")
    void textAfterCitationsBetweenBlocksPassesUnchanged() {
        String cited = piece("", ",'citationMetadata':{'citations':[{'endIndex':3}]}");
        String code = piece("{'executableCode':{'code':'e'}}", "");
        String rest = code + "," + cited + "," + piece(text("eve"), "") + "]";
        assertThat(edit(false, "[" + piece(text("the"), "") + "," + rest, new ReplacingTap(0, "e", "E"), 9))
                .isEqualTo("[" + piece(text("thE"), "") + "," + rest);
        String first = "[" + cited + "," + piece(text("eve"), "") + "]";
        assertThat(edit(false, first, new ReplacingTap(0, "e", "E"), 9)).isEqualTo(first);
    }

    @Test
    void emptyGroundingIsNoAnnotation() {
        String whole = piece(text("the"), ",'groundingMetadata':{},'avgLogprobs':-0.1");
        assertThat(edit(false, whole, new ReplacingTap(0, "e", "E"), 9))
                .isEqualTo(piece(text("thE"), ",'groundingMetadata':{},'avgLogprobs':-0.1"));
    }

    @Test
    void brokenArrayPassesUnchanged() {
        for (String body :
                List.of("[", "[]", "[[]]", "[1,'e',{'a':[{'b':'e]'}]}]", "[{'candidates':]", "]", "e", "{}{}")) {
            assertThat(edit(false, body, new ReplacingTap(0, "e", "E"), 1)).isEqualTo(body);
            assertThat(edit(false, body, new ReplacingTap(0, "e", "E"), 99)).isEqualTo(body);
        }
    }

    private static final String IMAGE =
            "{'inlineData':{'mimeType':'image/png','data':'" + "A".repeat(1_500_000) + "'}}";

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r"})
    @DisplayName("filters: text held back before an image that is too large to be held precedes the image")
    void heldTextPrecedesALargeImage(String line) {
        String end = line + line;
        String text = "data: " + piece(text("the eve"), "") + end;
        String image = "data: " + piece(IMAGE, "") + end;
        String last = "data: " + piece(text("eve"), ",'finishReason':'STOP'") + end;
        String expected = "data: " + piece(text("thE "), "") + end + "data: " + extra("EvE") + "\n\n" + image + "data: "
                + piece(text("EvE"), ",'finishReason':'STOP'") + end;
        for (int size : new int[] {9_973, 1 << 21}) {
            assertThat(edit(true, text + image + last, new ReplacingTap(3, "e", "E"), size))
                    .isEqualTo(expected);
        }
        String list = "[" + piece(text("the eve"), "") + "," + piece(IMAGE, "") + "]";
        assertThat(edit(false, list, new ReplacingTap(3, "e", "E"), 9_973))
                .isEqualTo("[" + piece(text("thE "), "") + "," + extra("EvE") + "," + piece(IMAGE, "") + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r"})
    void heldTextPrecedesALargeImageOfItsEvent(String line) {
        String end = line + line;
        String parts = "%s," + IMAGE + ",%s";
        String body = "data: " + piece(parts.formatted(text("the eve"), text("a fete")), "") + end + "data: "
                + piece(text(" eve"), "") + end;
        assertThat(edit(true, body, new ReplacingTap(3, "e", "E"), 9_973))
                .isEqualTo("data: " + piece(parts.formatted(text("thE EvE"), text("a f")), "") + end + "data: "
                        + piece(text("EtE "), "") + end + "data: " + extra("EvE") + "\n\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096})
    @DisplayName("filters: an event is not inserted between the carriage return and line feed of another")
    void textAfterALargeEventFollowsItsLineFeed(int size) {
        String words = "the fete ".repeat(120_000) + "eve";
        String annotations = ",'citationMetadata':{'citations':[{'endIndex':3}]}";
        String body = "data: " + piece(text(words), annotations) + "\r\n\r\n";
        String edited = edit(true, body + "data: {}\r\n\r\n", new ReplacingTap(3, "e", "E"), size);
        assertThat(edited).endsWith(annotations + "}],'n':1}\r\n\r\ndata: " + extra("EvE") + "\n\ndata: {}\r\n\r\n");
        assertThat(edit(true, body, new ReplacingTap(3, "e", "E"), size))
                .endsWith("\r\n\r\ndata: " + extra("EvE") + "\n\n");
    }

    @Test
    void longElementPassesInParts() {
        String words = "the eve of the fete ".repeat(120_000);
        String list = "[" + piece(text("the"), "") + "," + piece(text(words), "") + ","
                + piece(text("e"), ",'finishReason':'STOP'") + "]";
        String edited = edit(false, list, new ReplacingTap(2, "e", "E"), 10_007);
        StringBuilder all = new StringBuilder();
        Fixtures.read(edited.replace('\'', '"'))
                .forEach(each ->
                        all.append(each.at("/candidates/0/content/parts/0/text").asText()));
        assertThat(all.toString()).isEqualTo(("the" + words + "e").replace('e', 'E'));
    }
}
