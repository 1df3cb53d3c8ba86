package dev.stillgate.proxy.dialect.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Writing the event stream of Amazon Bedrock from server-sent events. */
class FrameWriterTest {
    private final FrameWriter writer = new FrameWriter();

    /** Returns the events and other bytes in a stream of frames. */
    private static List<String> frames(byte[] stream) {
        List<String> seen = new ArrayList<>();
        FrameReader reader = new FrameReader();
        FrameReader.Out out = new FrameReader.Out() {
            @Override
            public void event(byte[] json) {
                seen.add(new String(json, StandardCharsets.UTF_8));
            }

            @Override
            public void other(byte[] bytes, int from, int to) {
                seen.add("other " + (to - from));
            }

            @Override
            public void exception(byte[] bytes, int from, int to) {
                seen.add("exception " + (to - from));
            }
        };
        reader.read(stream, 0, stream.length, out);
        reader.end(out);
        assertThat(reader.hasErrors()).isFalse();
        return seen;
    }

    private byte[] write(byte[] sse, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 0; at < sse.length; at += size) {
            all.writeBytes(writer.read(sse, at, Math.min(sse.length, at + size)));
        }
        return all.toByteArray();
    }

    @Test
    @DisplayName("engine A1: a frame has the layout and checksums of the documentation")
    void frameIsThatOfTheDocumentation() {
        assertThat(HexFormat.of().formatHex(FrameWriter.frame(new byte[0])))
                .isEqualTo("000000100000000005c248eb7d98c8ff");
    }

    @Test
    @DisplayName("engine A1: events split at any byte become chunks, in order")
    void eventsBecomeChunks() {
        byte[] raw = FrameWriter.exception("throttlingException", "{}".getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream sse = new ByteArrayOutputStream();
        sse.writeBytes("event: a\ndata: {\"a\":\"\u00e4\"}\n\n".getBytes(StandardCharsets.UTF_8));
        sse.writeBytes(FrameWriter.comment(raw, 0, raw.length));
        sse.writeBytes(": other comment\ndata:{\"b\":2}\n\n".getBytes(StandardCharsets.UTF_8));
        for (int size = 1; size <= sse.size(); size++) {
            assertThat(frames(write(sse.toByteArray(), size)))
                    .containsExactly("{\"a\":\"\u00e4\"}", "exception " + raw.length, "{\"b\":2}");
            assertThat(writer.isEmpty()).isTrue();
        }
    }

    @Test
    void partOfAnEventIsHeld() {
        byte[] sse = "data: {}\n".getBytes(StandardCharsets.UTF_8);
        assertThat(write(sse, sse.length)).isEmpty();
        assertThat(writer.isEmpty()).isFalse();
    }

    @Test
    @DisplayName("engine A1: the lengths of chunks do not reveal those of short texts")
    void chunksArePadded() {
        int length = FrameWriter.chunk(new byte[1]).length;
        for (int size = 2; size < 45; size++) {
            assertThat(FrameWriter.chunk(new byte[size])).hasSize(length);
        }
    }
}
