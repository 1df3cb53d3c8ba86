package dev.stillgate.proxy.dialect.frames;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Fuzz target: wherever an event stream is cut, its events and its other bytes are the same. After a frame with right
 * checksums the next one is read, whatever the first one contains.
 */
public final class FrameReaderFuzz {
    private static final String LAST = "{\"type\":\"message_stop\"}";
    private static final byte[] CHUNK = FrameWriter.chunk(LAST.getBytes(StandardCharsets.UTF_8));

    private FrameReaderFuzz() {}

    /** Runs the target on the position of the cut, followed by the stream; if it is odd, by the inside of one frame. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 20) {
            return;
        }
        boolean sealed = (data[0] & 1) != 0;
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        byte[] stream = sealed ? sealed(bytes) : bytes;
        String whole = read(stream, stream.length);
        String cut = read(stream, 1 + (data[0] & 0xff) * stream.length / 256);
        String single = read(stream, 1);
        if (!whole.equals(cut) || !whole.equals(single)) {
            throw new IllegalStateException("whole: " + whole + "\nin pieces: " + cut + "\nbyte by byte: " + single);
        }
        if (sealed && !whole.endsWith("event " + LAST)) {
            throw new IllegalStateException("the next frame is lost: " + whole);
        }
    }

    /** Returns a frame with right lengths and checksums, followed by a chunk. */
    private static byte[] sealed(byte[] bytes) {
        int most = bytes.length - FrameReader.PRELUDE - FrameReader.CRC;
        int headers = Math.floorMod(ByteBuffer.wrap(bytes).getInt(4), most + 1);
        ByteBuffer frame =
                ByteBuffer.allocate(bytes.length + CHUNK.length).put(bytes).put(CHUNK);
        frame.putInt(0, bytes.length).putInt(4, headers);
        frame.putInt(8, crc(frame.array(), 8));
        int end = bytes.length - FrameReader.CRC;
        return frame.putInt(end, crc(frame.array(), end)).array();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static String read(byte[] stream, int piece) {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        FrameReader.Out out = new FrameReader.Out() {
            @Override
            public void event(byte[] json) {
                seen.writeBytes("event ".getBytes(StandardCharsets.UTF_8));
                seen.writeBytes(json);
            }

            @Override
            public void other(byte[] bytes, int from, int to) {
                seen.write(bytes, from, to - from);
            }

            @Override
            public void exception(byte[] bytes, int from, int to) {
                other(bytes, from, to);
            }
        };
        FrameReader reader = new FrameReader();
        for (int at = 0; at < stream.length; at += piece) {
            reader.read(stream, at, Math.min(piece, stream.length - at), out);
        }
        reader.end(out);
        return seen.toString(StandardCharsets.ISO_8859_1);
    }
}
