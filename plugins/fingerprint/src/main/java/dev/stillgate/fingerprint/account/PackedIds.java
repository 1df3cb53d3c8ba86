package dev.stillgate.fingerprint.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Account ids by index, packed into pages to save the object headers. The hexadecimal part of {@code h1:5f0c…} is
 * stored as binary. Removed ids leave free bytes until the pages are repacked. Not thread-safe.
 */
final class PackedIds {
    /** Longest id in bytes of UTF-8. */
    static final int MAX_BYTES = 1024;

    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int NONE = -1;

    // First byte of an entry: its length if below HEX, or HEX plus the number of packed bytes, or LONG.
    private static final int HEX = 192;
    private static final int LONG = 255;
    private static final int LEAST_HEX = 8;

    private byte[][] pages = new byte[4][];
    private int page = -1;
    private int offset = PAGE;
    private int[] positions = new int[16];
    private int limit;
    private long usedBytes;
    private long freedBytes;

    /** Returns the packed form of an id; null if it is too long. */
    static byte @Nullable [] pack(String id) {
        if (id.length() > MAX_BYTES) {
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
        if (bytes.length > MAX_BYTES) {
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

    /** Returns the upper bound of all indexes, exclusive. */
    int limit() {
        return limit;
    }

    boolean has(int accountIndex) {
        return positions[accountIndex] != NONE;
    }

    /** Returns the id at an index; empty if there is none. */
    String id(int accountIndex) {
        if (!has(accountIndex)) {
            return "";
        }
        byte[] from = pages[positions[accountIndex] >>> PAGE_BITS];
        int at = positions[accountIndex] & (PAGE - 1);
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

    /** Returns whether an index holds this packed id. */
    boolean is(int accountIndex, byte[] packed) {
        int at = positions[accountIndex];
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

    /** Returns the hash of the packed id at an index. */
    int hash(int accountIndex) {
        byte[] from = pages[positions[accountIndex] >>> PAGE_BITS];
        int at = positions[accountIndex] & (PAGE - 1);
        return hash(from, at, at + length(from, at));
    }

    /** Stores a packed id at the next index or at a free one. */
    void put(int accountIndex, byte[] packed) {
        if (accountIndex == limit) {
            if (limit == positions.length) {
                positions = Arrays.copyOf(positions, limit + (limit >> 3) + 16);
            }
            limit++;
        }
        positions[accountIndex] = store(packed, 0, packed.length);
        usedBytes += packed.length;
    }

    /** Leaves the next index free. */
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

    void remove(int accountIndex) {
        byte[] from = pages[positions[accountIndex] >>> PAGE_BITS];
        int length = length(from, positions[accountIndex] & (PAGE - 1));
        positions[accountIndex] = NONE;
        usedBytes -= length;
        freedBytes += length;
        if (freedBytes > usedBytes / 4 + PAGE) {
            repack();
        }
    }

    private void repack() {
        byte[][] old = pages;
        pages = new byte[Math.max(4, page + 1)][];
        page = -1;
        offset = PAGE;
        freedBytes = 0;
        for (int accountIndex = 0; accountIndex < limit; accountIndex++) {
            if (positions[accountIndex] != NONE) {
                byte[] from = old[positions[accountIndex] >>> PAGE_BITS];
                int at = positions[accountIndex] & (PAGE - 1);
                positions[accountIndex] = store(from, at, length(from, at));
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
