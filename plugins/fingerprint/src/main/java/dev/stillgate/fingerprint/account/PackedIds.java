package dev.stillgate.fingerprint.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids of accounts by number, packed one after the other into pages: an id of its own object costs more than all that
 * is counted of an hour. The hexadecimal half of {@code h1:5f0c…} takes half its letters. What is given back leaves a hole
 * until so much is holes that all is packed anew. One thread only.
 */
final class PackedIds {
    /** The longest id that is kept, in bytes of UTF-8. */
    static final int LONGEST = 1024;

    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int NONE = -1;

    // The first byte of an entry is its length if it is below HEX, HEX plus a number of packed bytes, or LONG.
    private static final int HEX = 192;
    private static final int LONG = 255;
    private static final int LEAST_HEX = 8;

    private byte[][] pages = new byte[4][];
    private int page = -1;
    private int offset = PAGE;
    private int[] where = new int[16];
    private int limit;
    private long held;
    private long holes;

    /** Returns an id as it is packed; null when it is too long. */
    static byte @Nullable [] pack(String id) {
        if (id.length() > LONGEST) {
            return null;
        }
        int colon = id.indexOf(':') + 1;
        int digits = id.length() - colon;
        if (colon > 0
                && digits % 2 == 0
                && digits / 2 >= LEAST_HEX
                && digits / 2 < LONG - HEX
                && isPackable(id, colon)) {
            byte[] packed = new byte[2 + colon + digits / 2];
            packed[0] = (byte) (HEX + digits / 2);
            packed[1] = (byte) colon;
            for (int i = 0; i < colon; i++) {
                packed[2 + i] = (byte) id.charAt(i);
            }
            for (int i = 0; i < digits / 2; i++) {
                int at = colon + 2 * i;
                packed[2 + colon + i] =
                        (byte) (Character.digit(id.charAt(at), 16) << 4 | Character.digit(id.charAt(at + 1), 16));
            }
            return packed;
        }
        byte[] bytes = id.getBytes(UTF_8);
        if (bytes.length > LONGEST) {
            return null;
        }
        int head = bytes.length < HEX ? 1 : 3;
        byte[] packed = new byte[head + bytes.length];
        packed[0] = (byte) (head == 1 ? bytes.length : LONG);
        if (head == 3) {
            packed[1] = (byte) (bytes.length >>> 8);
            packed[2] = (byte) bytes.length;
        }
        System.arraycopy(bytes, 0, packed, head, bytes.length);
        return packed;
    }

    private static boolean isPackable(String id, int colon) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (i < colon ? c >= 0x80 : !hex) {
                return false;
            }
        }
        return colon < 100;
    }

    /** Returns the number above all that hold or held an id. */
    int limit() {
        return limit;
    }

    boolean has(int number) {
        return where[number] != NONE;
    }

    /** Returns an id; empty when the number holds none. */
    String id(int number) {
        if (!has(number)) {
            return "";
        }
        byte[] from = pages[where[number] >>> PAGE_BITS];
        int at = where[number] & (PAGE - 1);
        int kind = from[at] & 0xff;
        if (kind < HEX) {
            return new String(from, at + 1, kind, UTF_8);
        }
        if (kind == LONG) {
            return new String(from, at + 3, length(from, at) - 3, UTF_8);
        }
        int prefix = from[at + 1];
        StringBuilder id = new StringBuilder(prefix + 2 * (kind - HEX));
        for (int i = 0; i < prefix; i++) {
            id.append((char) from[at + 2 + i]);
        }
        for (int i = 0; i < kind - HEX; i++) {
            int b = from[at + 2 + prefix + i] & 0xff;
            id.append(Character.forDigit(b >>> 4, 16)).append(Character.forDigit(b & 15, 16));
        }
        return id.toString();
    }

    /** Returns whether a number holds an id, given packed. */
    boolean is(int number, byte[] packed) {
        int at = where[number];
        if (at == NONE) {
            return false;
        }
        byte[] from = pages[at >>> PAGE_BITS];
        int begin = at & (PAGE - 1);
        return from[begin] == packed[0]
                && begin + packed.length <= PAGE
                && Arrays.equals(from, begin, begin + packed.length, packed, 0, packed.length);
    }

    static int hash(byte[] bytes, int from, int to) {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        int mixed = hash * 0x9e3779b9;
        return mixed ^ mixed >>> 15;
    }

    /** Returns the hash of the packed id of a number that holds one. */
    int hash(int number) {
        byte[] from = pages[where[number] >>> PAGE_BITS];
        int at = where[number] & (PAGE - 1);
        return hash(from, at, at + length(from, at));
    }

    /** Puts an id under a number: the next one, or one that was given back. */
    void put(int number, byte[] packed) {
        if (number == limit) {
            if (limit == where.length) {
                where = Arrays.copyOf(where, limit + (limit >> 3) + 16);
            }
            limit++;
        }
        where[number] = store(packed, 0, packed.length);
        held += packed.length;
    }

    /** Leaves the next number without an id. */
    void skip() {
        put(limit, new byte[1]);
        remove(limit - 1);
    }

    private int store(byte[] from, int begin, int length) {
        if (offset + length > PAGE) {
            page++;
            offset = 0;
            if (page == pages.length) {
                pages = Arrays.copyOf(pages, page * 2);
            }
            pages[page] = new byte[PAGE];
        }
        System.arraycopy(from, begin, pages[page], offset, length);
        int at = page << PAGE_BITS | offset;
        offset += length;
        return at;
    }

    /** Takes the id of a number away. */
    void remove(int number) {
        byte[] from = pages[where[number] >>> PAGE_BITS];
        int length = length(from, where[number] & (PAGE - 1));
        where[number] = NONE;
        held -= length;
        holes += length;
        if (holes > held / 4 + PAGE) {
            pack();
        }
    }

    private void pack() {
        byte[][] old = pages;
        pages = new byte[Math.max(4, page + 1)][];
        page = -1;
        offset = PAGE;
        holes = 0;
        for (int number = 0; number < limit; number++) {
            if (where[number] != NONE) {
                byte[] from = old[where[number] >>> PAGE_BITS];
                int at = where[number] & (PAGE - 1);
                where[number] = store(from, at, length(from, at));
            }
        }
    }

    private static int length(byte[] from, int at) {
        int kind = from[at] & 0xff;
        if (kind < HEX) {
            return 1 + kind;
        }
        return kind == LONG ? 3 + ((from[at + 1] & 0xff) << 8 | (from[at + 2] & 0xff)) : 2 + from[at + 1] + kind - HEX;
    }
}
