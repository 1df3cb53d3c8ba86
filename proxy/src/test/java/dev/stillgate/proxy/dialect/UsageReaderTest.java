package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsageReaderTest {
    private final UsageReader reader = new UsageReader();

    static List<Fixtures.Response> own() {
        return Fixtures.own();
    }

    private static int[] sizes(int length) {
        return IntStream.concat(IntStream.rangeClosed(1, 64), IntStream.iterate(128, s -> s / 2 < length, s -> s * 2))
                .toArray();
    }

    private void replay(Fixtures.Response answer, int size) {
        reader.reset(answer.operation(), answer.sse());
        byte[] body = answer.body();
        byte[] piece = new byte[size + 2];
        for (int p = 0; p < body.length; p += size) {
            int count = Math.min(size, body.length - p);
            System.arraycopy(body, p, piece, 1, count);
            reader.feed(piece, 1, count);
        }
    }

    @ParameterizedTest
    @MethodSource("own")
    void usageOfFixturesIsIndependentOfPieces(Fixtures.Response answer) {
        for (int size : sizes(answer.body().length)) {
            replay(answer, size);
            String at = answer + " in pieces of " + size;
            assertThat(reader.usage()).as(at).isEqualTo(answer.usage());
            assertThat(reader.events()).as(at).isEqualTo(answer.events());
            assertThat(reader.terminal()).as(at).isEqualTo(answer.terminal());
            assertThat(reader.model()).as(at).isEqualTo(answer.model());
            assertThat(reader.id()).as(at).isEqualTo(answer.id());
        }
    }

    static List<Fixtures.Response> streams() {
        return own().stream().filter(Fixtures.Response::sse).toList();
    }

    /** Bytes that another gateway writes between the events of a silent stream. */
    @ParameterizedTest
    @MethodSource("streams")
    void keepAlivesOfUpstreamAreNoEvents(Fixtures.Response answer) {
        for (String text : List.of(": keep-alive\n", "\n\n", "\n", ": keep-alive\n\n")) {
            Fixtures.Response more = answer.withKeepAlives(text);
            for (int size = 1; size < 32; size++) {
                replay(more, size);
                String at = answer + " in pieces of " + size;
                assertThat(reader.usage()).as(at).isEqualTo(answer.usage());
                assertThat(reader.events()).as(at).isEqualTo(answer.events());
                assertThat(reader.terminal()).as(at).isEqualTo(answer.terminal());
            }
        }
    }

    @Test
    void fixturesAreComplete() {
        assertThat(own().stream().filter(Fixtures.Response::sse)).hasSizeGreaterThanOrEqualTo(40);
        assertThat(own().stream().filter(a -> !a.sse())).hasSizeGreaterThanOrEqualTo(30);
    }

    @Test
    @Tag("shared")
    void usageOfRecordingsIsIndependentOfPieces() {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        for (Fixtures.Recording recording : recordings) {
            Fixtures.Response answer = recording.answer();
            for (int size : sizes(answer.body().length)) {
                replay(answer, size);
                if (!answer.hasUsage(reader.usage()) || !reader.terminal()) {
                    assertThat(reader.usage())
                            .as(answer + " in pieces of " + size)
                            .isEqualTo(answer.usage());
                    assertThat(reader.terminal())
                            .as(answer + " in pieces of " + size)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void largeEventIsNotBuffered() {
        reader.reset(Operation.MESSAGES, true);
        feed("event: x\ndata: {\"delta\":{\"text\":\"");
        byte[] block = "0123456789abcde\\\"".repeat(4096).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 160; i++) {
            reader.feed(block, 0, block.length);
        }
        feed("\"},\"usage\":{\"output_tokens\":5}}\n\n");
        assertThat(reader.usage().output()).isEqualTo(5);
        assertThat(reader.events()).isEqualTo(1);
    }

    @Test
    void eventBoundaryIsTracked() {
        reader.reset(Operation.MESSAGES, true);
        assertThat(reader.atEventBoundary()).isTrue();
        assertBoundary("\ufeff", true);
        assertBoundary("event: ping", false);
        assertBoundary("\n", false);
        assertBoundary("data: {}", false);
        assertBoundary("\n", false);
        assertBoundary("\n", true);
        assertBoundary(": comm", false);
        assertBoundary("ent\n", true);
        assertBoundary("data: {}\r\n\r", true);
        assertBoundary("\n", true);
        assertBoundary("id: 4\n", false);
        assertBoundary("\n", true);
        assertThat(reader.events()).isEqualTo(2);
    }

    @Test
    void incompleteByteOrderMarkIsUnfinishedEvent() {
        reader.reset(Operation.MESSAGES, true);
        reader.feed(new byte[] {(byte) 0xef}, 0, 1);
        assertThat(reader.atEventBoundary()).isFalse();
        reader.feed(new byte[] {'x'}, 0, 1);
        assertThat(reader.atEventBoundary()).isFalse();
        feed("\n\ndata: {\"usage\":{\"output_tokens\":3}}\n\n");
        assertThat(reader.usage().output()).isEqualTo(3);
    }

    @Test
    void jsonHasNoBoundaryAndLinesHaveOnePerLine() {
        reader.reset(Operation.MESSAGES, false);
        assertBoundary("", true);
        assertBoundary("{}", false);
        reader.reset(Operation.MESSAGE_BATCH_RESULTS, false);
        assertBoundary("", true);
        assertBoundary("{", false);
        assertBoundary("}\n", true);
    }

    private void assertBoundary(String more, boolean expected) {
        feed(more);
        assertThat(reader.atEventBoundary()).as("after %s", more).isEqualTo(expected);
    }

    @Test
    void terminalIsSetWithLineThatEndsEvent() {
        reader.reset(Operation.CHAT_COMPLETIONS, true);
        feed("data: [DONE]\n");
        assertThat(reader.terminal()).isFalse();
        feed("\n");
        assertThat(reader.terminal()).isTrue();
    }

    @Test
    void otherOperationsReportNothing() {
        for (Operation operation : List.of(Operation.CONTROL, Operation.OPAQUE, Operation.FILE_UPLOAD)) {
            reader.reset(operation, false);
            feed("{\"usage\":{\"input_tokens\":1,\"output_tokens\":1},\"input_tokens\":1,\"id\":\"x\"}");
            assertThat(reader.usage()).isSameAs(Usage.NONE);
            assertThat(reader.id()).isNull();
        }
    }

    @Test
    void sumsOfManyLinesDoNotOverflow() {
        reader.reset(Operation.MESSAGE_BATCH_RESULTS, false);
        for (int i = 0; i < 2000; i++) {
            feed("{\"result\":{\"message\":{\"usage\":{\"output_tokens\":9007199254740992}}}}\n");
        }
        assertThat(reader.usage().output()).isEqualTo(1L << 60);
    }

    @Test
    void mutatedResponsesAreIndependentOfPieces() {
        Random random = new Random(20260101);
        List<Fixtures.Response> answers = own();
        for (int round = 0; round < 6000; round++) {
            Fixtures.Response answer = answers.get(random.nextInt(answers.size()));
            byte[] body = Mutations.mutate(answer.body(), random);
            reader.reset(answer.operation(), answer.sse());
            reader.feed(body, 0, body.length);
            Usage whole = reader.usage();
            String expected = summary();
            reader.reset(answer.operation(), answer.sse());
            for (int p = 0; p < body.length; ) {
                int count = Math.min(body.length - p, 1 + random.nextInt(40));
                reader.feed(body, p, count);
                p += count;
            }
            assertThat(reader.usage()).as("%s, round %d", answer, round).isEqualTo(whole);
            assertThat(summary()).as("%s, round %d", answer, round).isEqualTo(expected);
        }
    }

    private String summary() {
        return reader.events() + " " + reader.terminal() + " " + reader.atEventBoundary() + " " + reader.id() + " "
                + reader.model() + " " + reader.hasErrors();
    }

    private void feed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        reader.feed(bytes, 0, bytes.length);
    }

    /** A response and the same one with errors that lose no value. */
    record Sloppy(Operation operation, boolean sse, String sound, String sloppy) {}

    static List<Sloppy> sloppy() {
        String chat = "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"" + "some words ".repeat(20)
                + "\"}}],\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":5000}}";
        String delta = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\""
                + "some words ".repeat(20) + "\"}}]}\n\n";
        String message = "{\"usage\":{\"input_tokens\":9,\"output_tokens\":500}}";
        String last = "data: {\"type\":\"message_delta\",\"delta\":{\"text\":\"a b\"},"
                + "\"usage\":{\"output_tokens\":99}}\n\n";
        String line = "{\"result\":{\"message\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":7}}}}\n";
        return List.of(
                new Sloppy(Operation.CHAT_COMPLETIONS, false, chat, chat.replace(" \"}", " \",}")),
                new Sloppy(Operation.CHAT_COMPLETIONS, false, chat, chat.replace("5000}", "5000,}")),
                new Sloppy(Operation.CHAT_COMPLETIONS, false, chat, chat.replace("900,", "900 ")),
                new Sloppy(Operation.CHAT_COMPLETIONS, true, delta + delta, delta + delta.replace(",", ",,")),
                new Sloppy(Operation.MESSAGES, false, message, message.replace(",", ",,")),
                new Sloppy(Operation.MESSAGES, true, last, last.replace("a b", "a\ndata:  b")),
                new Sloppy(Operation.MESSAGES, true, last, last.replace("99", "99,")),
                new Sloppy(Operation.MESSAGE_BATCH_RESULTS, false, line + line, line + line.replace("7}", "7,}")));
    }

    @ParameterizedTest
    @MethodSource("sloppy")
    void sloppyJsonLosesNoUsage(Sloppy test) {
        reader.reset(test.operation, test.sse);
        feed(test.sound);
        Usage usage = reader.usage();
        assertThat(usage.output()).isPositive();
        assertThat(reader.hasErrors()).isFalse();
        byte[] body = test.sloppy.getBytes(StandardCharsets.UTF_8);
        assertThat(test.sloppy).isNotEqualTo(test.sound);
        for (int size = 1; size <= body.length; size++) {
            reader.reset(test.operation, test.sse);
            for (int p = 0; p < body.length; p += size) {
                reader.feed(body, p, Math.min(size, body.length - p));
            }
            assertThat(reader.usage()).as("pieces of %d", size).isEqualTo(usage);
            assertThat(reader.hasErrors()).isTrue();
        }
    }

    @Test
    void errorsInJsonAreReported() {
        for (String invalid : List.of("{\"usage\" 1}", "{} {", "{\"usage\":{", "{\"id\nid\":1}")) {
            reader.reset(Operation.MESSAGES, true);
            feed("data: " + invalid.replace("\n", "\ndata: ") + "\n\ndata: {}\n\n");
            assertThat(reader.hasErrors()).as(invalid).isTrue();
        }
        for (String other : List.of("[DONE]", "ping", "", "{\"usage\":\n1}")) {
            reader.reset(Operation.CHAT_COMPLETIONS, true);
            feed("data: " + other.replace("\n", "\ndata: ") + "\n\ndata: {");
            assertThat(reader.hasErrors()).as(other).isFalse();
        }
        reader.reset(Operation.MESSAGES, false);
        feed("{} x");
        assertThat(reader.hasErrors()).isTrue();
        reader.reset(Operation.MESSAGES, false);
        feed("{\"usage\":{");
        assertThat(reader.hasErrors()).as("truncated").isFalse();
        reader.reset(Operation.FILE_CONTENT, false);
        feed("{ int x; }\n");
        assertThat(reader.hasErrors()).as("a file of another type").isFalse();
    }

    @Test
    @DisplayName("engine B4: the usage of listed stored completions is summed, in pieces of every size")
    void storedCompletionsAreSummed() {
        String one = "{\"id\":\"c-1\",\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"some text\"}}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":1}}}";
        String two = one.replace("c-1", "c-2").replace(":5,", ":7,");
        byte[] list = ("{\"object\":\"list\",\"data\":[" + one + "," + two + "],\"has_more\":false}")
                .getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size < list.length; size++) {
            reader.reset(Operation.STORED_CHAT_COMPLETION, false);
            for (int p = 0; p < list.length; p += size) {
                reader.feed(list, p, Math.min(size, list.length - p));
            }
            assertThat(reader.usage()).isEqualTo(new Usage(Usage.Source.EXACT, 6, 12, 2, -1, -1));
            assertThat(reader.id()).isEqualTo("c-1");
        }
        reader.reset(Operation.STORED_CHAT_COMPLETION, false);
        feed(new String(list, 0, list.length - 30, StandardCharsets.UTF_8));
        assertThat(reader.usage().source()).as("truncated list").isEqualTo(Usage.Source.ESTIMATED);
        reader.reset(Operation.CHAT_COMPLETIONS, false);
        feed(new String(list, StandardCharsets.UTF_8));
        assertThat(reader.usage()).as("unexpected list").isEqualTo(Usage.NONE);
    }

    @Test
    @DisplayName("engine A1: the items of a stored response are estimated, whichever role they have")
    void itemsAreEstimated() {
        reader.reset(Operation.STORED_RESPONSE, false);
        feed("{\"data\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" + "word ".repeat(100)
                + "\"}]},{\"type\":\"function_call\",\"arguments\":\"{}\"}]}");
        assertThat(reader.usage().source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(reader.usage().output()).isBetween(90L, 140L);
    }
}
