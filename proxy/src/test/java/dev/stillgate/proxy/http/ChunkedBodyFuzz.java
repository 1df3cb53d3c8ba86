package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fuzz target: wherever a chunked body is cut, its payload and its end are the same, and the payload is part of the
 * input.
 */
public final class ChunkedBodyFuzz {
    private ChunkedBodyFuzz() {}

    /** Runs the target on the position of the cut, followed by the body. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        String whole = read(bytes, bytes.length);
        String cut = read(bytes, 1 + (data[0] & 0xff) * bytes.length / 256);
        String single = read(bytes, 1);
        if (!whole.equals(cut) || !whole.equals(single)) {
            throw new IllegalStateException("whole: " + whole + "\nin pieces: " + cut + "\nbyte by byte: " + single);
        }
    }

    private static String read(byte[] bytes, int piece) {
        ChunkedBody chunks = new ChunkedBody();
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        int at = 0;
        try {
            while (at < bytes.length && !chunks.done()) {
                int end = Math.min(bytes.length, at + piece);
                int next = chunks.advance(in, at, end, (from, index, length) -> payload.write(bytes, index, length));
                if (next < end && !chunks.done()) {
                    throw new IllegalStateException("it stopped at " + next + " of " + end);
                }
                at = next;
            }
        } catch (BadMessage e) {
            return "refused"; // the payload before a fault depends on the pieces
        }
        String text = payload.toString(StandardCharsets.ISO_8859_1);
        if (text.length() > bytes.length) {
            throw new IllegalStateException("more payload than bytes");
        }
        return (chunks.done() ? "done at " + at : "open") + chunks.atChunkBoundary() + text;
    }
}
