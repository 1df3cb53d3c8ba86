package dev.stillgate.geo;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads values of a MaxMind DB data section in place, one field at a time. What is not asked for is stepped over without
 * recursion and without following its pointers, so that the work for a record is bounded by the bytes it takes up and no
 * nesting, however deep, can exhaust the stack. One thread only.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0, "Output Data Section".
 */
final class MmdbCursor {
    static final int STRING = 2;
    static final int UINT16 = 5;
    static final int UINT32 = 6;
    static final int MAP = 7;
    static final int UINT64 = 9;
    static final int BOOLEAN = 14;

    private static final int POINTER = 1;
    private static final int DOUBLE = 3;
    private static final int BYTES = 4;
    private static final int INT32 = 8;
    private static final int UINT128 = 10;
    private static final int ARRAY = 11;
    private static final int FLOAT = 15;
    /** Values met in one record; the largest of a real City database has about 300. */
    private static final int MAX_VALUES = 4096;

    private final byte[] file;
    private final int start;
    private final int end;
    private int position;
    private int type;
    private int size;
    private long pointer;
    private int values;

    /**
     * A cursor over a section of the file; pointers count from its start and never leave it.
     *
     * @param start the first byte of the section
     * @param end the byte after its last
     */
    MmdbCursor(byte[] file, int start, int end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    /** Starts another record: its values are counted anew. */
    void begin() {
        values = 0;
    }

    /** Returns the number of values met since {@link #begin}. */
    int values() {
        return values;
    }

    /**
     * Opens the map at a place of the file and stands before its first key.
     *
     * @return the number of its fields
     * @throws MmdbException when there is no map, or one of more fields than bytes are left
     */
    int openMap(int at) throws MmdbException {
        step(at);
        expect(MAP);
        if (size > (end - position) / 2) {
            throw new MmdbException("a map that claims " + size + " fields in " + (end - position) + " bytes");
        }
        return size;
    }

    /** Returns the place of the next value, which is where a pointer leads if it is one, and steps over it. */
    int next() throws MmdbException {
        int at = position;
        step(at);
        if (type == POINTER) {
            return target();
        }
        stepOver();
        return at;
    }

    /** Returns whether the value at a place is of that type; like all below, this does not move the cursor. */
    boolean is(int wanted, int at) throws MmdbException {
        look(at);
        return type == wanted;
    }

    /** Returns whether the value at a place is a string of these bytes. */
    boolean isText(int at, byte[] text) throws MmdbException {
        int from = look(at);
        return type == STRING && Arrays.equals(file, from, from + size, text, 0, text.length);
    }

    /**
     * Returns the string at a place, its bytes that are no UTF-8 replaced by U+FFFD; null for one of more bytes than that,
     * or with control characters, neither of which belongs in a log.
     */
    @Nullable
    String text(int at, int maxBytes) throws MmdbException {
        int from = look(at);
        expect(STRING);
        if (size > maxBytes) {
            return null;
        }
        String text = new String(file, from, size, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return null;
            }
        }
        return text;
    }

    /** Returns the two bytes of the two-byte string at a place as one number, first byte high; -1 for any other string. */
    int twoBytes(int at) throws MmdbException {
        int from = look(at);
        expect(STRING);
        return size == 2 ? ((file[from] & 0xff) << 8) | (file[from + 1] & 0xff) : -1;
    }

    /** Returns the unsigned number at a place; one of more than 63 bits is refused. */
    long number(int at) throws MmdbException {
        int from = look(at);
        if (type != UINT16 && type != UINT32 && type != UINT64) {
            throw new MmdbException("a value of type " + type + " where a number was expected");
        }
        long number = 0;
        for (int i = 0; i < size; i++) {
            number = (number << 8) | (file[from + i] & 0xff);
        }
        if (number < 0) {
            throw new MmdbException("a number of more than 63 bits");
        }
        return number;
    }

    /** Returns the boolean at a place. */
    boolean flag(int at) throws MmdbException {
        look(at);
        expect(BOOLEAN);
        return size != 0;
    }

    private void expect(int wanted) throws MmdbException {
        if (type != wanted) {
            throw new MmdbException("a value of type " + type + " where type " + wanted + " was expected");
        }
    }

    /** Reads the control bytes at a place without moving; returns where the content starts. */
    private int look(int at) throws MmdbException {
        int resume = position;
        head(at);
        int content = position;
        position = resume;
        return content;
    }

    private void step(int at) throws MmdbException {
        if (++values > MAX_VALUES) {
            throw new MmdbException("a record of more than " + MAX_VALUES + " values");
        }
        head(at);
    }

    private void stepOver() throws MmdbException {
        long open = 1;
        while (true) {
            open--;
            switch (type) {
                case MAP -> open += 2L * size;
                case ARRAY -> open += size;
                case POINTER, BOOLEAN -> {}
                default -> position += size;
            }
            if (open == 0) {
                return;
            }
            if (open > end - position) {
                throw new MmdbException("a container that claims more values than bytes are left");
            }
            step(position);
        }
    }

    /** Reads the control bytes of a value and stands on its first byte of content, all of which is in the section. */
    private void head(int at) throws MmdbException {
        position = at;
        int control = octet();
        type = control >>> 5;
        size = control & 0x1f;
        if (type == POINTER) {
            pointer = pointer(size >>> 3, size & 7);
            return;
        }
        if (type == 0) {
            type = 7 + octet();
            if (type < INT32) {
                throw new MmdbException("an extended type below 8");
            }
        }
        if (size >= 29) {
            size = longSize(size);
        }
        checkSize();
    }

    private int longSize(int code) throws MmdbException {
        return switch (code) {
            case 29 -> 29 + octet();
            case 30 -> 285 + ((octet() << 8) | octet());
            default -> 65_821 + ((octet() << 16) | (octet() << 8) | octet());
        };
    }

    private void checkSize() throws MmdbException {
        int most = switch (type) {
            case STRING, BYTES -> end - position;
            case MAP, ARRAY -> Integer.MAX_VALUE;
            case UINT16 -> 2;
            case UINT32, INT32, FLOAT -> 4;
            case UINT64, DOUBLE -> 8;
            case UINT128 -> 16;
            case BOOLEAN -> 1;
            default -> throw new MmdbException("a value of the unknown type " + type);
        };
        if (size > most) {
            throw new MmdbException(
                    "a value of type " + type + " that claims " + size + " bytes, more than there can be");
        }
        if (type != MAP && type != ARRAY && type != BOOLEAN) {
            need(size);
        }
    }

    private long pointer(int width, int high) throws MmdbException {
        return switch (width) {
            case 0 -> (high << 8) | octet();
            case 1 -> 2048 + ((high << 16) | (octet() << 8) | octet());
            case 2 -> 526_336 + ((high << 24) | (octet() << 16) | (octet() << 8) | octet());
            default -> ((long) octet() << 24) | (octet() << 16) | (octet() << 8) | octet();
        };
    }

    private int target() throws MmdbException {
        if (pointer >= end - start) {
            throw new MmdbException("a pointer out of the data section");
        }
        int target = start + (int) pointer;
        if (is(POINTER, target)) {
            throw new MmdbException("a pointer to a pointer");
        }
        return target;
    }

    private int octet() throws MmdbException {
        need(1);
        return file[position++] & 0xff;
    }

    private void need(int bytes) throws MmdbException {
        if (position < start || bytes > end - position) {
            throw new MmdbException("a value cut off by the end of its section");
        }
    }
}
