package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.ResponseEditorTest.Run;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Editing of rare and invalid responses. */
@Tag("slow")
class ResponseEditorEdgesTest {
    private static final String OPEN =
            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
    private static final String STOP = "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
    private static final String END = "data: {\"type\":\"message_stop\"}\n\n";

    private static String delta(String text) {
        return "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
                + text + "\"}}\n\n";
    }

    private static String put(String text) {
        return "event: content_block_delta\n" + delta(text);
    }

    private static ReplacingTap tap() {
        return new ReplacingTap(0, "abc", "X");
    }

    private static String edit(Operation operation, boolean sse, ResponseTap.Prose tap, String body) {
        return new String(
                run(operation, sse, tap, body.getBytes(StandardCharsets.UTF_8), 1 << 16), StandardCharsets.UTF_8);
    }

    private static byte[] run(Operation operation, boolean sse, ResponseTap.Prose tap, byte[] body, int size) {
        Run run = new Run(operation, sse, tap);
        for (int from = 0; from < body.length; from += size) {
            run.read(body, from, Math.min(body.length, from + size));
        }
        return run.end();
    }

    private static String messages(ResponseTap.Prose tap, String body) {
        return edit(Operation.MESSAGES, true, tap, body);
    }

    @Test
    void remainingTextOfBlockGetsOwnEvent() {
        assertThat(messages(tap(), OPEN + delta("1 a") + delta("b") + STOP + END))
                .isEqualTo(OPEN + delta("1 ") + delta("") + put("ab") + STOP + END);
    }

    @Test
    void remainingTextPrecedesTruncatedEvent() {
        String cut = "data: {\"type\":\"content_block_delta\",\"ind";
        assertThat(messages(tap(), OPEN + delta("1 ab") + cut)).isEqualTo(OPEN + delta("1 ") + put("ab") + cut);
        assertThat(messages(tap(), OPEN + delta("1 ab"))).isEqualTo(OPEN + delta("1 ") + put("ab"));
        assertThat(messages(tap(), OPEN + delta("1 ab") + END)).isEqualTo(OPEN + delta("1 ") + put("ab") + END);
    }

    @Test
    void lastEventIsAnnounced() {
        Run run = new Run(Operation.MESSAGES, true, tap());
        byte[] body = (OPEN + delta("1") + STOP + END + ": bye\n\n").getBytes(StandardCharsets.UTF_8);
        run.read(body, 0, body.length);
        assertThat(run.last).isEqualTo((OPEN + delta("1") + STOP).length());
        assertThat(run.end()).isEqualTo(body);

        Run document = new Run(Operation.MESSAGES, false, tap());
        byte[] json = "{\"content\":[]} \n".getBytes(StandardCharsets.UTF_8);
        document.read(json, 0, json.length);
        assertThat(document.last).as("a document is held as a whole").isZero();
        assertThat(document.end()).isEqualTo(json);
    }

    @Test
    void commentPassesAtOnceAndEventWhenComplete() {
        Run run = new Run(Operation.MESSAGES, true, tap());
        byte[] body = (": ping" + "\n\n" + OPEN).getBytes(StandardCharsets.UTF_8);
        run.read(body, 0, 4);
        assertThat(run.passed()).hasSize(4);
        run.read(body, 4, 8);
        assertThat(run.passed()).hasSize(8);
        run.read(body, 8, body.length - 1);
        assertThat(run.passed()).hasSize(8);
        run.read(body, body.length - 1, body.length);
        assertThat(run.passed()).isEqualTo(body);
    }

