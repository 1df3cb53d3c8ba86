package dev.stillgate.proxy.dialect.coding;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of request content codings: identity, or exactly one complete gzip, br or zstd stream without trailing bytes,
 * up to a size limit. All else is rejected, because the upstream might decode a different body from it.
 */
public final class ContentCodings {
    /** Decoded size in bytes up to which the ratio is not limited: short repetitive texts are legitimate. */
    public static final int RATIO_FREE_BYTES = 64 * 1024;

    private static final int CHUNK = 64 * 1024;
    private static final long ZSTD_MAX_WINDOW = 8L << 20;
    private static final int ZSTD_MAGIC = 0xfd2fb528;

    private ContentCodings() {}

    /** A decoded body as a slice of an array; of the input array itself if there was nothing to decode. */
    public static final class Decoded {
        private final byte[] bytes;
        private final int off;
        private final int len;

        private Decoded(byte[] bytes, int off, int len) {
            this.bytes = bytes;
            this.off = off;
            this.len = len;
        }

        /** Returns the array with the {@link #len} bytes of the body from {@link #off}. Not a copy. */
        public byte[] bytes() {
            return bytes;
        }

        public int off() {
            return off;
        }

        public int len() {
            return len;
        }
    }

    /**
     * Decodes a body.
     *
     * @param contentEncoding the value of {@code Content-Encoding}, null if absent
     * @param maxBytes limit of the decoded size
     * @param maxRatio limit of decoded bytes per encoded byte, above {@link #RATIO_FREE_BYTES}
     * @throws MalformedBody of kind UNSUPPORTED_CODING for other codings or several, of kind MALFORMED for truncated or
     *     invalid input and trailing bytes, of kind TOO_LARGE beyond a limit
     */
    public static Decoded decode(
            @Nullable String contentEncoding, byte[] buf, int off, int len, long maxBytes, int maxRatio)
            throws MalformedBody {
        String coding = contentEncoding == null ? "identity" : contentEncoding.toLowerCase(Locale.ROOT);
        if (coding.equals("identity")) {
            if (len > maxBytes) {
                throw BoundedOutput.tooLarge();
            }
            return new Decoded(buf, off, len);
        }
        long byRatio = Math.max(RATIO_FREE_BYTES, (long) len * maxRatio);
        int bound = (int) Math.min(Integer.MAX_VALUE - 8, Math.min(maxBytes, byRatio));
        BoundedOutput out = new BoundedOutput(bound, 4L * len);
        switch (coding) {
            case "gzip" -> new GzipMember(buf, off, len).decode(out);
            case "br" -> brotli(buf, off, len, out);
            case "zstd" -> zstd(buf, off, len, bound, out);
            default -> throw unsupported();
        }
        return new Decoded(out.bytes(), 0, out.length());
    }

    static MalformedBody malformed() {
        return new MalformedBody("coding-malformed", "the body does not match its Content-Encoding", -1);
    }

    private static MalformedBody unsupported() {
        return new MalformedBody(
                Verdict.Kind.UNSUPPORTED_CODING,
                "coding-unsupported",
                "Content-Encoding must be one of identity, gzip, br and zstd",
                -1);
    }

    /**
     * Decodes a Brotli stream. The last byte is passed on its own: a decoder that finishes before it has trailing
     * bytes, which the native API does not report.
     */
    private static void brotli(byte[] buf, int off, int len, BoundedOutput out) throws MalformedBody {
        if (!Brotli4jLoader.isAvailable()) {
            throw unsupported();
        }
        DecoderJNI.Wrapper decoder = null;
        try {
            decoder = new DecoderJNI.Wrapper(Math.max(1, Math.min(len, CHUNK)));
            int p = off;
            int end = off + len;
            while (decoder.getStatus() != DecoderJNI.Status.DONE || decoder.hasOutput()) {
                switch (decoder.getStatus()) {
                    case OK -> decoder.push(0);
                    case DONE, NEEDS_MORE_OUTPUT -> out.add(decoder.pull());
                    case NEEDS_MORE_INPUT -> p = push(decoder, buf, p, end);
                    case ERROR -> throw malformed();
                }
            }
            if (p != end) {
                throw malformed();
            }
        } catch (IOException e) {
            throw unsupported();
        } finally {
            if (decoder != null) {
                decoder.destroy();
            }
        }
    }

    private static int push(DecoderJNI.Wrapper decoder, byte[] buf, int p, int end) throws MalformedBody {
        if (p == end) {
            throw malformed();
        }
        ByteBuffer input = decoder.getInputBuffer();
        input.clear();
        int count = Math.max(1, Math.min(input.remaining(), end - p - 1));
        input.put(buf, p, count);
        decoder.push(count);
        return p + count;
    }

    /** Decodes one Zstandard frame (RFC 8878), with a window of at most 8 MiB (RFC 9659) and without a dictionary. */
    private static void zstd(byte[] buf, int off, int len, int bound, BoundedOutput out) throws MalformedBody {
        try {
            checkZstdFrame(buf, off, len, bound);
            decodeZstdFrame(ByteBuffer.wrap(buf, off, len), out);
        } catch (ZstdException e) {
            throw malformed();
        }
    }

    private static void decodeZstdFrame(ByteBuffer input, BoundedOutput out) throws MalformedBody {
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            boolean finished = false;
            while (!finished) {
                ByteBuffer free = out.isFull() ? ByteBuffer.allocate(1) : out.free();
                int positionBefore = free.position();
                int inputBefore = input.remaining();
                finished = context.decompressByteBufferStream(free, input);
                int count = free.position() - positionBefore;
                if (!out.isFull()) {
                    out.advanceTo(free);
                } else if (count > 0) {
                    throw BoundedOutput.tooLarge();
                }
                if (!finished && count == 0 && input.remaining() == inputBefore) {
                    throw malformed();
                }
            }
            if (input.hasRemaining()) {
                throw malformed();
            }
        }
    }

    private static void checkZstdFrame(byte[] buf, int off, int len, int bound) throws MalformedBody {
        if (len < 6
                || ByteBuffer.wrap(buf, off, 4).order(ByteOrder.LITTLE_ENDIAN).getInt() != ZSTD_MAGIC) {
            throw malformed();
        }
        if (Zstd.findFrameCompressedSize(buf, off, len) != len) {
            throw malformed();
        }
        int descriptor = buf[off + 4];
        boolean singleSegment = (descriptor & 0x20) != 0;
        boolean dictionary = (descriptor & 3) != 0;
        if (dictionary) {
            throw malformed();
        }
        if (singleSegment) {
            long size = Zstd.getFrameContentSize(buf, off, len);
            if (size < 0 || size > bound) {
                throw size < 0 ? malformed() : BoundedOutput.tooLarge();
            }
        } else {
            int window = buf[off + 5] & 0xff;
            long base = 1L << (10 + (window >>> 3));
            if (base + base / 8 * (window & 7) > ZSTD_MAX_WINDOW) {
                throw malformed();
            }
        }
    }
}
