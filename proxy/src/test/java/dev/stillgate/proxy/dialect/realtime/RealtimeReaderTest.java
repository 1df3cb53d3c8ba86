package dev.stillgate.proxy.dialect.realtime;

import static dev.stillgate.proxy.rig.WebSocketFrames.BINARY;
import static dev.stillgate.proxy.rig.WebSocketFrames.FIN;
import static dev.stillgate.proxy.rig.WebSocketFrames.TEXT;
import static dev.stillgate.proxy.rig.WebSocketFrames.frame;
import static dev.stillgate.proxy.rig.WebSocketFrames.join;
import static dev.stillgate.proxy.rig.WebSocketFrames.masked;
import static dev.stillgate.proxy.rig.WebSocketFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.realtime.RealtimeReader.UnfinishedOutput;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the reader of a session's usage: its events, the places where it stops, and text that is not JSON. */
class RealtimeReaderTest {
    private static final String CREATED =
            "{\"type\":\"session.created\",\"event_id\":\"e_1\",\"session\":{\"id\":\"s_1\",\"model\":\"gpt-realtime\"}}";
    private static final String DONE = """
            {"type":"response.done","event_id":"e_9","response":{"object":"realtime.response","id":"resp_1",\
            "status":"completed","output":[{"type":"message","content":[{"type":"text","text":"\\"usage\\":{"}]}],\
            "usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,\
            "input_token_details":{"text_tokens":119,"audio_tokens":13,"cached_tokens":64,\
            "cached_tokens_details":{"text_tokens":64,"audio_tokens":0}},\
            "output_token_details":{"text_tokens":30,"audio_tokens":91}}}}""";
    private static final String TRANSCRIBED = """
            {"event_id":"e_5","type":"conversation.item.input_audio_transcription.completed","transcript":"Hi",\
            "usage":{"type":"tokens","total_tokens":26,"input_tokens":17,\
            "input_token_details":{"text_tokens":0,"audio_tokens":17},"output_tokens":9}}""";
    private static final String DELTA =
            "{\"type\":\"response.output_text.delta\",\"response_id\":\"%s\",\"delta\":\"The lamp is lit, \"}";
    private static final Usage FIRST = new Usage(Usage.Source.EXACT, 132, 121, 64, -1, -1);