    @Test
    void surrogatePairMayBeSplitOverTwoEvents() {
        ReplacingTap tap = new ReplacingTap(0, "\ud83d\ude00", ":)");
        assertThat(messages(tap, OPEN + delta("\\uD83D") + delta("\\uDE00!") + STOP + END))
                .isEqualTo(OPEN + delta("") + delta(":)!") + STOP + END);
        assertThat(tap.seen.getFirst().toString()).isEqualTo("\ud83d\ude00!");
        ReplacingTap other = new ReplacingTap(0, "zz", "z");
        String alone = OPEN + delta("a\\uD83D") + delta("\\uDE00zz") + STOP + END;
        assertThat(messages(other, alone)).isEqualTo(OPEN + delta("a\\uD83D") + delta("\\ude00z") + STOP + END);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"abc\"}\n\n",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"abc\"}}}\n\n",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\ndata: bc\"}}\n\n",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\" \"text_delta\",\"text\":\"abc\"}}\n\n",
                "data: \"abc\"\n\n",
                "data\n\n",
                "data:\n\ndata: \n\n: abc\n\n\n\n",
                "abc: abc\nid\nretry: abc\n\n"
            })
    void eventWithoutJsonPassesUnchanged(String event) {
        assertThat(messages(tap(), OPEN + event + STOP + END)).isEqualTo(OPEN + event + STOP + END);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u00gg", "a\\x", "a\\ud83", "a\\"})
    void invalidJsonStringEndsTapOfBlock(String broken) {
        String event = delta(broken);
        String passed = messages(tap(), OPEN + delta("ab") + event + delta("abc") + STOP + END);
        boolean unclosed = broken.endsWith("\\");
        assertThat(passed)
                .isEqualTo(
                        unclosed
                                ? OPEN + delta("") + put("ab") + event + delta("abc") + STOP + END
                                : OPEN + delta("") + delta("ab" + broken) + delta("abc") + STOP + END);
    }

    @Test
    void extraCommaIsNoReasonToPassTextUnchanged() {
        String sloppy = delta("bc").replace(",", ",,").replace("}}", ",},}");
        assertThat(messages(tap(), OPEN + delta("a") + sloppy + STOP + END))
                .isEqualTo(OPEN + delta("") + sloppy.replace("bc", "X") + STOP + END);
    }

    @Test
    void heldTextPrecedesBrokenEvent() {
        ReplacingTap tap = new ReplacingTap(3);
        for (String broken : List.of(
                delta("fgh").replace("}}", "}"),
                delta("fgh").replace("}}", "}}}"),
                delta("fgh").replace("\"text\":", "\"text\""))) {
            assertThat(messages(tap, OPEN + delta("abcde") + broken + delta("ijklm") + STOP + END))
                    .isEqualTo(OPEN + delta("ab") + put("cde") + broken + delta("ijklm") + STOP + END);
            tap = new ReplacingTap(3);
        }
        String ping = "data: ping\n\n";
        assertThat(messages(tap, OPEN + delta("abcde") + ping + delta("f") + STOP + END))
                .as("no JSON, so no text")
                .isEqualTo(OPEN + delta("ab") + ping + delta("c") + put("def") + STOP + END);
    }

    @Test
    void secondDataLineOfLargeEventMayBeSplitAnywhere() {
        String text = "abc ".repeat(300_000);
        String two = OPEN + delta(text).replace("}}\n", "}\ndata: ,\"x\":1}\n") + STOP + END;
        String split = OPEN + delta(text + "\ndata: abc") + STOP + END;
        int second = OPEN.length() + delta(text).length() - "}\n\n".length();
        for (int at = 0; at < "}\ndata: ,".length(); at++) {
            assertThat(inTwoPieces(two, second + at).equals(two.replace("abc", "X")))
                    .as("split at %d", at)
                    .isTrue();
        }
        int inText = OPEN.length() + delta("").length() - "\"}}\n\n".length() + text.length();
        for (int at = 0; at < "\ndata: a".length(); at++) {
            String passed = inTwoPieces(split, inText + at);
            assertThat(passed.replace("X", "abc").equals(split))
                    .as("split in a text at %d", at)
                    .isTrue();
        }
    }

    private static String inTwoPieces(String stream, int cut) {
        byte[] body = stream.getBytes(StandardCharsets.UTF_8);
        Run run = new Run(Operation.MESSAGES, true, tap());
        run.read(body, 0, cut);
        run.read(body, cut, body.length);
        return new String(run.end(), StandardCharsets.UTF_8);
    }

    @Test
    void invalidUtf8EndsTapOfBlock() {
        byte[] body = (OPEN + delta("ab") + delta("\u0001\u0002") + delta("abc") + STOP + END)
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (body[i] == 1 ? 0xc3 : body[i] == 2 ? 0x28 : body[i]);
        }
        String passed = new String(run(Operation.MESSAGES, true, tap(), body, 7), StandardCharsets.ISO_8859_1);
        assertThat(passed).isEqualTo(OPEN + delta("") + delta("ab\u00c3(") + delta("abc") + STOP + END);
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 16, 777_777})
    void largeEventPassesInPieces(int size) {
        String text = "abc \\u00e9 \ud83d\ude00 ".repeat(500_000);
        ReplacingTap tap = new ReplacingTap(3, "abc", "X");
        byte[] body = (OPEN + delta(text) + STOP + END).getBytes(StandardCharsets.UTF_8);
        String passed = new String(run(Operation.MESSAGES, true, tap, body, size), StandardCharsets.UTF_8);
        PlainProse after = PlainProse.read(Operation.MESSAGES, true, passed.getBytes(StandardCharsets.UTF_8));
        assertThat(after.texts.get("0").toString().equals("X \u00e9 \ud83d\ude00 ".repeat(500_000)))
                .as("edited text")
                .isTrue();
        assertThat(tap.calls).containsExactly("block 0", "answer null", "end");
    }

    @Test
    void largeDocumentPassesInPieces() {
        String text = "abc \\n".repeat(1_800_000);
        String body = "{\"id\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"" + text
                + "\"},{\"type\":\"image\",\"data\":\"" + "abc".repeat(1_000_000) + "\"},"
                + "{\"type\":\"text\",\"text\":\"abc\"}]}";
        ReplacingTap tap = tap();
        String passed = edit(Operation.MESSAGES, false, tap, body);
        assertThat(passed.equals(body.replace(text, text.replace("abc", "X")).replace("\"abc\"", "\"X\"")))
                .isTrue();
        assertThat(tap.calls).containsExactly("block 0", "OTHER", "block 1", "answer m", "end");
    }

    @Test
    void truncatedLargeTextPassesCompletely() {
        String text = "abc ".repeat(2_500_000) + "ab";
        String event = delta(text);
        int begin = event.indexOf("abc");
        String passed = messages(tap(), OPEN + event.substring(0, begin + text.length()));
        assertThat(passed.equals(OPEN + event.substring(0, begin) + text.replace("abc", "X")))
                .isTrue();
    }

    @Test
    void blocksAndChoicesMayBeInterleaved() {
        String stream = "data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"1ab\"}},"
                + "{\"index\":0,\"delta\":{\"content\":\"0a\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
                + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"bc\"},\"finish_reason\":\"stop\"}]}\n\n"
                + "data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
                + "data: [DONE]\n\n";
        assertThat(edit(Operation.CHAT_COMPLETIONS, true, tap(), stream))
                .isEqualTo("data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"1\"}},"
                        + "{\"index\":0,\"delta\":{\"content\":\"0\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
                        + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\"},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"ab\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
                        + "data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
                        + "data: [DONE]\n\n");
    }

    @Test
    void choiceWithLogProbabilitiesIsUnchanged() {
        String stream =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"abc\"},\"logprobs\":{\"content\":[]}}]}\n\n"
                        + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"abc\"},\"logprobs\":null}]}\n\n";
        assertThat(edit(Operation.CHAT_COMPLETIONS, true, tap(), stream)).isEqualTo(stream);
    }

    private static String response(long number, String type, String more) {
        return "event: response." + type + "\ndata: {\"type\":\"response." + type + "\"," + more
                + ",\"sequence_number\":" + number + "}\n\n";
    }

    private static String piece(long number, String text) {
        return response(
                number, "output_text.delta", "\"output_index\":0,\"content_index\":0,\"delta\":\"" + text + "\"");
    }

    private static String repeats(long number, String text) {
        String part = "{\"type\":\"output_text\",\"text\":\"" + text + "\",\"annotations\":[]}";
        return response(number, "output_text.done", "\"output_index\":0,\"content_index\":0,\"text\":\"" + text + "\"")
                + response(number + 1, "content_part.done", "\"output_index\":0,\"content_index\":0,\"part\":" + part)
                + response(number + 2, "output_item.done", "\"output_index\":0,\"item\":{\"content\":[" + part + "]}")
                + response(
                        number + 3,
                        "completed",
                        "\"response\":{\"id\":\"r\",\"output\":[{\"content\":[" + part + "]}]}");
    }

    @Test
    void repeatsAreEqualAndSequenceNumbersHaveNoGap() {
        ReplacingTap tap = tap();
        assertThat(edit(Operation.RESPONSES, true, tap, piece(4, "abc a") + piece(5, "b") + repeats(6, "abc ab")))
                .isEqualTo(piece(4, "X ") + piece(5, "") + piece(6, "ab") + repeats(7, "X ab"));
        assertThat(tap.calls)
                .containsExactly("block 0", "repeat 0", "repeat 0", "repeat 0", "repeat 0", "answer r", "end");
    }

    @Test
    void textAfterAnnotationIsUnchanged() {
        String annotation =
                response(6, "output_text.annotation.added", "\"output_index\":0,\"content_index\":0,\"annotation\":{}");
        assertThat(edit(
                        Operation.RESPONSES,
                        true,
                        tap(),
                        piece(5, "abc a") + annotation + piece(7, "abc") + repeats(8, "abc aabc")))
                .isEqualTo(piece(5, "X ")
                        + piece(6, "a")
                        + annotation.replace(":6}", ":7}")
                        + piece(8, "abc")
                        + repeats(9, "X aabc"));
    }

    @Test
    void resumedStreamIsEditedAlike() {
        assertThat(edit(Operation.STORED_RESPONSE, true, tap(), repeats(8, "abc ab")))
                .isEqualTo(repeats(8, "X ab"));
    }

    @Test
    @DisplayName("engine A1: only assistant texts of stored messages are edited, wherever the role field is")
    void onlyStoredAssistantMessagesAreEdited() {
        String list = "{\"data\":[{\"id\":\"a\",\"role\":\"user\",\"content\":\"abc\"},"
                + "{\"id\":\"b\",\"content\":\"abc 1\",\"role\":\"assistant\"},"
                + "{\"content\":\"abc\",\"content_parts\":[{\"type\":\"text\",\"text\":\"abc\"}],\"role\":\"system\"},"
                + "{\"content\":null,\"content_parts\":[{\"type\":\"text\",\"text\":\"abc 2\"},{\"text\":\"abc 3\"}],"
                + "\"role\":\"assistant\"},{\"content\":\"abc 4\"},"
                + "{\"role\":\"tool\",\"content\":\"abc\"}]}";
        ReplacingTap tap = tap();
        assertThat(edit(Operation.STORED_CHAT_COMPLETION, false, tap, list)).isEqualTo(list.replace("abc ", "X "));
        assertThat(tap.calls).contains("answer b", "block 3").doesNotContain("block 4");
    }

    @Test
    @DisplayName("engine A1: a stored message too large to be held is edited if its role is still unknown")
    void oversizedStoredMessageIsEdited() {
        String text = "abc ".repeat(600_000);
        String late = "{\"data\":[{\"content\":\"" + text + "\",\"role\":\"assistant\"}]}";
        assertThat(edit(Operation.STORED_CHAT_COMPLETION, false, tap(), late).equals(late.replace("abc", "X")))
                .isTrue();
        String user = "{\"data\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
        assertThat(edit(Operation.STORED_CHAT_COMPLETION, false, tap(), user).equals(user))
                .isTrue();
    }

    @Test
    void citationEndsTapOfBlock() {
        String citation =
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"citations_delta\"}}\n\n";
        assertThat(messages(tap(), OPEN + delta("abc a") + citation + delta("abc") + STOP + END))
                .isEqualTo(OPEN + delta("X ") + put("a") + citation + delta("abc") + STOP + END);
    }

    @Test
    void excludingFieldMayFollowText() {
        String cited = "{\"content\":[{\"text\":\"abc\",\"citations\":[{}],\"type\":\"text\"},"
                + "{\"text\":\"abc\",\"type\":\"thinking\"},{\"text\":\"abc\",\"citations\":null,\"type\":\"text\"}]}";
        ReplacingTap tap = tap();
        assertThat(edit(Operation.MESSAGES, false, tap, cited))
                .isEqualTo(cited.replace("\"abc\",\"citations\":null", "\"X\",\"citations\":null"));
        assertThat(tap.calls).containsExactly("THINKING", "block 0", "answer null", "end");
    }

    @Test
    void blocksBeyondLimitPassUnchanged() {
        StringBuilder stream = new StringBuilder();
        for (int i = 0; i < ProseBlocks.MOST + 2; i++) {
            stream.append("data: {\"choices\":[{\"index\":")
                    .append(i)
                    .append(",\"delta\":{\"content\":\"abc\"}}]}\n\n");
        }
        String passed = edit(Operation.CHAT_COMPLETIONS, true, tap(), stream.toString());
        assertThat(passed.split("\"X\"", -1)).hasSize(ProseBlocks.MOST + 1);
        assertThat(passed.split("\"abc\"", -1)).hasSize(3);
    }

    @Test
    void eachJsonLineIsOneResponse() {
        String line = "{\"result\":{\"message\":{\"id\":\"m%s\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}}\n";
        ReplacingTap tap = tap();
        String lines = line.formatted(1, "abc") + "no json abc\r\n\n"
                + line.formatted(2, "ab").strip();
        assertThat(edit(Operation.MESSAGE_BATCH_RESULTS, false, tap, lines))
                .isEqualTo(lines.replace("\"abc\"", "\"X\""));
        assertThat(tap.calls).isEqualTo(List.of("block 0", "answer m1", "block 1", "answer m2", "end"));
    }
}
