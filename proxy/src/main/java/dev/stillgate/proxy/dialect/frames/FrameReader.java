package dev.stillgate.proxy.dialect.frames;

import dev.stillgate.proxy.json.JsonName;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of a stream in the encoding {@code application/vnd.amazon.eventstream}, in pieces split at any
 * byte. A frame has a prelude (its length, the length of its headers, a CRC-32), headers, a payload and a CRC-32. The
 * payload of a {@code chunk} is a JSON object whose {@code bytes} are one Messages event in Base64.
 *
 * <p>A frame is held until it is complete. Frames over {@value #MOST_HELD} bytes pass as they came, as does every frame
 * without a readable event. After a wrong length or checksum the start of the next frame is unknown, so all further
 * bytes pass. Memory follows the bytes that arrived, not the announced length. Not thread-safe.
 */
public final class FrameReader {
    /** Limit of the bytes that are held. */
    static final int MOST_HELD = 1 << 20;

    /** Limit of the memory that is kept between two frames. */
    static final int MOST_KEPT = 64 << 10;

    static final int PRELUDE = 12;
    static final int CRC = 4;

    /** Limit of a frame's length, above those of all documented frames. */
    private static final int LONGEST = 32 << 20;

    private static final int FIRST = 1024;
    private static final int STRING = 7;
    private static final JsonName BYTES = new JsonName("bytes");

    private final CRC32 crc = new CRC32();
    private final JsonTape tape = new JsonTape(64);
    private byte[] held = {};
    private int length;
    private int total;
    private int skip;
    private boolean broken;
    private boolean errors;

    /** Receiver of the stream's parts, in order. All arrays are valid only during the call. */
    public interface Out {
        /** Receives the JSON of a Messages event, in one line. */
        void event(byte[] json);

        /** Receives bytes that are not a readable chunk. */
        void other(byte[] bytes, int from, int to);

        /** Receives a complete frame that reports an error and ends the stream. */
        void exception(byte[] bytes, int from, int to);
    }

    /** Reads a piece of the stream. */
    public void read(byte[] buf, int off, int len, Out out) {
        int p = off;
        int end = off + len;
        while (p < end) {
            if (broken) {
                out.other(buf, p, end);
                return;
            }
            int wanted = skip > 0 ? skip : (total == 0 ? PRELUDE : total) - length;
            int next = Math.min(end, p + wanted);
            if (skip > 0) {
                out.other(buf, p, next);
                skip -= next - p;
            } else {
                hold(buf, p, next);
                if (next - p == wanted) {
                    step(out);
                }
            }
            p = next;
        }
    }

    /** Passes the bytes of an incomplete frame at the end of the stream. */
    public void end(Out out) {
        errors |= !isEmpty();
        pass(out);
    }

    /** Returns whether everything read was passed, up to the end of a frame. */
    public boolean isEmpty() {
        return length == 0 && isBetween();
    }

    /** Returns whether what was passed ends with a complete frame; a part of one may be held. */
    public boolean isBetween() {
        return skip == 0 && !broken;
    }

    /** Returns the bytes of memory that this holds for frames. */
    int memory() {
        return held.length;
    }

    /** Returns whether bytes passed that should have been a readable frame. */
    public boolean hasErrors() {
        return errors;
    }

    private void hold(byte[] buf, int from, int to) {
        int needed = length + to - from;
        if (needed > held.length) {
            held = Arrays.copyOf(held, Math.max(FIRST, Math.max(needed, 2 * held.length)));
        }
        System.arraycopy(buf, from, held, length, to - from);
        length = needed;
    }

    private void pass(Out out) {
        if (length > 0) {
            out.other(held, 0, length);
        }
        length = 0;
        total = 0;
    }

    private void step(Out out) {
        if (total == 0) {
            beginFrame(out);
        } else {
            endFrame(out);
        }
    }

    private void beginFrame(Out out) {
        int announced = number(0);
        int headers = number(4);
        boolean valid = announced >= PRELUDE + CRC
                && announced <= LONGEST
                && headers >= 0
                && headers <= announced - PRELUDE - CRC
                && number(8) == crc(8);
        if (!valid) {
            breakOff(out);
        } else if (announced > MOST_HELD) {
            errors = true;
            pass(out);
            skip = announced - PRELUDE;
        } else {
            total = announced;
        }
    }

    /** Passes this and all further bytes. */
    private void breakOff(Out out) {
        errors = true;
        broken = true;
        pass(out);
        held = new byte[0];
    }

    private void endFrame(Out out) {
        if (number(total - CRC) != crc(total - CRC)) {
            breakOff(out);
            return;
        }
        int payload = PRELUDE + number(4);
        String message = header(":message-type", payload);
        byte[] json = "event".equals(message) && "chunk".equals(header(":event-type", payload)) ? json(payload) : null;
        if (json != null) {
            out.event(json);
        } else if ("exception".equals(message) || "error".equals(message)) {
            out.exception(held, 0, total);
        } else {
            out.other(held, 0, total);
        }
        length = 0;
        total = 0;
        if (held.length > MOST_KEPT) {
            held = new byte[0];
        }
    }

    /** Returns the value of a string header; null if it is absent or the headers are malformed before it. */
    private @Nullable String header(String name, int end) {
        int p = PRELUDE;
        while (p < end) {
            int nameEnd = p + 1 + (held[p] & 0xff);
            if (nameEnd >= end) {
                return null;
            }
            int value = nameEnd + 1;
            int size = size(held[nameEnd], value, end);
            if (size < 0 || value + size > end) {
                return null;
            }
            if (held[nameEnd] == STRING && text(p + 1, nameEnd).equals(name)) {
                return text(value + 2, value + size);
            }
            p = value + size;
        }
        return null;
    }

    /** Returns the size of a header's value in bytes, -1 if it is malformed. */
    private int size(byte type, int value, int end) {
        return switch (type) {
            case 0, 1 -> 0; // true, false
            case 2 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            case 5, 8 -> 8; // a number, a time
            case 6, STRING -> value + 2 > end ? -1 : 2 + ((held[value] & 0xff) << 8 | (held[value + 1] & 0xff));
            case 9 -> 16;
            default -> -1;
        };
    }

    /** Returns the event in a chunk's payload, in one line; null if there is none. */
    private byte @Nullable [] json(int payload) {
        try {
            tape.parse(held, payload, total - CRC - payload);
            String base64 = tape.stringOrNull(tape.find(tape.root(), BYTES));
            byte[] json = base64 == null ? new byte[0] : Base64.getDecoder().decode(base64);
            for (int i = 0; i < json.length; i++) {
                json[i] = json[i] == '\r' || json[i] == '\n' ? (byte) ' ' : json[i]; // white space, in valid JSON
            }
            errors |= json.length == 0;
            return json.length == 0 ? null : json;
        } catch (MalformedBody | IllegalArgumentException unreadable) {
            errors = true;
            return null;
        }
    }

    private String text(int from, int to) {
        return new String(held, from, to - from, StandardCharsets.UTF_8);
    }

    private int number(int at) {
        return ByteBuffer.wrap(held).getInt(at);
    }

    private int crc(int end) {
        crc.reset();
        crc.update(held, 0, end);
        return (int) crc.getValue();
    }
}
