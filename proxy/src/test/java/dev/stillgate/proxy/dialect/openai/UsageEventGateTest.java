package dev.stillgate.proxy.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.proxy.dialect.Mutations;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsageEventGateTest {
    private static final String ONE =
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a []\"}}]}\n\n";
    private static final String USAGE =
            "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final UsageEvents EVENTS = new UsageEvents();

    /** A stream with its usage event in brackets, which occur nowhere else. */
    record Case(String stream) {
        byte[] sent() {
            return bytes(stream.replace("⟦", "").replace("⟧", ""));
        }

        byte[] expected() {
            return bytes(stream.replaceAll("⟦[^⟧]*⟧", ""));
        }
    }

    private static String marked(String usage) {
        return "⟦" + usage + "⟧";
    }

    static List<Case> cases() {
        String spaced = USAGE.replace("\"choices\":[]", "\"choices\" : [ \t]").replace("data: ", "data:");
        String twoLines = USAGE.replace(",\"usage\"", ",\ndata:\"usage\"");
        String named = "event: x\nid: 7\n: note\n" + USAGE;
        List<String> streams = new ArrayList<>(List.of(
                ONE + ONE + marked(USAGE) + DONE,
                marked(USAGE) + DONE,
                ONE + marked(USAGE) + ": bye\n\n" + marked(USAGE) + DONE,
                ONE + marked(spaced) + DONE,
                ONE + marked(twoLines) + DONE,
                ONE + marked(named) + DONE,
                ": a comment\n" + ONE + ": another\n: third\n" + marked(USAGE) + "\n\n" + DONE,
                "\n\n" + ONE + marked(USAGE),
                ONE + marked(USAGE.strip()),
                ONE + marked(USAGE.strip() + "\n"),
                ONE + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\"",
                ONE + "data: {\"choices\":[],\"usage\":null,\"prompt_filter_results\":[]}\n\n" + ONE + DONE,
                "data: {\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":[]}}\n\n" + DONE,
                "data: {\"choices\":{},\"usage\":{},\"x\":[]}\n\n" + DONE,
                "data: {\"a\":{\"choices\":[],\"usage\":{}}}\n\n" + DONE,
                "data: {\"choices\":[],\"usage\":{},\"choices\":[1]}\n\n" + DONE,
                "data: [{\"choices\":[],\"usage\":{}}]\n\n" + DONE,
                "xdata: {\"choices\":[],\"usage\":{}}\n\n" + DONE,
                "data\n\ndata:\n\ndata: \n\n" + DONE,
                ONE + "event: error\ndata: {\"error\":{\"message\":\"[]\"}}\n\n",
                ""));
        return streams.stream()
                .flatMap(stream -> Stream.<UnaryOperator<String>>of(
                                s -> s, s -> s.replace("\n", "\r\n"), s -> s.replace("\n", "\r"))
                        .map(ends -> new Case(ends.apply(stream))))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Passes a stream through a gate and collects the output. */
    private static final class Run implements UsageEventGate.Out {
        private final UsageEventGate gate = new UsageEventGate(EVENTS);
        private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
        private byte[] piece = {};

        void read(byte[] stream, int from, int to) {
            piece = new byte[to - from + 2]; // a piece is a range of a reused array
            System.arraycopy(stream, from, piece, 1, to - from);
            gate.read(piece, 1, to - from, this);
            java.util.Arrays.fill(piece, (byte) '#');
        }

        @Override
        public void held(byte[] bytes, int length) {
            passed.write(bytes, 0, length);
        }

        @Override
        public void pass(int from, int to) {
            assertThat(from).isPositive().isLessThan(to);
            passed.write(piece, from, to - from);
        }

        String end() {
            gate.end(this);
            assertThat(gate.isEmpty()).isTrue();
            return passed.toString(StandardCharsets.UTF_8);
        }
    }

    private static String pieces(byte[] stream, int... cuts) {
        Run run = new Run();
        int from = 0;
        for (int cut : cuts) {
            run.read(stream, from, cut);
            from = cut;
        }
        run.read(stream, from, stream.length);
        return run.end();
    }

    private static String piecesOf(byte[] stream, int size) {
        Run run = new Run();
        for (int p = 0; p < stream.length; p += size) {
            run.read(stream, p, Math.min(stream.length, p + size));
        }
        return run.end();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onlyUsageEventIsRemovedAtEverySplit(Case test) {
        byte[] sent = test.sent();
        String expected = new String(test.expected(), StandardCharsets.UTF_8);
        for (int size = 1; size <= sent.length + 1; size++) {
            assertThat(piecesOf(sent, size)).as("pieces of %d", size).isEqualTo(expected);
        }
        for (int cut = 0; cut <= sent.length; cut++) {
            for (int other : new int[] {cut, Math.min(cut + 1, sent.length), (cut + sent.length) / 2}) {
                assertThat(pieces(sent, cut, other))
                        .as("cut at %d and %d", cut, other)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eventPassesWithItsLastByte(Case test) {
        byte[] sent = test.sent();
        UsageReader reader = new UsageReader().reset(Operation.CHAT_COMPLETIONS, true);
        Run run = new Run();
        for (int i = 0; i < sent.length; i++) {
            run.read(sent, i, i + 1);
            reader.feed(sent, i, 1);
            if (reader.atEventBoundary()) {
                assertThat(run.gate.isEmpty()).as("after byte %d", i).isTrue();
            }
        }
    }

    @Test
    void commentsAndNonObjectEventsPassAtOnce() {
        for (String text : List.of(": ping", ":", "data: [D", "data:[", "\n", "\r", ": x\n: y")) {
            Run run = new Run();
            run.read(bytes(text), 0, text.length());
            assertThat(run.gate.isEmpty()).as(text).isTrue();
            assertThat(run.passed.toString(StandardCharsets.UTF_8)).isEqualTo(text);
        }
        Run run = new Run();
        run.read(bytes("data: {"), 0, 7);
        assertThat(run.gate.isEmpty()).isFalse();
    }

    @Test
    void oversizedEventPassesUnchanged() {
        String large = USAGE.replace("\"id\":\"c\"", "\"id\":\"" + "x".repeat(5000) + "\"");
        byte[] stream = bytes(large + ONE + USAGE + DONE);
        for (int size : new int[] {1, 7, 100, 4095, 4096, 4097, stream.length}) {
            assertThat(piecesOf(stream, size)).as("pieces of %d", size).isEqualTo(large + ONE + DONE);
        }
        for (int length = 4090; length <= 4102; length++) {
            int pad = length - USAGE.length();
            String padded = USAGE.replace("\"id\":\"c\"", "\"id\":\"c" + "x".repeat(pad) + "\"");
            assertThat(padded).hasSize(length);
            for (int size : new int[] {1, 1000, 10_000}) {
                assertThat(piecesOf(bytes(padded + DONE), size))
                        .as("%d bytes in pieces of %d", length, size)
                        .isEqualTo((length <= 4096 ? "" : padded) + DONE);
            }
        }
        Run run = new Run();
        byte[] endless = bytes("data: {\"a\":\"" + "y".repeat(20_000));
        run.read(endless, 0, 3000);
        assertThat(run.passed.size()).isZero();
        run.read(endless, 3000, 6000);
        assertThat(run.passed.size()).isEqualTo(6000);
        run.read(endless, 6000, endless.length);
        assertThat(run.passed.size()).isEqualTo(endless.length);
    }

    @Test
    void mutatedStreamsAreIndependentOfPieces() {
        Random random = new Random(20260101);
        List<Case> cases = cases();
        for (int round = 0; round < 20_000; round++) {
            byte[] sent =
                    Mutations.mutate(cases.get(random.nextInt(cases.size())).sent(), random);
            String whole = pieces(sent);
            Run run = new Run();
            for (int p = 0; p < sent.length; ) {
                int count = Math.min(sent.length - p, 1 + random.nextInt(40));
                run.read(sent, p, p + count);
                p += count;
            }
            assertThat(run.end()).as("round %d", round).isEqualTo(whole);
        }
    }

    @Test
    void recognitionAgreesWithTheTape() {
        Random random = new Random(20261129);
        int usages = 0;
        for (int round = 0; round < 50_000; round++) {
            String event =
                    (random.nextInt(4) > 0 ? USAGE : ONE).replace(",\"", random.nextBoolean() ? ",\"" : ",\ndata: \"");
            byte[] mutated = Mutations.mutate(bytes(event), random);
            Boolean usage = usageByTape(mutated);
            if (usage != null) {
                assertThat(EVENTS.matches(mutated, 0, mutated.length))
                        .as("round %d", round)
                        .isEqualTo(usage);
                usages += usage ? 1 : 0;
            }
        }
        assertThat(usages).isGreaterThan(500);
    }

    /** Returns whether the data of an event is the usage event; null if it is not valid JSON. */
    private static @Nullable Boolean usageByTape(byte[] event) {
        StringBuilder data = new StringBuilder();
        for (String line : new String(event, StandardCharsets.ISO_8859_1).split("[\r\n]", -1)) {
            data.append(line.startsWith("data:") ? line.substring(5) + "\n" : "");
        }
        JsonTape tape = new JsonTape();
        try {
            tape.parse(data.toString().getBytes(StandardCharsets.ISO_8859_1), 0, data.length());
        } catch (MalformedBody invalid) {
            return null;
        }
        int choices = tape.find(tape.root(), new JsonName("choices"));
        int usage = tape.find(tape.root(), new JsonName("usage"));
        return choices != JsonTape.NONE
                && tape.kind(choices) == JsonTape.ARRAY
                && tape.size(choices) == 0
                && usage != JsonTape.NONE
                && tape.kind(usage) == JsonTape.OBJECT;
    }

    @Test
    void eventWithErrorsIsNotRecognised() {
        String data = "{\"id\":\"c\",\"choices\":[],\"usage\":{}}";
        byte[] sound = bytes("data: " + data + "\n\n");
        assertThat(EVENTS.matches(sound, 0, sound.length)).isTrue();
        for (String invalid : List.of(
                data.replace(",", ",,"),
                data.replace(",\"usage", "\"usage"),
                data.replace("}}", "},}"),
                data.replace("{\"id", "{,\"id"),
                data.replace("\"c\"", "\"c\ndata: \""),
                data.replace("id\":", "id\""),
                data + "}",
                "\t\ufeff" + data,
                data.substring(0, data.length() - 1))) {
            byte[] event = bytes("data: " + invalid + "\n\n");
            assertThat(EVENTS.matches(event, 0, event.length)).as(invalid).isFalse();
        }
    }

    @Test
    void otherFixturesPassUnchanged() {
        for (Fixtures.Response answer : Fixtures.own()) {
            if (answer.sse()) {
                check(answer);
            }
        }
    }

    @Test
    @Tag("shared")
    void recordedStreamsLoseAtMostTheirUsageEvent() {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        recordings.stream()
                .map(Fixtures.Recording::answer)
                .filter(Fixtures.Response::sse)
                .forEach(UsageEventGateTest::check);
    }

    /** Compares the gate with a simple parser of complete events. */
    private static void check(Fixtures.Response answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        StringBuilder expected = new StringBuilder();
        for (String event : body.split("(?<=\n\r?\n)")) {
            boolean usage = event.matches("(?s)data: ?\\{.*\"choices\": ?\\[].*\"usage\": ?\\{.*\\}\\s*");
            expected.append(usage ? "" : event);
        }
        for (int size : new int[] {1, 13, 64, 1000, 1 << 20}) {
            assertThat(piecesOf(answer.body(), size))
                    .as("%s in pieces of %d", answer, size)
                    .isEqualTo(expected.toString());
        }
    }
}
