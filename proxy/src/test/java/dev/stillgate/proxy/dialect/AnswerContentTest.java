package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Operation;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What answers are made of, by the gateway's reading and by that of a client which sends the turn back. */
class AnswerContentTest {
    private static final String LONG = "The staircase at Bingley has five rises, \\\"built\\\" in 1774.\\n\\n"
            + "It lifts boats \\u0031\\u0038 metres \\ud83e\\udd89 and é日本 🦉 goes on for a while after that.\\n";
    private static final String CODE = "```java\\nint a = 1;\\n```\\n";

    private final KeyedMarks marks = new KeyedMarks("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private final UsageReader reader = new UsageReader();

    static List<Fixtures.Answer> own() {
        return Fixtures.own();
    }

    static List<Fixtures.Answer> turns() {
        return Fixtures.own().stream().filter(AnswerContentTest::isTurn).toList();
    }

    private static boolean isTurn(Fixtures.Answer answer) {
        boolean operation = switch (answer.operation()) {
            case MESSAGES, CHAT_COMPLETIONS, RESPONSES, STORED_RESPONSE, STORED_CHAT_COMPLETION -> true;
            default -> false;
        };
        boolean items = answer.operation() != Operation.RESPONSES
                || !answer.sse()
                || new String(answer.body(), StandardCharsets.UTF_8).contains("response.output_item.done");
        return operation && items && answer.terminal() && !answer.name().matches("hostile.*|.*(error|list|crlf).*");
    }

    private AnswerFacts read(Operation operation, boolean sse, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        reader.reset(operation, sse, marks).feed(bytes, 0, bytes.length);
        return reader.facts();
    }

    private static String told(AnswerFacts facts) {
        return facts.proseChars() + " " + facts.codeChars() + " " + facts.toolChars() + " " + marksOf(facts);
    }

    private static Set<Long> marksOf(AnswerFacts facts) {
        Set<Long> found = new LinkedHashSet<>();
        for (int i = 0; i < facts.markCount(); i++) {
            found.add(facts.mark(i));
        }
        assertThat(found).hasSize(facts.markCount()).doesNotContain(0L);
        return found;
    }

    @ParameterizedTest
    @MethodSource("own")
    void piecesDoNotMatter(Fixtures.Answer answer) {
        byte[] body = answer.body();
        String whole = told(read(answer.operation(), answer.sse(), new String(body, StandardCharsets.UTF_8)));
        for (int size = 1; size < body.length; size += size < 64 ? 1 : size) {
            reader.reset(answer.operation(), answer.sse(), marks);
            for (int p = 0; p < body.length; p += size) {
                reader.feed(body, p, Math.min(size, body.length - p));
            }
            assertThat(told(reader.facts())).as("pieces of %d", size).isEqualTo(whole);
            assertThat(reader.usage()).isEqualTo(answer.usage());
        }
    }

    @ParameterizedTest
    @MethodSource("turns")
    void marksAreThoseOfTheTurnThatComesBack(Fixtures.Answer answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertAgree(answer, body, SeenTurn.of(answer.operation(), answer.sse(), body), true);
    }

    private void assertAgree(Fixtures.Answer answer, String body, SeenTurn turn, boolean exactly) {
        AnswerFacts facts = read(answer.operation(), answer.sse(), body);
        Set<Long> back = turn.marksOfNext(marks);
        if (back.size() <= AnswerMarks.MAX || exactly) {
            assertThat(marksOf(facts)).as("%s %s", answer, turn.texts()).containsExactlyInAnyOrderElementsOf(back);
        }
        assertThat(facts.proseChars() + facts.codeChars()).as(answer + " text").isEqualTo(turn.textChars());
        if (exactly && (answer.sse() || answer.operation() != Operation.MESSAGES)) {
            assertThat(facts.toolChars()).as(answer + " tools").isEqualTo(turn.toolChars());
        }
    }

    @Test
    void marksOfRecordedAnswersAreThoseOfTheTurnsThatComeBack() {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        assumeTrue(!recordings.isEmpty(), "no recorded exchanges in ../shared/data");
        int marked = 0;
        for (Fixtures.Recording recording : recordings) {
            Fixtures.Answer answer = recording.answer();
            if (recording.status() == 200 && isTurn(answer)) {
                String body = new String(answer.body(), StandardCharsets.UTF_8);
                assertAgree(answer, body, SeenTurn.of(answer.operation(), answer.sse(), body), false);
                marked += reader.facts().markCount() > 0 ? 1 : 0;
            }
        }
        assertThat(marked).isGreaterThan(100);
    }

    /** A turn of two texts, thinking and a tool call, and the same as a stream cut into pieces of so many characters. */
    private static String messages(int size) {
        List<String> pieces = pieces(LONG + CODE, size);
        if (size == 0) {
            return "{\"id\":\"msg_1\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln/+==\"},"
                    + "{\"type\":\"text\",\"text\":\"" + LONG + CODE + "\"},"
                    + "{\"type\":\"text\",\"text\":\"Short.\"},"
                    + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"t\",\"input\":{\"a\":\"b\\nc\"}}]}";
        }
        return event("{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"content\":[]}}")
                + block("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
                + delta("\"thinking\":\"hm\"")
                + delta("\"signature\":\"c2ln/+==\"")
                + block("{\"type\":\"text\",\"text\":\"\"}")
                + pieces.stream().map(p -> delta("\"text\":\"" + p + "\"")).collect(Collectors.joining())
                + block("{\"type\":\"text\",\"text\":\"\"}")
                + delta("\"text\":\"Short.\"")
                + block("{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"t\",\"input\":{}}")
                + delta("\"partial_json\":\"{\\\"a\\\":\"")
                + delta("\"partial_json\":\"\\\"b_c\\\"}\"")
                + event("{\"type\":\"message_stop\"}");
    }

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    private static String block(String block) {
        return event("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":" + block + "}");
    }

    private static String delta(String delta) {
        return event("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"x\"," + delta + "}}");
    }

    private static String chat(int size, String before, String behind) {
        String call = "\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":{\"name\":\"t\",\"arguments\":";
        if (size == 0) {
            return "{\"id\":\"chatcmpl-1\",\"choices\":[{" + before + "\"message\":{\"content\":\"" + LONG + CODE
                    + "\"," + call + "\"{}\"}}]}" + behind + "}]}";
        }
        return pieces(LONG + CODE, size).stream()
                        .map(p -> event(
                                "{\"choices\":[{" + before + "\"delta\":{\"content\":\"" + p + "\"}" + behind + "}]}"))
                        .collect(Collectors.joining())
                + event("{\"choices\":[{" + before + "\"delta\":{" + call + "\"{\"}}]}" + behind + "}]}")
                + event("{\"choices\":[{" + before + "\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
                        + "\"function\":{\"arguments\":\"}\"}}]}" + behind + "}]}")
                + event("[DONE]");
    }

    private static String responses(int size, boolean typeFirst) {
        String text = LONG + CODE;
        String reasoning = "\"id\":\"rs_1\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"s\"}],"
                + "\"content\":[{\"text\":\"thought\",\"type\":\"reasoning_text\"}],\"encrypted_content\":";
        String call =
                "{\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"t\",\"arguments\":";
        if (size == 0) {
            return "{\"id\":\"resp_1\",\"output\":[{\"type\":\"reasoning\"," + reasoning + "\"c2VhbA==\"},"
                    + "{\"type\":\"message\",\"role\":\"assistant\",\"id\":\"msg_1\",\"content\":[{\"type\":\"output_text\",\"text\":\""
                    + text + "\"}]}," + call + "\"{}\"},{\"id\":\"ws_1\",\"type\":\"web_search_call\"}]}";
        }
        StringBuilder all = new StringBuilder();
        all.append(typed(typeFirst, "response.created", "\"response\":{\"id\":\"resp_1\",\"output\":[]}"));
        item(all, typeFirst, "{\"type\":\"reasoning\"," + reasoning + "\"half\"}", "added");
        all.append(typed(typeFirst, "response.reasoning_text.delta", "\"delta\":\"thought\""));
        item(all, typeFirst, "{\"type\":\"reasoning\"," + reasoning + "\"c2VhbA==\"}", "done");
        item(all, typeFirst, "{\"type\":\"message\",\"id\":\"msg_1\",\"content\":[]}", "added");
        all.append(typed(typeFirst, "response.content_part.added", "\"part\":{\"text\":\"\"}"));
        for (String piece : pieces(text, size)) {
            all.append(typed(typeFirst, "response.output_text.delta", "\"delta\":\"" + piece + "\""));
        }
        all.append(typed(typeFirst, "response.output_text.done", "\"text\":\"" + text + "\""));
        item(all, typeFirst, "{\"type\":\"message\",\"id\":\"msg_1\"}", "done");
        item(all, typeFirst, call + "\"\"}", "added");
        all.append(typed(typeFirst, "response.function_call_arguments.delta", "\"delta\":\"{}\""));
        item(all, typeFirst, call + "\"{}\"}", "done");
        item(all, typeFirst, "{\"id\":\"ws_1\",\"type\":\"web_search_call\"}", "added");
        item(all, typeFirst, "{\"id\":\"ws_1\",\"type\":\"web_search_call\"}", "done");
        all.append(typed(typeFirst, "response.completed", "\"response\":{\"id\":\"resp_1\"}"));
        return all.toString();
    }

    private static void item(StringBuilder all, boolean typeFirst, String item, String what) {
        all.append(typed(typeFirst, "response.output_item." + what, "\"item\":" + item));
    }

    private static String typed(boolean first, String type, String fields) {
        String typed = "\"type\":\"" + type + "\"";
        return event("{" + (first ? typed + "," + fields : fields + "," + typed) + "}");
    }

    /** Cuts between characters as they are written: a stream's events are JSON, each by itself. */
    private static List<String> pieces(String escaped, int size) {
        List<String> pieces = new ArrayList<>();
        for (int p = 0; size > 0 && p < escaped.length(); ) {
            int end = p;
            for (int i = 0; i < size && end < escaped.length(); i++) {
                end += escaped.startsWith("\\ud8", end)
                        ? 12
                        : escaped.startsWith("\\u", end)
                                ? 6
                                : escaped.charAt(end) == '\\' || Character.isHighSurrogate(escaped.charAt(end)) ? 2 : 1;
            }
            pieces.add(escaped.substring(p, end));
            p = end;
        }
        return pieces;
    }

    private static String plain(String escaped) {
        return Fixtures.read("\"" + escaped + "\"").asText();
    }

    private void assertTurn(AnswerFacts facts, int extraProse, int tools, Long... expected) {
        assertThat(facts.codeChars()).isEqualTo(plain(CODE).length());
        assertThat(facts.proseChars()).isEqualTo(plain(LONG).length() + extraProse);
        assertThat(facts.toolChars()).isEqualTo(tools);
        assertThat(marksOf(facts)).containsExactly(expected);
    }

    @Test
    void aTurnOfMessagesIsTheSameWholeAndInEventsOfAnySize() {
        for (int size = 0; size < 40; size++) {
            assertTurn(
                    read(Operation.MESSAGES, size > 0, messages(size)),
                    "Short.".length(),
                    "{\"a\":\"b_c\"}".length(),
                    marks.ofId("c2ln/+=="),
                    marks.ofText(plain(LONG + CODE)),
                    marks.ofId("toolu_1"));
        }
    }

    @Test
    void aTurnOfChatIsTheSameWhereverItsIndexStands() {
        for (int size = 0; size < 40; size++) {
            for (int order = 0; order < 3; order++) {
                String body = chat(size, order == 0 ? "\"index\":0," : "", order == 1 ? ",\"index\":0" : "");
                assertTurn(
                        read(Operation.CHAT_COMPLETIONS, size > 0, body),
                        0,
                        2,
                        marks.ofText(plain(LONG + CODE)),
                        marks.ofId("call_1"));
            }
        }
    }

    @Test
    void aTurnOfResponsesIsTheSameWhereverItsTypeStands() {
        for (int size = 0; size < 40; size++) {
            for (boolean typeFirst : new boolean[] {true, false}) {
                assertTurn(
                        read(Operation.RESPONSES, size > 0, responses(size, typeFirst)),
                        0,
                        2,
                        marks.ofId("resp_1"),
                        marks.ofId("c2VhbA=="),
                        marks.ofText(plain(LONG + CODE)),
                        marks.ofId("call_1"),
                        marks.ofId("ws_1"));
            }
        }
    }

    @Test
    void otherChoicesAreCountedAndNotMarked() {
        String other = "x".repeat(60);
        for (boolean indexFirst : new boolean[] {true, false}) {
            StringBuilder stream = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                int choice = (i + 1) % 2;
                String index = "\"index\":" + choice;
                String text = "\"delta\":{\"content\":\"" + (choice == 0 ? "y".repeat(20) : other) + "\"}";
                stream.append(
                        event("{\"choices\":[{" + (indexFirst ? index + "," + text : text + "," + index) + "}]}"));
            }
            AnswerFacts facts = read(Operation.CHAT_COMPLETIONS, true, stream.toString());
            assertThat(marksOf(facts)).containsExactly(marks.ofText("y".repeat(60)));
            assertThat(facts.proseChars()).isEqualTo(240);
        }
        String whole = "{\"choices\":[{\"message\":{\"content\":\"" + "y".repeat(60) + "\"},\"index\":0},"
                + "{\"message\":{\"content\":\"```\\n" + other + "\"},\"index\":1}]}";
        AnswerFacts facts = read(Operation.CHAT_COMPLETIONS, false, whole);
        assertThat(marksOf(facts)).containsExactly(marks.ofText("y".repeat(60)));
        assertThat(facts.proseChars()).isEqualTo(60);
        assertThat(facts.codeChars()).isEqualTo(64);
    }

    @Test
    void whatIsPassedOnIsKnownBeforeTheEnd() {
        String body = messages(5);
        String begun = body.substring(0, body.indexOf("Short."));
        AnswerFacts facts = read(Operation.MESSAGES, true, begun);
        assertThat(marksOf(facts)).contains(marks.ofText(plain(LONG + CODE)));
        assertThat(facts.codeChars()).isEqualTo(plain(CODE).length());
        AnswerFacts short1 = read(Operation.MESSAGES, true, block("{\"type\":\"text\",\"text\":\"brief\"}"));
        assertThat(short1.markCount()).isZero();
    }

    @Test
    void noMoreThanSixteenAreKept() {
        String calls = "{\"content\":["
                + "{\"type\":\"tool_use\",\"id\":\"toolu_%d\",\"input\":{}},"
                        .repeat(40)
                        .formatted(numbers())
                + "{\"type\":\"text\",\"text\":\"" + LONG + "\"}]}";
        AnswerFacts facts = read(Operation.MESSAGES, false, calls);
        assertThat(facts.markCount()).isEqualTo(16);
        assertThat(facts.mark(0)).isEqualTo(marks.ofId("toolu_0"));
        assertThat(facts.mark(15)).isEqualTo(marks.ofId("toolu_15"));
    }

    private static Object[] numbers() {
        Object[] numbers = new Object[40];
        java.util.Arrays.setAll(numbers, i -> i);
        return numbers;
    }

    @Test
    void nothingIsToldUnlessItIsAskedFor() {
        byte[] body = messages(0).getBytes(StandardCharsets.UTF_8);
        reader.reset(Operation.MESSAGES, false, marks).feed(body, 0, body.length);
        reader.reset(Operation.MESSAGES, false).feed(body, 0, body.length);
        assertThat(reader.facts()).isSameAs(AnswerFacts.NONE);
    }

    @Test
    void aWholeAnswerIsReadFromItsBytes() {
        AnswerReading reading = new AnswerReading(marks);
        byte[] body = messages(0).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2; i++) {
            reading.read(Operation.MESSAGES, body);
            assertThat(reading.id()).isEqualTo("msg_1");
            assertThat(reading.facts().markCount()).isEqualTo(3);
        }
        assertThat(reading.read(Operation.OPAQUE, body).facts().markCount()).isZero();
    }

    @Test
    void mutatedAnswersNeverThrowAndPiecesNeverMatter() {
        Random random = new Random(20261124);
        List<Fixtures.Answer> answers = own();
        for (int round = 0; round < 6000; round++) {
            Fixtures.Answer answer = answers.get(random.nextInt(answers.size()));
            byte[] body = Mutations.mutate(answer.body(), random);
            reader.reset(answer.operation(), answer.sse(), marks).feed(body, 0, body.length);
            String whole = told(reader.facts());
            reader.reset(answer.operation(), answer.sse(), marks);
            for (int p = 0; p < body.length; ) {
                int count = Math.min(body.length - p, 1 + random.nextInt(40));
                reader.feed(body, p, count);
                p += count;
            }
            assertThat(told(reader.facts())).as("%s, round %d", answer, round).isEqualTo(whole);
        }
    }

    @Test
    void readingAllocatesNothing() {
        byte[] body = messages(3).getBytes(StandardCharsets.UTF_8);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long sum = 0;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                reader.reset(Operation.MESSAGES, true, marks).feed(body, 0, body.length);
                sum += reader.facts().proseChars() + reader.facts().mark(0);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(sum).isNotZero();
        assertThat(least).isLessThan(64L * 100);
    }
}
