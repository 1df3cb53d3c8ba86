package dev.stillgate.fingerprint.account;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Maps account ids to dense indexes from 0; indexes of removed accounts are reused. Not thread-safe. */
public final class AccountIndex {
    /** Index of an unknown account. */
    public static final int NONE = -1;

    private static final double MAX_LOAD = 0.7;
    private final PackedIds ids = new PackedIds();
    private int[] free = new int[16];
    private int freeCount;
    private int[] slots = emptySlots(64);
    private int used;
    private int size;

    private static int[] emptySlots(int length) {
        int[] slots = new int[length];
        Arrays.fill(slots, NONE);
        return slots;
    }

    /** Returns the number of accounts. */
    public int size() {
        return size;
    }

    /** Returns the upper bound of all indexes, exclusive. */
    public int limit() {
        return ids.limit();
    }

    /** Returns an account's index, or {@link #NONE}. */
    public int find(String id) {
        byte[] packed = PackedIds.pack(id);
        return packed == null ? NONE : slots[slot(slots, packed)];
    }

    /**
     * Returns an account's index and adds the account when it is unknown; {@link #NONE} if the id is empty or too long.
     */
    int getOrAdd(String id) {
        byte @Nullable [] packed = PackedIds.pack(id);
        if (packed == null || id.isEmpty()) {
            return NONE;
        }
        int slot = slot(slots, packed);
        if (slots[slot] != NONE) {
            return slots[slot];
        }
        if (++used > MAX_LOAD * slots.length) {
            rehash();
            slot = slot(slots, packed);
        }
        int accountIndex = freeCount > 0 ? free[--freeCount] : ids.limit();
        ids.put(accountIndex, packed);
        slots[slot] = accountIndex;
        size++;
        return accountIndex;
    }

    /**
     * Adds an id at the next index, or leaves that index free when the id is empty. Returns false for a duplicate or
     * overlong id.
     */
    boolean append(String id) {
        byte @Nullable [] packed = PackedIds.pack(id);
        if (id.isEmpty()) {
            ids.skip();
            giveBack(ids.limit() - 1);
            return true;
        }
        if (packed == null || slots[slot(slots, packed)] != NONE) {
            return false;
        }
        if (++used > MAX_LOAD * slots.length) {
            rehash();
        }
        int accountIndex = ids.limit();
        slots[slot(slots, packed)] = accountIndex;
        ids.put(accountIndex, packed);
        size++;
        return true;
    }

    private void giveBack(int accountIndex) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = accountIndex;
    }

    /** Returns whether an index is in use. */
    public boolean has(int accountIndex) {
        return ids.has(accountIndex);
    }

    /** Returns the account id at an index; empty if the index is free. */
    public String id(int accountIndex) {
        return ids.id(accountIndex);
    }

    void remove(int... accountIndexes) {
        for (int accountIndex : accountIndexes) {
            ids.remove(accountIndex);
            giveBack(accountIndex);
        }
        size -= accountIndexes.length;
        rehash();
    }

    private void rehash() {
        int length = 64;
        while (MAX_LOAD * length < size + size / 16 + 1) {
            length = length < 1 << 16 ? length * 2 : length + length / 4;
        }
        int[] next = emptySlots(length);
        for (int accountIndex = 0; accountIndex < ids.limit(); accountIndex++) {
            if (ids.has(accountIndex)) {
                int slot = start(ids.hash(accountIndex), length);
                while (next[slot] != NONE) {
                    slot = slot + 1 == length ? 0 : slot + 1;
                }
                next[slot] = accountIndex;
            }
        }
        slots = next;
        used = size + 1;
    }

    /** Returns the slot of an id, or the empty slot where it would be inserted. */
    private int slot(int[] table, byte[] packed) {
        int slot = start(PackedIds.hash(packed, 0, packed.length), table.length);
        while (table[slot] != NONE && !ids.is(table[slot], packed)) {
            slot = slot + 1 == table.length ? 0 : slot + 1;
        }
        return slot;
    }

    /** Maps a hash to a table of any length (D. Lemire, "Fast random integer generation in an interval", 2019). */
    private static int start(int hash, int length) {
        return (int) (((hash & 0xffff_ffffL) * length) >>> 32);
    }
}
