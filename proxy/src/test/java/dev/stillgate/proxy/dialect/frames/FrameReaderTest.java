package dev.stillgate.proxy.dialect.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading the event stream of Amazon Bedrock. */
class FrameReaderTest {
    private static final String EVENT = "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"w\u00f6rds\"}}";
    private static final byte[] CHUNK = FrameWriter.chunk(EVENT.getBytes(StandardCharsets.UTF_8));

    private static final byte[] EXCEPTION =
            FrameWriter.exception("throttlingException", "{\"message\":\"slow\"}".getBytes(StandardCharsets.UTF_8));

    private final List<String> seen = new ArrayList<>();
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

    private FrameReader read(byte[] stream, int... cuts) {
        seen.clear();
        raw.reset();
        FrameReader reader = new FrameReader();
        FrameReader.Out out = new FrameReader.Out() {
            @Override
            public void event(byte[] json) {
                seen.add(new String(json, StandardCharsets.UTF_8));
            }

            @Override
            public void other(byte[] bytes, int from, int to) {
                raw.write(bytes, from, to - from);
            }

            @Override
            public void exception(byte[] bytes, int from, int to) {
                seen.add("exception " + (to - from));
            }
        };
        int at = 0;
        for (int cut : cuts) {
            reader.read(stream, at, cut - at, out);
            at = cut;
        }
        reader.read(stream, at, stream.length - at, out);
        reader.end(out);
        return reader;
    }

    @Test
    @DisplayName("engine A1: the memory of a large frame is not kept for the rest of the stream")
    void memoryOfALargeFrameIsFreed() {
        byte[] large = FrameWriter.chunk(("\"" + "x".repeat(200_000) + "\"").getBytes(StandardCharsets.UTF_8));
        FrameReader reader = read(join(CHUNK, large));
        assertThat(reader.memory()).isLessThanOrEqualTo(FrameReader.MOST_KEPT);
        assertThat(seen).hasSize(2);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] chunk(String payload) {
        return FrameWriter.frame(
                payload.getBytes(StandardCharsets.UTF_8), ":event-type", "chunk", ":message-type", "event");
    }

