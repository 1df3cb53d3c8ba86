package dev.stillgate.proxy.dialect;

import static dev.stillgate.proxy.dialect.LongResponses.CODE;
import static dev.stillgate.proxy.dialect.LongResponses.LONG;
import static dev.stillgate.proxy.dialect.LongResponses.block;
import static dev.stillgate.proxy.dialect.LongResponses.chat;
import static dev.stillgate.proxy.dialect.LongResponses.event;
import static dev.stillgate.proxy.dialect.LongResponses.messages;
import static dev.stillgate.proxy.dialect.LongResponses.plain;
import static dev.stillgate.proxy.dialect.LongResponses.responses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.stream.ResponseHashes;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseFacts;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Character counts and hashes of responses, compared with those of a client that sends the turn back. */
class ResponseContentTest {
    private final KeyedHashes hashes = new KeyedHashes("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private final UsageReader reader = new UsageReader();

    static List<Fixtures.Response> own() {
        return Fixtures.own();
    }

    static List<Fixtures.Response> turns() {
        return Fixtures.own().stream().filter(ResponseContentTest::isTurn).toList();
    }

    private static boolean isTurn(Fixtures.Response answer) {
        boolean operation = switch (answer.operation().label()) {
            case "messages", "chat_completions", "responses", "stored_response", "stored_chat_completion" -> true;
            default -> false;
        };
        boolean items = answer.operation() != Operation.RESPONSES
                || !answer.sse()
                || new String(answer.body(), StandardCharsets.UTF_8).contains("response.output_item.done");
        return operation && items && answer.terminal() && !answer.name().matches("hostile.*|.*(error|list|crlf).*");
    }

    private ResponseFacts read(Operation operation, boolean sse, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        reader.reset(operation, sse, hashes).feed(bytes, 0, bytes.length);
        return reader.facts();
    }

    private static String describe(ResponseFacts facts) {
        return facts.proseChars() + " " + facts.codeChars() + " " + facts.toolChars() + " " + hashesOf(facts);
    }

    private static Set<Long> hashesOf(ResponseFacts facts) {
        Set<Long> found = new LinkedHashSet<>();
        for (int i = 0; i < facts.hashCount(); i++) {
            found.add(facts.hash(i));
        }
        assertThat(found).hasSize(facts.hashCount()).doesNotContain(0L);
        return found;
    }

    @ParameterizedTest
    @MethodSource("own")
    void factsAreIndependentOfPieces(Fixtures.Response answer) {
        byte[] body = answer.body();
        String whole = describe(read(answer.operation(), answer.sse(), new String(body, StandardCharsets.UTF_8)));
        for (int size = 1; size < body.length; size += size < 64 ? 1 : size) {
            reader.reset(answer.operation(), answer.sse(), hashes);
            for (int p = 0; p < body.length; p += size) {
                reader.feed(body, p, Math.min(size, body.length - p));
            }
            assertThat(describe(reader.facts())).as("pieces of %d", size).isEqualTo(whole);
            assertThat(reader.usage()).isEqualTo(answer.usage());
        }
    }

    @ParameterizedTest
    @MethodSource("turns")
    void marksMatchTurnInNextPrompt(Fixtures.Response answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertAgree(answer, body, SeenTurn.of(answer.operation(), answer.sse(), body), true);
    }

    private void assertAgree(Fixtures.Response answer, String body, SeenTurn turn, boolean exactly) {
        ResponseFacts facts = read(answer.operation(), answer.sse(), body);
        Set<Long> back = turn.hashesOfNext(hashes);
        if (back.size() <= ResponseHashes.MAX || exactly) {
            assertThat(hashesOf(facts)).as("%s %s", answer, turn.texts()).containsExactlyInAnyOrderElementsOf(back);
        }
        assertThat(facts.proseChars() + facts.codeChars()).as(answer + " text").isEqualTo(turn.textChars());
        if (exactly && (answer.sse() || answer.operation() != Operation.MESSAGES)) {
            assertThat(facts.toolChars()).as(answer + " tools").isEqualTo(turn.toolChars());
        }
    }

    @Test
    @Tag("shared")
    void recordedMarksMatchTurnInNextPrompt() {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        int marked = 0;
        for (Fixtures.Recording recording : recordings) {
            Fixtures.Response answer = recording.answer();
            if (recording.status() == 200 && isTurn(answer)) {
                String body = new String(answer.body(), StandardCharsets.UTF_8);
                assertAgree(answer, body, SeenTurn.of(answer.operation(), answer.sse(), body), false);
                marked += reader.facts().hashCount() > 0 ? 1 : 0;
            }
        }
        assertThat(marked).isGreaterThan(100);
    }

    private void assertTurn(ResponseFacts facts, int extraProse, int tools, Long... expected) {
        assertThat(facts.codeChars()).isEqualTo(plain(CODE).length());
        assertThat(facts.proseChars()).isEqualTo(plain(LONG).length() + extraProse);
        assertThat(facts.toolChars()).isEqualTo(tools);
        assertThat(hashesOf(facts)).containsExactly(expected);
    }

    @Test
    void messagesTurnIsSameWholeAndStreamed() {
        for (int size = 0; size < 40; size++) {
            assertTurn(
                    read(Operation.MESSAGES, size > 0, messages(size)),
                    "Short.".length(),
                    "{\"a\":\"b_c\"}".length(),
                    hashes.ofId("c2ln/+=="),
                    hashes.ofText(plain(LONG + CODE)),
                    hashes.ofId("toolu_1"));
        }
    }

    @Test
    void completionsTurnIsIndependentOfIndexPosition() {
        for (int size = 0; size < 40; size++) {
            for (int order = 0; order < 3; order++) {
                String body = chat(size, order == 0 ? "\"index\":0," : "", order == 1 ? ",\"index\":0" : "");
                assertTurn(
                        read(Operation.CHAT_COMPLETIONS, size > 0, body),
                        0,
                        2,
                        hashes.ofText(plain(LONG + CODE)),
                        hashes.ofId("call_1"));
            }
        }
    }

    @Test
    void responsesTurnIsIndependentOfTypePosition() {
        for (int size = 0; size < 40; size++) {
            for (boolean typeFirst : new boolean[] {true, false}) {
                assertTurn(
                        read(Operation.RESPONSES, size > 0, responses(size, typeFirst)),
                        0,
                        2,
                        hashes.ofId("resp_1"),
                        hashes.ofId("c2VhbA=="),
                        hashes.ofText(plain(LONG + CODE)),
                        hashes.ofId("call_1"),
                        hashes.ofId("ws_1"));
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
            ResponseFacts facts = read(Operation.CHAT_COMPLETIONS, true, stream.toString());
            assertThat(hashesOf(facts)).containsExactly(hashes.ofText("y".repeat(60)));
            assertThat(facts.proseChars()).isEqualTo(240);
        }
        String whole = "{\"choices\":[{\"message\":{\"content\":\"" + "y".repeat(60) + "\"},\"index\":0},"
                + "{\"message\":{\"content\":\"```\\n" + other + "\"},\"index\":1}]}";
        ResponseFacts facts = read(Operation.CHAT_COMPLETIONS, false, whole);
        assertThat(hashesOf(facts)).containsExactly(hashes.ofText("y".repeat(60)));
        assertThat(facts.proseChars()).isEqualTo(60);
        assertThat(facts.codeChars()).isEqualTo(64);
    }

    @Test
    void factsAreAvailableBeforeEnd() {
        String body = messages(5);
        String begun = body.substring(0, body.indexOf("Short."));
        ResponseFacts facts = read(Operation.MESSAGES, true, begun);
        assertThat(hashesOf(facts)).contains(hashes.ofText(plain(LONG + CODE)));
        assertThat(facts.codeChars()).isEqualTo(plain(CODE).length());
        ResponseFacts short1 = read(Operation.MESSAGES, true, block("{\"type\":\"text\",\"text\":\"brief\"}"));
        assertThat(short1.hashCount()).isZero();
    }

    @Test
    void hashCountIsLimitedTo16() {
        String calls = "{\"content\":["
                + "{\"type\":\"tool_use\",\"id\":\"toolu_%d\",\"input\":{}},"
                        .repeat(40)
                        .formatted(numbers())
                + "{\"type\":\"text\",\"text\":\"" + LONG + "\"}]}";
        ResponseFacts facts = read(Operation.MESSAGES, false, calls);
        assertThat(facts.hashCount()).isEqualTo(16);
        assertThat(facts.hash(0)).isEqualTo(hashes.ofId("toolu_0"));
        assertThat(facts.hash(15)).isEqualTo(hashes.ofId("toolu_15"));
    }

    private static Object[] numbers() {
        Object[] numbers = new Object[40];
        java.util.Arrays.setAll(numbers, i -> i);
        return numbers;
    }

    @Test
    void factsAreNoneWithoutMarks() {
        byte[] body = messages(0).getBytes(StandardCharsets.UTF_8);
        reader.reset(Operation.MESSAGES, false, hashes).feed(body, 0, body.length);
        reader.reset(Operation.MESSAGES, false).feed(body, 0, body.length);
        assertThat(reader.facts()).isSameAs(ResponseFacts.NONE);
    }

    @Test
    void factsOfPreviousResponseAreCleared() {
        byte[] body = messages(0).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2; i++) {
            reader.reset(Operation.MESSAGES, false, hashes).feed(body, 0, body.length);
            assertThat(reader.id()).isEqualTo("msg_1");
            assertThat(reader.facts().hashCount()).isEqualTo(3);
        }
        reader.reset(Operation.OPAQUE, false, hashes).feed(body, 0, body.length);
        assertThat(reader.facts().hashCount()).isZero();
    }

    @Test
    void mutatedResponsesAreIndependentOfPieces() {
        Random random = new Random(20261124);
        List<Fixtures.Response> answers = own();
        for (int round = 0; round < 6000; round++) {
            Fixtures.Response answer = answers.get(random.nextInt(answers.size()));
            byte[] body = Mutations.mutate(answer.body(), random);
            reader.reset(answer.operation(), answer.sse(), hashes).feed(body, 0, body.length);
            String whole = describe(reader.facts());
            reader.reset(answer.operation(), answer.sse(), hashes);
            for (int p = 0; p < body.length; ) {
                int count = Math.min(body.length - p, 1 + random.nextInt(40));
                reader.feed(body, p, count);
                p += count;
            }
            assertThat(describe(reader.facts()))
                    .as("%s, round %d", answer, round)
                    .isEqualTo(whole);
        }
    }

    @Test
    void readingDoesNotAllocate() {
        byte[] body = messages(3).getBytes(StandardCharsets.UTF_8);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long sum = 0;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                reader.reset(Operation.MESSAGES, true, hashes).feed(body, 0, body.length);
                sum += reader.facts().proseChars() + reader.facts().hash(0);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(sum).isNotZero();
        assertThat(least).isLessThan(64L * 100);
    }

    @Test
    @DisplayName("engine B4: each listed completion has the same marks as the stored completion itself")
    void listedCompletionsAreMarked() {
        String one = "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"" + "x".repeat(60)
                + "\"}},{\"index\":1,\"message\":{\"content\":\"other\"}}]}";
        String two = "{\"choices\":[{\"message\":{\"content\":\"" + "y".repeat(60)
                + "\",\"tool_calls\":[{\"id\":\"call_2\",\"function\":{\"arguments\":\"{}\"}}]}}]}";
        ResponseFacts facts = read(Operation.STORED_CHAT_COMPLETION, false, "{\"data\":[" + one + "," + two + "]}");
        assertThat(hashesOf(facts))
                .containsExactlyInAnyOrder(
                        hashes.ofText("x".repeat(60)), hashes.ofText("y".repeat(60)), hashes.ofId("call_2"));
        assertThat(facts.proseChars()).isEqualTo(125);
        assertThat(facts.toolChars()).isEqualTo(2);
    }

    @Test
    @DisplayName("engine A1: messages and items of a stored conversation may be the client's own and are not marked")
    void storedConversationIsNotMarked() {
        String text = "x".repeat(60);
        String items =
                "{\"data\":[{\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"arguments\":\"{}\"},"
                        + "{\"type\":\"reasoning\",\"encrypted_content\":\"c2VhbA==\"},"
                        + "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" + text + "\"}]}]}";
        assertThat(describe(read(Operation.STORED_RESPONSE, false, items))).isEqualTo("0 0 0 []");
        String messages = "{\"data\":[{\"role\":\"assistant\",\"content\":\"" + text
                + "\",\"tool_calls\":[{\"id\":\"call_1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]}";
        assertThat(describe(read(Operation.STORED_CHAT_COMPLETION, false, messages)))
                .isEqualTo("0 0 0 []");
    }
}
