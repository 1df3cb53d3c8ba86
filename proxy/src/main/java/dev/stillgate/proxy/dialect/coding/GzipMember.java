package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.json.MalformedBody;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decoder of a gzip file with exactly one member (RFC 1952), which checks header, checksum and length. The JDK's stream
 * also decodes further members and ignores trailing garbage.
 */
final class GzipMember {
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int RESERVED = 0xe0;
    private static final int TRAILER = 8;

    private final byte[] buf;
    private final int start;
    private final int end;

    GzipMember(byte[] buf, int off, int len) {
        this.buf = buf;
        this.start = off;
        this.end = off + len;
    }

    void decode(BoundedOutput out) throws MalformedBody {
        int data = header();
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(buf, data, end - data);
            inflate(inflater, out);
            int trailer = end - inflater.getRemaining();
            if (inflater.getRemaining() != TRAILER) {
                throw ContentCodings.malformed();
            }
            CRC32 crc = new CRC32();
            crc.update(out.bytes(), 0, out.length());
            if (littleEndian(trailer, 4) != crc.getValue() || littleEndian(trailer + 4, 4) != out.length()) {
                throw ContentCodings.malformed();
            }
        } catch (DataFormatException e) {
            throw ContentCodings.malformed();
        } finally {
            inflater.end();
        }
    }

    private static void inflate(Inflater inflater, BoundedOutput out) throws DataFormatException, MalformedBody {
        byte[] probe = new byte[1];
        while (!inflater.finished()) {
            int count;
            if (out.isFull()) {
                count = inflater.inflate(probe);
                if (count > 0) {
                    throw BoundedOutput.tooLarge();
                }
            } else {
                ByteBuffer free = out.free();
                count = inflater.inflate(free);
                out.advanceTo(free);
            }
            if (count == 0 && !inflater.finished() && (inflater.needsInput() || inflater.needsDictionary())) {
                throw ContentCodings.malformed();
            }
        }
    }

    /** Checks the header and returns the index after it. */
    private int header() throws MalformedBody {
        if (end - start < 10 + TRAILER || littleEndian(start, 3) != 0x088b1f || (buf[start + 3] & RESERVED) != 0) {
            throw ContentCodings.malformed();
        }
        int flags = buf[start + 3];
        int p = start + 10;
        if ((flags & FEXTRA) != 0) {
            p = within(p + 2);
            p = within(p + (int) littleEndian(p - 2, 2));
        }
        if ((flags & FNAME) != 0) {
            p = afterZero(p);
        }
        if ((flags & FCOMMENT) != 0) {
            p = afterZero(p);
        }
        if ((flags & FHCRC) != 0) {
            CRC32 crc = new CRC32();
            crc.update(buf, start, p - start);
            p = within(p + 2);
            if (littleEndian(p - 2, 2) != (crc.getValue() & 0xffff)) {
                throw ContentCodings.malformed();
            }
        }
        return p;
    }

    private int within(int p) throws MalformedBody {
        if (p > end) {
            throw ContentCodings.malformed();
        }
        return p;
    }

    private int afterZero(int from) throws MalformedBody {
        int p = from;
        while (p < end && buf[p] != 0) {
            p++;
        }
        return within(p + 1);
    }

    private long littleEndian(int at, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = (value << 8) | (buf[at + i] & 0xff);
        }
        return value;
    }
}
