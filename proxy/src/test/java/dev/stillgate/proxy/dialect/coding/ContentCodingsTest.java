package dev.stillgate.proxy.dialect.coding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.stillgate.proxy.dialect.Mutations;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Verdict.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingsTest {
    private static final long MAX = 32 << 20;
    private static final int RATIO = 100;

    enum Coding {
        GZIP,
        BR,
        ZSTD;

        String token() {
            return name().toLowerCase(Locale.ROOT);
        }

        byte[] encode(byte[] plain) {
            assumeTrue(this != BR || Brotli4jLoader.isAvailable(), "no native brotli for this platform");
            try {
                return switch (this) {
                    case GZIP -> {
                        ByteArrayOutputStream out = new ByteArrayOutputStream();
                        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                            gzip.write(plain);
                        }
                        yield out.toByteArray();
                    }
                    case BR -> Encoder.compress(plain, new Encoder.Parameters().setQuality(4));
                    case ZSTD -> Zstd.compress(plain);
                };
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static byte[] text(int length) {
        Random random = new Random(length);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ("etaoin shrdlu\n".charAt(random.nextInt(14)));
        }
        return text;
    }

    private static byte[] decode(String coding, byte[] body, long max, int ratio) throws MalformedBody {
        byte[] padded = new byte[body.length + 20];
        System.arraycopy(body, 0, padded, 7, body.length);
        ContentCodings.Decoded d = ContentCodings.decode(coding, padded, 7, body.length, max, ratio);
        return Arrays.copyOfRange(d.bytes(), d.off(), d.off() + d.len());
    }

    private static void refuses(Kind kind, String coding, byte[] body, long max, int ratio) {
        assertThatThrownBy(() -> decode(coding, body, max, ratio))
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void bodiesOfEverySizeAreDecoded(Coding coding) throws MalformedBody {
        for (int length : new int[] {0, 1, 2, 63, 64, 65, 1000, 65_535, 65_536, 300_000, 3_000_000}) {
            byte[] plain = text(length);
            assertThat(decode(coding.token(), coding.encode(plain), MAX, RATIO)).isEqualTo(plain);
        }
        assertThat(decode(coding.name(), coding.encode(text(10)), MAX, RATIO)).isEqualTo(text(10));
    }

    @Test
    void plainBodyIsNotCopied() throws MalformedBody {
        byte[] body = new byte[10];
        for (String coding : new String[] {null, "identity", "Identity"}) {
            ContentCodings.Decoded d = ContentCodings.decode(coding, body, 2, 5, 5, 1);
            assertThat(d.bytes()).isSameAs(body);
            assertThat(d.off()).isEqualTo(2);
            assertThat(d.len()).isEqualTo(5);
        }
        refuses(Kind.TOO_LARGE, null, new byte[6], 5, 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "deflate",
                "compress",
                "x-gzip",
                "gzip, gzip",
                "gzip,",
                ",gzip",
                "gzip;q=1",
                " gzip",
                "gzip\t",
                "identity, gzip",
                "br, gzip",
                "*",
                "gzip\0",
                "dcb",
                "gz\u0131p"
            })
    void otherCodingsAreRejected(String coding) {
        refuses(Kind.UNSUPPORTED_CODING, coding, Coding.GZIP.encode(text(10)), MAX, RATIO);
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void truncatedBodyIsMalformed(Coding coding) {
        byte[] body = coding.encode(text(700));
        for (int length = 0; length < body.length; length++) {
            refuses(Kind.MALFORMED, coding.token(), Arrays.copyOf(body, length), MAX, RATIO);
        }
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void trailingBytesAreMalformed(Coding coding) {
        byte[] body = coding.encode(text(700));
        for (int more = 1; more < 20; more++) {
            refuses(Kind.MALFORMED, coding.token(), Arrays.copyOf(body, body.length + more), MAX, RATIO);
        }
        byte[] twice = Arrays.copyOf(body, 2 * body.length);
        System.arraycopy(body, 0, twice, body.length, body.length);
        refuses(Kind.MALFORMED, coding.token(), twice, MAX, RATIO);
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void sizeLimitIsExact(Coding coding) throws MalformedBody {
        for (int length : new int[] {1, 64, 5000, 200_000}) {
            byte[] body = coding.encode(text(length));
            assertThat(decode(coding.token(), body, length, RATIO)).hasSize(length);
            refuses(Kind.TOO_LARGE, coding.token(), body, length - 1, RATIO);
        }
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void decompressionBombIsTooLarge(Coding coding) throws MalformedBody {
        byte[] bomb = coding.encode(new byte[20_000_000]);
        assertThat(bomb.length).isLessThan(30_000);
        refuses(Kind.TOO_LARGE, coding.token(), bomb, Long.MAX_VALUE, RATIO);
        refuses(Kind.TOO_LARGE, coding.token(), bomb, 1_000_000, Integer.MAX_VALUE);
        assertThat(decode(coding.token(), coding.encode(new byte[ContentCodings.RATIO_FREE_BYTES]), MAX, 1))
                .hasSize(ContentCodings.RATIO_FREE_BYTES);
    }

    @Test
    void wrongChecksumOrLengthIsMalformed() {
        byte[] gzip = Coding.GZIP.encode(text(300));
        for (int i = 1; i <= 8; i++) {
            byte[] bad = gzip.clone();
            bad[bad.length - i] ^= 1;
            refuses(Kind.MALFORMED, "gzip", bad, MAX, RATIO);
        }
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            byte[] zstd = context.setChecksum(true).compress(text(300));
            zstd[zstd.length - 1] ^= 1;
            refuses(Kind.MALFORMED, "zstd", zstd, MAX, RATIO);
        }
    }

    @Test
    void optionalGzipHeaderFieldsAreChecked() throws MalformedBody {
        byte[] gzip = Coding.GZIP.encode(text(300));
        byte[] head = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 'c', 0};
        CRC32 crc = new CRC32();
        crc.update(head);
        byte[] full = Arrays.copyOf(head, head.length + 2 + gzip.length - 10);
        full[head.length] = (byte) crc.getValue();
        full[head.length + 1] = (byte) (crc.getValue() >> 8);
        System.arraycopy(gzip, 10, full, head.length + 2, gzip.length - 10);
        assertThat(decode("gzip", full, MAX, RATIO)).isEqualTo(text(300));
        for (int at : new int[] {0, 1, 2, 3, 10, 11, 14, head.length, head.length + 1}) {
            byte[] bad = full.clone();
            bad[at] ^= (byte) 0xe0;
            refuses(Kind.MALFORMED, "gzip", bad, MAX, RATIO);
        }
    }

    @Test
    void zstdLargeWindowDictionaryAndSkippableFrameAreRejected() {
        byte[] plain = text(100_000);
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setContentSize(false).setLevel(3);
            byte[] zstd = context.compress(plain);
            byte[] wide = zstd.clone();
            assertThat(wide[4] & 0x20).as("not a single segment").isZero();
            wide[5] = (byte) ((24 - 10) << 3);
            refuses(Kind.MALFORMED, "zstd", wide, MAX, RATIO);
            byte[] dictionary = zstd.clone();
            dictionary[4] |= 1;
            refuses(Kind.MALFORMED, "zstd", dictionary, MAX, RATIO);
        }
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'h', 'i'};
        refuses(Kind.MALFORMED, "zstd", skippable, MAX, RATIO);
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void mutatedBodiesAreDecodedOrMalformed(Coding coding) {
        Random random = new Random(3);
        byte[] body = coding.encode(
                "{\"model\":\"m\"}, and some more of it".repeat(20).getBytes(StandardCharsets.UTF_8));
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            try {
                assertThat(decode(coding.token(), Mutations.mutate(body, random), 5000, RATIO).length)
                        .isLessThanOrEqualTo(5000);
            } catch (MalformedBody e) {
                assertThat(e.kind()).isNotEqualTo(Kind.UNSUPPORTED_CODING);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }
}
