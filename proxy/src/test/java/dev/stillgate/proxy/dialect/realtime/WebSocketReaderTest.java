package dev.stillgate.proxy.dialect.realtime;

import static dev.stillgate.proxy.rig.WebSocketFrames.BINARY;
import static dev.stillgate.proxy.rig.WebSocketFrames.CLOSE;
import static dev.stillgate.proxy.rig.WebSocketFrames.FIN;
import static dev.stillgate.proxy.rig.WebSocketFrames.PING;
import static dev.stillgate.proxy.rig.WebSocketFrames.PONG;
import static dev.stillgate.proxy.rig.WebSocketFrames.TEXT;
import static dev.stillgate.proxy.rig.WebSocketFrames.frame;
import static dev.stillgate.proxy.rig.WebSocketFrames.join;
import static dev.stillgate.proxy.rig.WebSocketFrames.masked;
import static dev.stillgate.proxy.rig.WebSocketFrames.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the reader of frames with the examples of RFC 6455 section 5.7, cut at every byte, and with violations. */
class WebSocketReaderTest {
    private static final String HELLO = "Hello";

    /** Messages that a reader has found, and its state afterwards. */
    private static final class Seen {
        private final ByteArrayOutputStream open = new ByteArrayOutputStream();
        private final List<String> messages = new ArrayList<>();
        private final WebSocketReader reader = new WebSocketReader((buf, from, to) -> open.write(buf, from, to - from));

        Seen read(byte[] bytes, int from, int to) {
            int p = from;
            while (p < to) {
                int next = reader.read(bytes, p, to);
                assertThat(next).isBetween(p + 1, to);
                p = next;
                if (reader.hasTextEnded()) {
                    messages.add(open.toString(StandardCharsets.UTF_8));
                    open.reset();
                }
            }
            return this;
        }
    }

