package dev.stillgate.geo;

/**
 * Bounds check of one record before MaxMind's reader decodes it. That reader follows every pointer, allocates
 * containers by their claimed size, skips values recursively, and has no limits: a file of a few hundred bytes can
 * exhaust heap or stack, and one of a megabyte can take minutes. This check traverses a record in place, following
 * pointers, and rejects records larger than any real one. It does not interpret values. Not thread-safe.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0, "Output Data Section".
 */
final class ValueCheck {
    /** Most values in one record, including those behind pointers; real City databases have up to about 240. */
    private static final int MAX_VALUES = 2048;
    /** Deepest nesting of containers; real records have 4. */
    private static final int MAX_DEPTH = 32;
    /** Most bytes in all strings of one record. */
    private static final int MAX_TEXT_BYTES = 128 << 10;

    private static final int MAX_KEY_BYTES = 128;
    private static final int TEXT_BYTES_PER_VALUE = 16;

    private static final int POINTER = 1;
    private static final int STRING = 2;
    private static final int DOUBLE = 3;
    private static final int BYTES = 4;
    private static final int UINT16 = 5;
    private static final int UINT32 = 6;
    private static final int MAP = 7;
    private static final int INT32 = 8;
    private static final int UINT64 = 9;
    private static final int UINT128 = 10;
    private static final int ARRAY = 11;
    private static final int BOOLEAN = 14;
    private static final int FLOAT = 15;

    private final byte[] file;
    private final int start;
    private final int end;
    private int position;
    private int type;
    private int size;
    private long pointer;
    private int values;
    private int textBytes;

    /**
     * Creates a check of a section of the file; pointers are relative to its start and must stay inside.
     *
     * @param start offset of the section
     * @param end offset of its end
     */
    ValueCheck(byte[] file, int start, int end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    /**
     * Checks the map at an offset of the file.
     *
     * @return an upper bound on the cost of reading, in values: its own, those behind pointers, and one more for each
     *     {@value #TEXT_BYTES_PER_VALUE} bytes of text
     * @throws MmdbException if there is not a map at the offset, or it exceeds the bounds
     */
    int check(int at) throws MmdbException {
        position = at;
        values = 0;
        textBytes = 0;
        head();
        if (type != MAP) {
            throw new MmdbException("a value of type " + type + " where a map was expected");
        }
        content(1);
        return values + textBytes / TEXT_BYTES_PER_VALUE;
    }

    private void value(int depth) throws MmdbException {
        head();
        if (type != POINTER) {
            content(depth);
            return;
        }
        int resume = position;
        if (pointer >= end - start) {
            throw new MmdbException("a pointer out of the data section");
        }
        position = start + (int) pointer;
        head();
        if (type == POINTER) {
            throw new MmdbException("a pointer to a pointer");
        }
        content(depth);
        position = resume;
    }

    private void content(int depth) throws MmdbException {
        switch (type) {
            case MAP -> fields(depth);
            case ARRAY -> elements(depth);
            case BOOLEAN -> {}
            default -> position += size;
        }
    }

    private void fields(int depth) throws MmdbException {
        int count = size;
        open(2L * count, depth);
        for (int i = 0; i < count; i++) {
            value(depth + 1);
            if (type != STRING || size > MAX_KEY_BYTES) {
                throw new MmdbException("a map with a key that is not a short string");
            }
            value(depth + 1);
        }
        type = MAP;
    }

    private void elements(int depth) throws MmdbException {
        int count = size;
        open(count, depth);
        for (int i = 0; i < count; i++) {
            value(depth + 1);
        }
        type = ARRAY;
    }

    private void open(long members, int depth) throws MmdbException {
        if (members > end - position) {
            throw new MmdbException("a container that claims " + members + " values, more than bytes are left");
        }
        if (depth > MAX_DEPTH) {
            throw new MmdbException("a record nested more than " + MAX_DEPTH + " deep");
        }
    }

    /** Reads the control bytes of a value and moves to its content, which is checked to be inside the section. */
    private void head() throws MmdbException {
        if (++values > MAX_VALUES) {
            throw new MmdbException("a record of more than " + MAX_VALUES + " values");
        }
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
        textBytes += type == STRING ? size : 0;
        if (textBytes > MAX_TEXT_BYTES) {
            throw new MmdbException("a record with more than " + MAX_TEXT_BYTES + " bytes of text");
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

    private int octet() throws MmdbException {
        need(1);
        return file[position++] & 0xff;
    }

    private void need(int bytes) throws MmdbException {
        if (bytes > end - position) {
            throw new MmdbException("a value cut off by the end of its section");
        }
    }
}