    /** Reads a stream in pieces; returns the parts of usage, and the places where the reader stopped. */
    private static List<Usage> parts(RealtimeReader reader, byte[] stream, int piece, List<Integer> stops) {
        List<Usage> parts = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            at = reader.read(stream, at, Math.min(stream.length, at + piece));
            Usage part = reader.takePart();
            if (part != null) {
                parts.add(part);
                stops.add(at);
                assertThat(reader.isBetweenFrames()).isTrue();
            }
        }
        return parts;
    }

    @Test
    @DisplayName("usage, status and model, with pieces of every size; the reader stops at the end of the frame")
    void usageOfSession() {
        byte[] first =
                join(text(CREATED), text("{\"type\":\"response.created\",\"response\":{\"usage\":null}}"), text(DONE));
        byte[] stream =
                join(first, text(TRANSCRIBED), frame(FIN | BINARY, new byte[300]), masked(FIN | TEXT, utf8(DONE)));
        for (int piece = 1; piece <= stream.length; piece++) {
            RealtimeReader reader = new RealtimeReader();
            List<Integer> stops = new ArrayList<>();
            assertThat(parts(reader, stream, piece, stops))
                    .containsExactly(FIRST, new Usage(Usage.Source.EXACT, 17, 9, -1, -1, -1), FIRST);
            assertThat(stops).first().isEqualTo(first.length);
            assertThat(stops).last().isEqualTo(stream.length);
            assertThat(reader.usage()).isEqualTo(new Usage(Usage.Source.EXACT, 281, 251, 128, -1, -1));
            assertThat(reader.responses()).isEqualTo(2);
            assertThat(reader.audioInput()).isEqualTo(43);
            assertThat(reader.audioOutput()).isEqualTo(182);
            assertThat(reader.model()).isEqualTo("gpt-realtime");
            assertThat(reader.status()).isEqualTo("completed");
            assertThat(reader.hasErrors()).isFalse();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("the type may come last, and the message in fragments")
    void orderAndFragments() {
        byte[] event =
                utf8("{\"response\":{\"usage\":{\"output_tokens\":7,\"input_tokens\":5},\"status\":\"cancelled\"},"
                        + "\"type\":\"response.done\"}");
        for (int cut = 0; cut <= event.length; cut++) {
            byte[] stream = join(
                    frame(TEXT, java.util.Arrays.copyOf(event, cut)),
                    frame(FIN, java.util.Arrays.copyOfRange(event, cut, event.length)));
            RealtimeReader reader = new RealtimeReader();
            assertThat(parts(reader, stream, 1000, new ArrayList<>()))
                    .containsExactly(new Usage(Usage.Source.EXACT, 5, 7, -1, -1, -1));
            assertThat(reader.status()).isEqualTo("cancelled");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"response.done\",\"response\":{\"status\":\"failed\",\"usage\":null}}",
                "{\"type\":\"response.done\",\"response\":{\"status\":\"failed\"}}",
                "{\"type\":\"response.done\",\"response\":{\"status\":\"failed\",\"usage\":{\"input_tokens\":\"9\"}}}",
                "{\"type\":\"response.done\",\"response\":{\"status\":\"failed\",\"usage\":{\"input_tokens\":-9,\"output_tokens\":1.5}}}",
            })
    @DisplayName("a response without usage counts as a response only")
    void responseWithoutUsage(String event) {
        RealtimeReader reader = new RealtimeReader();
        assertThat(parts(reader, text(event), 9, new ArrayList<>())).isEmpty();
        assertThat(reader.usage()).isEqualTo(Usage.NONE);
        assertThat(reader.responses()).isEqualTo(1);
        assertThat(reader.status()).isEqualTo("failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "[1]",
                "{\"type\":\"response.done\"",
                "{\"type\":\"response.done}",
                "{\"type\" \"response.done\"}",
                "\u0000\u0001",
            })
    @DisplayName("text that is not a JSON object is an error, and the next message is read again")
    void textThatIsNotJson(String text) {
        RealtimeReader reader = new RealtimeReader();
        assertThat(parts(reader, join(text(text), text(DONE)), 7, new ArrayList<>()))
                .containsExactly(FIRST);
        assertThat(reader.hasErrors()).isTrue();
        assertThat(reader.isBroken()).isFalse();
    }

    @Test
    @DisplayName("invalid UTF-8 is accepted in skipped strings, and replaced in the model")
    void invalidUtf8() {
        byte[] event = utf8("{\"type\":\"session.created\",\"x\":\"??\",\"session\":{\"model\":\"m-?\"}}");
        for (int i = 0; i < event.length; i++) {
            event[i] = event[i] == '?' ? (byte) 0xff : event[i];
        }
        RealtimeReader reader = new RealtimeReader();
        parts(reader, frame(FIN | TEXT, event), 5, new ArrayList<>());
        assertThat(reader.hasErrors()).isFalse();
        assertThat(reader.model()).isEqualTo("m-\ufffd");
    }

    @Test
    @DisplayName("a million brackets and a text of a megabyte pass in bounded memory")
    void hugeMessages() {
        String deep = "[".repeat(1_000_000);
        String event = "{\"type\":\"x\",\"session\":" + deep + ",\"response\":{\"usage\":{\"input_tokens\":1}}}";
        String closed = "{\"x\":" + deep + "]".repeat(1_000_000) + ",\"response\":{\"usage\":{\"input_tokens\":3}},"
                + "\"delta\":\"" + "A".repeat(1 << 20) + "\",\"type\":\"response.done\"}";
        RealtimeReader reader = new RealtimeReader();
        byte[] stream = join(text(event), text("{".repeat(1_000_000)), text(closed));
        assertThat(parts(reader, stream, 1 << 16, new ArrayList<>()))
                .containsExactly(new Usage(Usage.Source.EXACT, 3, -1, -1, -1, -1));
        assertThat(reader.hasErrors()).isTrue();
    }

    @Test
    @DisplayName("the output of a response that has not ended is estimated, by its id, until its usage is known")
    void unfinishedResponses() {
        RealtimeReader reader = new RealtimeReader();
        String delta = "{\"type\":\"%s\",\"response_id\":\"%s\",\"delta\":\"%s\"}";
        byte[] words = join(
                text(CREATED),
                text(delta.formatted("response.output_text.delta", "resp_1", "The lamp is lit, ")),
                text(delta.formatted("response.output_text.delta", "resp_2", "and the sea is calm.")),
                text(
                        "{\"delta\":\"Once\",\"response_id\":\"resp_1\",\"type\":\"response.function_call_arguments.delta\"}"),
                text(delta.formatted("response.output_text.done", "resp_2", "and the sea is calm.")));
        assertThat(parts(reader, words, 11, new ArrayList<>())).isEmpty();
        Usage rest = reader.unfinishedUsage();
        assertThat(rest.source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(rest.input()).isEqualTo(-1);
        assertThat(rest.output()).isBetween(10L, 16L);
        assertThat(reader.usage()).isEqualTo(rest);
        parts(reader, text(DONE), 1000, new ArrayList<>());
        long second = reader.unfinishedUsage().output();
        assertThat(second).isBetween(5L, 8L);
        assertThat(reader.usage()).isEqualTo(new Usage(Usage.Source.ESTIMATED, 2 * 132, 121 + second, 64, -1, -1));
        parts(reader, text(DONE.replace("resp_1", "resp_2")), 1000, new ArrayList<>());
        assertThat(reader.unfinishedUsage()).isNull();
        assertThat(reader.usage()).isEqualTo(new Usage(Usage.Source.EXACT, 264, 242, 128, -1, -1));
        byte[] sound = text(delta.formatted("response.output_audio.delta", "resp_3", "A".repeat(64_000)));
        parts(reader, sound, 1000, new ArrayList<>());
        assertThat(reader.unfinishedUsage().output()).as("one second of sound").isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"usage\":null",
                ",\"usage\":{}",
                ",\"usage\":{\"output_tokens\":0}",
                ",\"usage\":{\"input_tokens\":0,\"output_tokens\":0}",
            })
    @DisplayName("a response that ends without the usage of its output is a part with an estimate, and is over")
    void deliveredOutputWithoutUsage(String usage) {
        RealtimeReader reader = new RealtimeReader();
        for (int i = 1; i <= 100; i++) {
            String id = "resp_" + i;
            String cancelled = "{\"type\":\"response.done\",\"response\":{\"id\":\"" + id
                    + "\",\"status\":\"cancelled\"" + usage + "}}";
            byte[] stream = join(text(DELTA.formatted(id)), text(DELTA.formatted(id)), text(cancelled));
            assertThat(parts(reader, stream, 1000, new ArrayList<>()))
                    .singleElement()
                    .satisfies(part -> {
                        assertThat(part.source()).isEqualTo(Usage.Source.ESTIMATED);
                        assertThat(part.output()).isBetween(8L, 14L);
                    });
            assertThat(reader.unfinishedUsage()).isNull();
        }
        assertThat(reader.usage().input()).isLessThanOrEqualTo(0);
        long estimated = reader.usage().output();
        assertThat(estimated).isBetween(800L, 1400L);
        byte[] reported = join(text(DELTA.formatted("resp_1")), text(DONE));
        assertThat(parts(reader, reported, 1000, new ArrayList<>())).containsExactly(FIRST);
        assertThat(reader.unfinishedUsage()).isNull();
        assertThat(reader.usage().source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(reader.usage().output()).isEqualTo(estimated + 121);
    }

    @Test
    @DisplayName("the input of each response without a report is that of the largest response so far")
    void inputWithoutReport() {
        RealtimeReader reader = new RealtimeReader();
        String created = "{\"type\":\"response.created\",\"response\":{\"id\":\"%s\",\"usage\":null}}";
        parts(reader, join(text(TRANSCRIBED), text(DELTA.formatted("resp_2"))), 1000, new ArrayList<>());
        assertThat(reader.unfinishedUsage().input())
                .as("that of speech is not one")
                .isEqualTo(-1);
        byte[] smaller = text(DONE.replace(":132,", ":40,"));
        byte[] stream = join(
                text(DONE),
                smaller,
                text(created.formatted("resp_3")),
                text(created.formatted("resp_4")),
                text(DELTA.formatted("resp_4")));
        parts(reader, stream, 1000, new ArrayList<>());
        Usage rest = reader.unfinishedUsage();
        assertThat(rest.input()).isEqualTo(3 * 132);
        assertThat(rest.output()).isBetween(8L, 14L);
        assertThat(reader.usage())
                .isEqualTo(new Usage(
                        Usage.Source.ESTIMATED, 17 + 132 + 40 + 3 * 132, 9 + 2 * 121 + rest.output(), 128, -1, -1));
        String failed = "{\"type\":\"response.done\",\"response\":{\"id\":\"%s\"}}";
        assertThat(parts(reader, text(failed.formatted("resp_3")), 1000, new ArrayList<>()))
                .as("nothing was delivered")
                .isEmpty();
        assertThat(parts(reader, text(failed.formatted("resp_4")), 1000, new ArrayList<>()))
                .singleElement()
                .satisfies(part -> assertThat(part.input()).isEqualTo(132));
        assertThat(reader.unfinishedUsage().input()).isEqualTo(132);
    }

    @Test
    @DisplayName("reported counts are believed: the output, however small, and the input of a response without output")
    void reportedCountsAreBelieved() {
        String done = "{\"type\":\"response.done\",\"response\":{\"id\":\"r\",\"usage\":"
                + "{\"input_tokens\":9,\"output_tokens\":%d}}}";
        RealtimeReader reader = new RealtimeReader();
        byte[] one = join(text(DELTA.formatted("r")), text(DELTA.formatted("r")), text(done.formatted(1)));
        assertThat(parts(reader, one, 1000, new ArrayList<>()))
                .containsExactly(new Usage(Usage.Source.EXACT, 9, 1, -1, -1, -1));
        assertThat(parts(reader, text(done.formatted(0)), 1000, new ArrayList<>()))
                .as("no output was delivered")
                .containsExactly(new Usage(Usage.Source.EXACT, 9, 0, -1, -1, -1));
        byte[] none = join(text(DELTA.formatted("r")), text(done.formatted(0)));
        assertThat(parts(reader, none, 1000, new ArrayList<>())).singleElement().satisfies(part -> {
            assertThat(part.source()).isEqualTo(Usage.Source.ESTIMATED);
            assertThat(part.input()).isEqualTo(9);
            assertThat(part.output()).isBetween(4L, 7L);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type":"session.updated","session":{"output_audio_format":"g711_ulaw"}}                          | 10668
            {"type":"session.created","session":{"output_audio_format":"g711_alaw"}}                          | 10668
            {"type":"session.updated","session":{"audio":{"output":{"format":{"type":"audio/pcmu"}}}}}        | 10668
            {"type":"response.created","response":{"audio":{"output":{"format":{"type":"audio/pcma"}}}}}      | 10668
            {"type":"session.updated","session":{"audio":{"output":{"format":{"type":"audio/pcm"}}}}}         | 64000
            {"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcmu"}}}}}         | 64000
            {"type":"session.updated","session":{"input_audio_format":"g711_ulaw"}}                           | 64000
            """)
    @DisplayName("a second of sound is twenty tokens in each format of output")
    void audioFormats(String event, int bytesOfSecond) {
        RealtimeReader reader = new RealtimeReader();
        String sound = "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"delta\":\""
                + "A".repeat(bytesOfSecond) + "\"}";
        parts(reader, join(text(event), text(sound)), 1000, new ArrayList<>());
        assertThat(reader.unfinishedUsage().output()).isEqualTo(20);
        String pcm = "{\"type\":\"session.updated\",\"session\":{\"output_audio_format\":\"pcm16\"}}";
        parts(reader, join(text(pcm), text(sound)), 1000, new ArrayList<>());
        assertThat(reader.unfinishedUsage().output()).as("a format that stays").isEqualTo(40);
        assertThat(reader.hasErrors()).isFalse();
    }

    @Test
    @DisplayName("invented response ids hold little memory, and their output stays counted")
    void manyUnfinishedResponses() {
        UnfinishedOutput output = new UnfinishedOutput();
        for (int i = 0; i < 100_000; i++) {
            output.add("resp_" + i, 2);
        }
        assertThat(output.tokens()).isEqualTo(200_000);
        for (int i = 0; i < 100_000; i++) {
            output.end("resp_" + i);
        }
        assertThat(output.tokens()).isEqualTo(200_000 - 2 * UnfinishedOutput.MOST);
    }

    @Test
    @DisplayName("sums do not overflow")
    void sumsDoNotOverflow() {
        long most = 1L << 53;
        byte[] event = text("{\"type\":\"response.done\",\"response\":{\"usage\":{\"input_tokens\":" + most
                + ",\"output_tokens\":" + most + "}}}");
        RealtimeReader reader = new RealtimeReader();
        for (int i = 0; i < 3000; i++) {
            parts(reader, event, 4096, new ArrayList<>());
        }
        for (int i = 0; i < 40; i++) {
            parts(reader, text(DELTA.formatted(i)), 4096, new ArrayList<>());
        }
        assertThat(reader.unfinishedUsage().input()).isEqualTo(most);
        assertThat(reader.usage().input()).isEqualTo(most);
        assertThat(reader.usage().output()).isEqualTo(most);
    }

    @Test
    @DisplayName("a Close frame has a code and at most 123 bytes of reason, cut between characters")
    void closeFrame() {
        assertThat(CloseFrame.of(CloseFrame.POLICY, "no"))
                .isEqualTo(new byte[] {(byte) 0x88, 4, 3, (byte) 0xf0, 'n', 'o'});
        for (int length = 100; length < 140; length++) {
            byte[] frame = CloseFrame.of(CloseFrame.ERROR, "x".repeat(length % 4) + "\u20ac".repeat(length / 3));
            assertThat(frame).hasSizeBetween(4, 127);
            assertThat(frame[1]).isEqualTo((byte) (frame.length - 2));
            assertThat(new String(frame, 4, frame.length - 4, StandardCharsets.UTF_8))
                    .doesNotContain("\ufffd");
        }
    }
}
