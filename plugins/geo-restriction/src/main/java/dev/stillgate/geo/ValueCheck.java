package dev.stillgate.geo;

/**
 * The bounds on what MaxMind's reader may meet in one record. That reader follows every pointer, allocates what a
 * container claims to hold before it has seen any of it, steps over values by recursion, and has no limit of its own: a
 * file of some hundred bytes makes it exhaust the heap or the stack, and one of a megabyte can hold it for minutes. So
 * each record is walked here first, in place and with its pointers followed, and refused when all that can be read from
 * it is more than any real record has. It interprets nothing. One thread only.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0, "Output Data Section".
 */
final class ValueCheck {
    /** Values in one record, pointers followed; the largest of the real City database of 2019 has some 240. */
    private static final int MAX_VALUES = 2048;
    /** Containers in each other; real records have 4. */
    private static final int MAX_DEPTH = 32;
    /** All strings of one record together. */
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
     * The bounds on a section of the file; its pointers count from its start and may not leave it.
     *
     * @param start the first byte of the section
     * @param end the byte after its last
     */
    ValueCheck(byte[] file, int start, int end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    /**
     * Walks the map at a place of the file.
     *
     * @return what it costs at most to read, in values: itself, what its pointers lead to, and one more for each
     *     {@value #TEXT_BYTES_PER_VALUE} bytes of text
     * @throws MmdbException when there is no map, or one that is out of bounds
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
                throw new MmdbException("a map with a key that is no short string");
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

    /** Reads the control bytes of a value and stands on its first byte of content, all of which is in the section. */
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