    @Test
    @DisplayName("engine A1: events are read from frames split at every byte")
    void everySplit() {
        byte[] stream = join(CHUNK, EXCEPTION);
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(read(stream, cut).hasErrors()).isFalse();
            assertThat(seen).containsExactly(EVENT, "exception " + EXCEPTION.length);
            assertThat(raw.size()).isZero();
        }
        int[] every = new int[stream.length];
        Arrays.setAll(every, i -> i);
        read(stream, every);
        assertThat(seen).containsExactly(EVENT, "exception " + EXCEPTION.length);
    }

    @Test
    @DisplayName("engine A1: a flipped bit anywhere ends the reading, and all bytes pass")
    void everyFlippedBitIsFound() {
        byte[] stream = join(CHUNK, CHUNK);
        for (int bit = 0; bit < CHUNK.length * 8; bit++) {
            byte[] flipped = stream.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(read(flipped).hasErrors()).isTrue();
            assertThat(seen).isEmpty();
            assertThat(raw.toByteArray()).isEqualTo(flipped);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, (32 << 20) + 1})
    void lyingLengthEndsTheReading(int length) {
        byte[] stream = join(prelude(length, 0), CHUNK);
        assertThat(read(stream).hasErrors()).isTrue();
        assertThat(seen).isEmpty();
        assertThat(raw.toByteArray()).isEqualTo(stream);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 5, Integer.MAX_VALUE})
    void lyingHeaderLengthEndsTheReading(int headers) {
        byte[] stream = join(prelude(20, headers), CHUNK);
        assertThat(read(stream).hasErrors()).isTrue();
        assertThat(seen).isEmpty();
    }

    private static byte[] prelude(int total, int headers) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(total).putInt(headers);
        CRC32 crc = new CRC32();
        crc.update(prelude.array(), 0, 8);
        return prelude.putInt((int) crc.getValue()).array();
    }

    @Test
    @DisplayName("engine A1: a giant frame passes unread, and reading goes on after it")
    void giantFramePasses() {
        byte[] giant = FrameWriter.frame(new byte[2 << 20], ":event-type", "chunk", ":message-type", "event");
        assertThat(read(join(giant, CHUNK), 5, 100_000).hasErrors()).isTrue();
        assertThat(seen).containsExactly(EVENT);
        assertThat(raw.toByteArray()).isEqualTo(giant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"bytes\":7}",
                "{\"bytes\":\"\"}",
                "{\"bytes\":\"%%%\"}",
                "{\"bytes\":\"AAA=AAA=\"}",
                "{\"bytes\":\"AA",
                "{\"bytes\":\"e30=\",\"bytes\":\"e30=\"}"
            })
    @DisplayName("engine A1: a chunk without a readable event passes as it came, and reading goes on")
    void unreadablePayloadPasses(String payload) {
        byte[] frame = chunk(payload);
        assertThat(read(join(frame, CHUNK)).hasErrors()).isTrue();
        assertThat(seen).containsExactly(EVENT);
        assertThat(raw.toByteArray()).isEqualTo(frame);
    }

    @Test
    void otherEventsPassWithoutError() {
        byte[] other = FrameWriter.frame(new byte[3], ":event-type", "initial-response", ":message-type", "event");
        byte[] bare = FrameWriter.frame(new byte[0]);
        assertThat(read(join(other, bare, CHUNK)).hasErrors()).isFalse();
        assertThat(seen).containsExactly(EVENT);
        assertThat(raw.toByteArray()).isEqualTo(join(other, bare));
    }

    @Test
    void lineEndsWithinAnEventBecomeBlanks() {
        read(FrameWriter.chunk("{\r\n\"a\":\n1}".getBytes(StandardCharsets.UTF_8)));
        assertThat(seen).containsExactly("{  \"a\": 1}");
    }

    @Test
    void cutFramePassesAtTheEnd() {
        byte[] cut = Arrays.copyOf(CHUNK, CHUNK.length - 1);
        assertThat(read(join(CHUNK, cut)).hasErrors()).isTrue();
        assertThat(raw.toByteArray()).isEqualTo(cut);
    }

    @Test
    @DisplayName("engine A1: headers of every type are skipped, and malformed headers name no event")
    void headersOfEveryType() {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        int[] sizes = {0, 0, 1, 2, 4, 8, -1, -1, 8, 16};
        for (int type = 0; type < sizes.length; type++) {
            headers.writeBytes(new byte[] {1, 'h', (byte) type});
            headers.writeBytes(sizes[type] < 0 ? new byte[] {0, 3, 1, 2, 3} : new byte[sizes[type]]);
        }
        byte[] typed = spliced(headers.toByteArray());
        assertThat(read(typed).hasErrors()).isFalse();
        assertThat(seen).containsExactly(EVENT);
        for (byte[] bad : new byte[][] {{1, 'h', 10}, {1, 'h', 7, 0x7f, 0}, {(byte) 0xff}, {1, 'h', 6, 0}}) {
            byte[] frame = spliced(bad);
            read(frame);
            assertThat(raw.size() + seen.size()).isPositive();
        }
    }

    /** Returns the chunk with more headers before its own. */
    private static byte[] spliced(byte[] headers) {
        int size = ByteBuffer.wrap(CHUNK).getInt(4) + headers.length;
        int total = CHUNK.length + headers.length;
        ByteBuffer frame = ByteBuffer.allocate(total)
                .put(prelude(total, size))
                .put(headers)
                .put(CHUNK, 12, CHUNK.length - 16);
        CRC32 crc = new CRC32();
        crc.update(frame.array(), 0, total - 4);
        return frame.putInt((int) crc.getValue()).array();
    }

    @Test
    @DisplayName("engine A1: no bytes make the reader fail, and none are lost")
    void noBytesMakeItFail() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] stream = join(CHUNK, CHUNK);
            for (int change = random.nextInt(4); change >= 0; change--) {
                stream[random.nextInt(stream.length)] = (byte) random.nextInt();
            }
            read(stream, random.nextInt(stream.length));
            assertThat(seen.size() * CHUNK.length + raw.size()).isEqualTo(stream.length);
        }
    }
}