    private static Seen read(byte[] bytes) {
        return new Seen().read(bytes, 0, bytes.length);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static byte[] bytes(int length) {
        return "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({
        "81 05 48 65 6c 6c 6f, Hello",
        "81 85 37 fa 21 3d 7f 9f 4d 51 58, Hello",
        "01 03 48 65 6c 80 02 6c 6f, Hello",
        "89 05 48 65 6c 6c 6f, ",
        "8a 85 37 fa 21 3d 7f 9f 4d 51 58, ",
    })
    @DisplayName("the examples of RFC 6455 section 5.7, whole and cut at every byte")
    void examplesOfTheStandard(String frames, String message) {
        byte[] bytes = hex(frames);
        List<String> expected = message == null ? List.of() : List.of(message);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Seen seen = new Seen().read(bytes, 0, cut).read(bytes, cut, bytes.length);
            assertThat(seen.messages).as("cut at " + cut).isEqualTo(expected);
            assertThat(seen.reader.isBetweenFrames()).isTrue();
        }
    }

    @Test
    @DisplayName("the longer examples: a 256-byte message and one of 64 KiB")
    void longExamplesOfTheStandard() {
        byte[] two = join(hex("82 7e 01 00"), new byte[256]);
        byte[] eight = join(hex("82 7f 00 00 00 00 00 01 00 00"), new byte[65536]);
        assertThat(frame(FIN | BINARY, new byte[256])).isEqualTo(two);
        assertThat(frame(FIN | BINARY, new byte[65536])).isEqualTo(eight);
        assertThat(read(join(two, eight, text(HELLO))).messages).containsExactly(HELLO);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 4095, 4096, 4097, 65535, 65536, 200_000})
    @DisplayName("every form of the length, with and without a mask")
    void lengths(int length) {
        byte[] payload = bytes(length);
        String expected = "x".repeat(length);
        assertThat(read(join(frame(FIN | TEXT, payload), masked(FIN | TEXT, payload))).messages)
                .containsExactly(expected, expected);
    }

    @Test
    @DisplayName("control frames between fragments, and a binary message between texts, are skipped")
    void controlFramesBetweenFragments() {
        byte[] stream = join(
                frame(TEXT, bytes(2)),
                frame(FIN | PING, bytes(125)),
                masked(0, bytes(3)),
                frame(FIN | PONG, new byte[0]),
                frame(FIN, new byte[0]),
                frame(BINARY, bytes(9)),
                frame(FIN, bytes(9)),
                text(HELLO));
        assertThat(read(stream).messages).containsExactly("xxxxx", HELLO);
        for (int cut = 0; cut < stream.length; cut++) {
            Seen seen = new Seen().read(stream, 0, cut).read(stream, cut, stream.length);
            assertThat(seen.messages).containsExactly("xxxxx", HELLO);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c1 05 48 65 6c 6c 6f", // a reserved bit, as of permessage-deflate
                "a1 00",
                "91 00",
                "83 00", // reserved opcodes
                "87 00",
                "8b 00",
                "8f 00",
                "80 01 78", // a continuation of nothing
                "01 01 78 81 01 78", // another message within a message
                "01 01 78 82 01 78",
                "09 00", // a fragmented control frame
                "89 7e 00 7e", // a long control frame
                "88 7f 00 00 00 00 00 01 00 00",
                "81 7e 00 7d", // lengths in a longer form than needed
                "81 7f 00 00 00 00 00 00 ff ff",
                "81 7f ff ff ff ff ff ff ff ff", // a negative length
                "88 00 81 00", // a frame after Close
            })
    @DisplayName("a violation ends reading, and nothing after it is taken for a message")
    void violations(String frames) {
        byte[] bytes = join(text(HELLO), hex(frames), text("after"));
        for (int cut = 0; cut < bytes.length; cut++) {
            Seen seen = new Seen().read(bytes, 0, cut).read(bytes, cut, bytes.length);
            assertThat(seen.messages).containsExactly(HELLO);
            assertThat(seen.reader.isBroken()).isTrue();
            assertThat(seen.reader.isBetweenFrames()).isFalse();
        }
    }

    @Test
    @DisplayName("between two frames there is place for a Close frame, within one or after another Close there is not")
    void placesForClose() {
        byte[] first = frame(TEXT, bytes(3));
        for (int cut = 0; cut <= first.length; cut++) {
            boolean between = cut == 0 || cut == first.length;
            assertThat(new Seen().read(first, 0, cut).reader.isBetweenFrames()).isEqualTo(between);
        }
        assertThat(read(frame(FIN | CLOSE, hex("03 e8"))).reader.isBetweenFrames())
                .isFalse();
    }

    @Test
    @DisplayName("an announced length of 2^63 - 1 holds no memory, and a message of endless fragments neither")
    void announcedLengthsHoldNoMemory() {
        long[] received = new long[1];
        WebSocketReader huge = new WebSocketReader((buf, from, to) -> received[0] += to - from);
        byte[] head = hex("81 7f 7f ff ff ff ff ff ff ff");
        huge.read(head, 0, head.length);
        byte[] piece = new byte[1 << 16];
        for (int i = 0; i < 1000; i++) {
            assertThat(huge.read(piece, 0, piece.length)).isEqualTo(piece.length);
        }
        assertThat(received[0]).isEqualTo(1000L << 16);
        assertThat(huge.isBroken()).isFalse();
        WebSocketReader endless = new WebSocketReader((buf, from, to) -> received[0] -= to - from);
        byte[] fragment = frame(0, bytes(1000));
        endless.read(frame(TEXT, bytes(0)), 0, 2);
        for (int i = 0; i < 100_000; i++) {
            endless.read(fragment, 0, fragment.length);
        }
        assertThat(endless.isBroken()).isFalse();
        assertThat(endless.hasTextEnded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("random valid streams, cut at random places, give the messages that were written")
    void randomStreams(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<String> written = new ArrayList<>();
            byte[] stream = stream(random, written);
            Seen seen = new Seen();
            int at = 0;
            while (at < stream.length) {
                int next = Math.min(stream.length, at + 1 + random.nextInt(300));
                seen.read(stream, at, next);
                at = next;
            }
            assertThat(seen.messages).isEqualTo(written);
            assertThat(seen.reader.isBetweenFrames()).isTrue();
        }
    }

    private static byte[] stream(Random random, List<String> written) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int message = random.nextInt(5); message >= 0; message--) {
            boolean isText = random.nextInt(3) > 0;
            StringBuilder text = new StringBuilder();
            int fragments = 1 + random.nextInt(4);
            for (int i = 0; i < fragments; i++) {
                String part = "abcdefgh".substring(random.nextInt(8)).repeat(random.nextInt(200));
                int first = (i == 0 ? isText ? TEXT : BINARY : 0) | (i == fragments - 1 ? FIN : 0);
                byte[] payload = part.getBytes(StandardCharsets.US_ASCII);
                out.writeBytes(random.nextBoolean() ? frame(first, payload) : masked(first, payload));
                text.append(part);
                if (random.nextBoolean()) {
                    out.writeBytes(frame(FIN | PING, bytes(random.nextInt(126))));
                }
            }
            if (isText) {
                written.add(text.toString());
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    @DisplayName("random bytes never throw, and the result does not depend on how they are cut")
    void randomBytes(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && random.nextBoolean()) {
                bytes[0] = (byte) (FIN | TEXT);
                bytes[1] &= 0x7f;
            }
            Seen whole = read(bytes);
            Seen single = new Seen();
            for (int i = 0; i < bytes.length; i++) {
                single.read(bytes, i, i + 1);
            }
            assertThat(single.messages).isEqualTo(whole.messages);
            assertThat(single.reader.isBroken()).isEqualTo(whole.reader.isBroken());
            assertThat(single.reader.isBetweenFrames()).isEqualTo(whole.reader.isBetweenFrames());
        }
    }
}
