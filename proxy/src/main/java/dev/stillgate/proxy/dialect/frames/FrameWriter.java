package dev.stillgate.proxy.dialect.frames;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * Writer of the frames that {@link FrameReader} reads, from server-sent events in pieces split at any byte. Each event
 * becomes a {@code chunk}; a frame that {@link #comment} has wrapped becomes itself again. Not thread-safe.
 *
 * <p>The lengths of chunks grow in steps of {@value #STEP} bytes. Otherwise they would reveal the lengths of words to
 * those who see the encrypted stream.
 */
public final class FrameWriter {
    private static final int STEP = 64;
    private static final byte STRING = 7;
    private static final byte[] DATA = ascii("data:");
    private static final byte[] FRAME = ascii(":frame ");
    private static final String PADDING = "abcdefghijklmnopqrstuvwxyz".repeat(3);

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Returns bytes of a stream as a comment between two events, which readers of events ignore. */
    public static byte[] comment(byte[] bytes, int from, int to) {
        byte[] base64 = Base64.getEncoder()
                .encode(ByteBuffer.wrap(bytes, from, to - from))
                .array();
        return ByteBuffer.allocate(FRAME.length + base64.length + 1)
                .put(FRAME)
                .put(base64)
                .put((byte) '\n')
                .array();
    }

    /** Returns the frames of the events that are complete with a piece; empty if there is none. */
    public byte[] read(byte[] buf, int from, int to) {
        for (int p = from; p < to; p++) {
            if (buf[p] == '\n') {
                endLine(line.toByteArray());
                line.reset();
            } else {
                line.write(buf[p]);
            }
        }
        byte[] frames = out.toByteArray();
        out.reset();
        return frames;
    }

    /** Returns whether no part of an event is held. */
    public boolean isEmpty() {
        return line.size() == 0 && data.size() == 0;
    }

    private void endLine(byte[] bytes) {
        if (bytes.length == 0) {
            if (data.size() > 0) {
                out.writeBytes(chunk(data.toByteArray()));
                data.reset();
            }
        } else if (startsWith(bytes, DATA)) {
            if (data.size() > 0) {
                data.write('\n');
            }
            int start = DATA.length + (bytes.length > DATA.length && bytes[DATA.length] == ' ' ? 1 : 0);
            data.write(bytes, start, bytes.length - start);
        } else if (startsWith(bytes, FRAME)) {
            out.writeBytes(Base64.getDecoder().decode(Arrays.copyOfRange(bytes, FRAME.length, bytes.length)));
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    /** Returns the frame of a Messages event. */
    static byte[] chunk(byte[] json) {
        String base64 = Base64.getEncoder().encodeToString(json);
        int padding = STEP - base64.length() % STEP;
        String payload = "{\"bytes\":\"" + base64 + "\",\"p\":\"" + PADDING.substring(0, padding) + "\"}";
        return frame(
                ascii(payload), ":event-type", "chunk", ":content-type", "application/json", ":message-type", "event");
    }

    /**
     * Returns the frame that ends a stream with an error.
     *
     * @param type the name of the exception in the API, such as {@code modelStreamErrorException}
     * @param json the payload, an object with a {@code message}
     */
    public static byte[] exception(String type, byte[] json) {
        return frame(json, ":exception-type", type, ":content-type", "application/json", ":message-type", "exception");
    }

    /** Returns a frame with string headers, given as names and values in turn. */
    static byte[] frame(byte[] payload, String... headers) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        for (int i = 0; i < headers.length; i += 2) {
            byte[] name = ascii(headers[i]);
            byte[] value = ascii(headers[i + 1]);
            fields.write(name.length);
            fields.writeBytes(name);
            fields.write(STRING);
            fields.write(value.length >> 8);
            fields.write(value.length);
            fields.writeBytes(value);
        }
        int total = FrameReader.PRELUDE + fields.size() + payload.length + FrameReader.CRC;
        ByteBuffer frame = ByteBuffer.allocate(total).putInt(total).putInt(fields.size());
        putCrc(frame);
        frame.put(fields.toByteArray()).put(payload);
        putCrc(frame);
        return frame.array();
    }

    private static void putCrc(ByteBuffer frame) {
        CRC32 crc = new CRC32();
        crc.update(frame.duplicate().flip());
        frame.putInt((int) crc.getValue());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
