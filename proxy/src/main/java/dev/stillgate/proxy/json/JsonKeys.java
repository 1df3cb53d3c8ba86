package dev.stillgate.proxy.json;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Duplicate key detection for the objects that a parser has open. Two keys are equal if they decode to the same text,
 * with or without escapes.
 *
 * <p>The keys form a stack with those of the innermost object on top. Up to {@value #LINEAR} keys of an object are
 * compared one by one behind a 64-bit Bloom filter. Larger objects get an open-addressed hash table, on a stack of
 * tables. Hashes are keyed with random secrets of the process (multiply-and-fold, as in wyhash), so clients cannot
 * construct collisions. Not thread-safe.
 */
final class JsonKeys {
    private static final int LINEAR = 16;
    private static final int KEEP = 1 << 12;
    private static final long SECRET = new SecureRandom().nextLong();
    private static final long FACTOR = new SecureRandom().nextLong() | 1;

    private final long[] filters;
    private final int[] keyBase;
    private final int[] tableBase;
    private int depth;
    private int[] hashes = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int top;
    private int[] tables = new int[0];
    private int tableTop;
    private char[] left = new char[0];
    private char[] right = new char[0];
    private byte[] buf = new byte[0];
    private int limit;

    /** Creates an empty stack for objects nested up to {@code maxDepth} levels. */
    JsonKeys(int maxDepth) {
        filters = new long[maxDepth + 1];
        keyBase = new int[maxDepth + 2];
        tableBase = new int[maxDepth + 2];
    }

    /** Clears the stack for another document, which ends at {@code end}. */
    void reset(byte[] document, int end) {
        buf = document;
        limit = end;
        depth = 0;
        top = 0;
        tableTop = 0;
        if (hashes.length > KEEP) {
            hashes = new int[64];
            starts = new int[64];
            ends = new int[64];
            tables = new int[0];
        }
    }

    void openObject() {
        int d = ++depth;
        filters[d] = 0;
        keyBase[d] = top;
        tableBase[d] = tableTop;
    }

    void closeObject() {
        int d = depth--;
        top = keyBase[d];
        tableTop = tableBase[d];
    }

    /** Adds a key (without its quotes) to the innermost object. Returns false if the object already has that key. */
    boolean add(int start, int end, boolean escaped) {
        int hash = escaped ? escapedHash(start, end) : hash(buf, start, end, limit);
        int d = depth;
        long bit = 1L << hash;
        boolean maybe = (filters[d] & bit) != 0;
        filters[d] |= bit;
        if (maybe && contains(hash, start, end)) {
            return false;
        }
        if (top == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * top);
            starts = Arrays.copyOf(starts, 2 * top);
            ends = Arrays.copyOf(ends, 2 * top);
        }
        hashes[top] = hash;
        starts[top] = start;
        ends[top] = end;
        top++;
        if (top - keyBase[d] > LINEAR) {
            intoTable(top - keyBase[d]);
        }
        return true;
    }

    private boolean contains(int hash, int start, int end) {
        int base = tableBase[depth];
        int cells = tableTop - base;
        if (cells == 0) {
            for (int i = keyBase[depth]; i < top; i++) {
                if (hashes[i] == hash && same(i, start, end)) {
                    return true;
                }
            }
            return false;
        }
        for (int cell = hash & (cells - 1); tables[base + cell] != 0; cell = (cell + 1) & (cells - 1)) {
            int i = tables[base + cell] - 1;
            if (hashes[i] == hash && same(i, start, end)) {
                return true;
            }
        }
        return false;
    }

    private void intoTable(int count) {
        int base = tableBase[depth];
        int cells = tableTop - base;
        if (2 * count <= cells) {
            place(base, cells, top - 1);
            return;
        }
        int newCells = cells == 0 ? 4 * LINEAR : 2 * cells;
        if (base + newCells > tables.length) {
            tables = Arrays.copyOf(tables, Math.max(base + newCells, 2 * tables.length));
        }
        Arrays.fill(tables, base, base + newCells, 0);
        tableTop = base + newCells;
        for (int i = keyBase[depth]; i < top; i++) {
            place(base, newCells, i);
        }
    }

    private void place(int base, int cells, int key) {
        int cell = hashes[key] & (cells - 1);
        while (tables[base + cell] != 0) {
            cell = (cell + 1) & (cells - 1);
        }
        tables[base + cell] = key + 1;
    }

    private boolean same(int key, int start, int end) {
        if (Arrays.equals(buf, starts[key], ends[key], buf, start, end)) {
            return true;
        }
        if (!JsonStrings.hasEscape(buf, starts[key], ends[key]) && !JsonStrings.hasEscape(buf, start, end)) {
            return false;
        }
        left = atLeast(left, ends[key] - starts[key]);
        right = atLeast(right, end - start);
        int leftEnd = JsonStrings.decode(buf, starts[key], ends[key], left, 0);
        int rightEnd = JsonStrings.decode(buf, start, end, right, 0);
        return Arrays.equals(left, 0, leftEnd, right, 0, rightEnd);
    }

    private int escapedHash(int start, int end) {
        left = atLeast(left, end - start);
        int length = JsonStrings.decode(buf, start, end, left, 0);
        byte[] plain = new String(left, 0, length).getBytes(StandardCharsets.UTF_8);
        return hash(plain, 0, plain.length, plain.length);
    }

    private static char[] atLeast(char[] buffer, int length) {
        return buffer.length >= length ? buffer : new char[Math.max(64, length)];
    }

    private static int hash(byte[] bytes, int start, int end, int limit) {
        long hash = SECRET ^ (end - start);
        int p = start;
        for (; p < end - 8; p += 8) {
            hash = fold(hash ^ Swar.word(bytes, p));
        }
        if (p < end) {
            long word = p + 8 <= limit ? Swar.first(Swar.word(bytes, p), end - p) : Swar.tail(bytes, p, end);
            hash = fold(hash ^ word);
        }
        return (int) (hash ^ (hash >>> 32));
    }

    private static long fold(long word) {
        return word * FACTOR ^ Math.unsignedMultiplyHigh(word, FACTOR);
    }
}
