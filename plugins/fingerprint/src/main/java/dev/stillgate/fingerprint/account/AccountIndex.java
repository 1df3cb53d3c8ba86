package dev.stillgate.fingerprint.account;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Numbers accounts from 0, by their ids; numbers that are given back are given again. One thread only. */
public final class AccountIndex {
    /** The number of an account that is not there. */
    public static final int NONE = -1;

    private static final double FULL = 0.7;
    private final PackedIds ids = new PackedIds();
    private int[] free = new int[16];
    private int freed;
    private int[] places = filled(64);
    private int used;
    private int size;

    private static int[] filled(int length) {
        int[] places = new int[length];
        Arrays.fill(places, NONE);
        return places;
    }

    /** Returns how many accounts have a number. */
    public int size() {
        return size;
    }

    /** Returns the number above all that were given. */
    public int limit() {
        return ids.limit();
    }

    /** Returns an account's number, {@link #NONE} when it has none. */
    public int find(String id) {
        byte[] packed = PackedIds.pack(id);
        return packed == null ? NONE : places[place(places, packed)];
    }

    /** Returns an account's number, a new one when it has none; {@link #NONE} for an id too long to be kept. */
    int number(String id) {
        byte @Nullable [] packed = PackedIds.pack(id);
        if (packed == null || id.isEmpty()) {
            return NONE;
        }
        int place = place(places, packed);
        if (places[place] != NONE) {
            return places[place];
        }
        if (++used > FULL * places.length) {
            rehash();
            place = place(places, packed);
        }
        int number = freed > 0 ? free[--freed] : ids.limit();
        ids.put(number, packed);
        places[place] = number;
        size++;
        return number;
    }

    /** Gives the next number to an id that has none yet, or to nobody if the id is empty; returns whether that is so. */
    boolean append(String id) {
        byte @Nullable [] packed = PackedIds.pack(id);
        if (id.isEmpty()) {
            ids.skip();
            giveBack(ids.limit() - 1);
            return true;
        }
        if (packed == null || places[place(places, packed)] != NONE) {
            return false;
        }
        if (++used > FULL * places.length) {
            rehash();
        }
        int number = ids.limit();
        places[place(places, packed)] = number;
        ids.put(number, packed);
        size++;
        return true;
    }

    private void giveBack(int number) {
        if (freed == free.length) {
            free = Arrays.copyOf(free, freed * 2);
        }
        free[freed++] = number;
    }

    /** Returns whether a number that was given is still an account's. */
    boolean has(int number) {
        return ids.has(number);
    }

    /** Returns the id of a number that was given; empty when it was given back. */
    public String id(int number) {
        return ids.id(number);
    }

    /** Takes the numbers of accounts back. */
    void remove(int... numbers) {
        for (int number : numbers) {
            ids.remove(number);
            giveBack(number);
        }
        size -= numbers.length;
        rehash();
    }

    private void rehash() {
        int length = 64;
        while (FULL * length < size + size / 16 + 1) {
            length = length < 1 << 16 ? length * 2 : length + length / 4;
        }
        int[] next = filled(length);
        for (int number = 0; number < ids.limit(); number++) {
            if (ids.has(number)) {
                int place = start(ids.hash(number), length);
                while (next[place] != NONE) {
                    place = place + 1 == length ? 0 : place + 1;
                }
                next[place] = number;
            }
        }
        places = next;
        used = size + 1;
    }

    /** Returns the place of an id, or the empty one where it would stand. */
    private int place(int[] table, byte[] packed) {
        int place = start(PackedIds.hash(packed, 0, packed.length), table.length);
        while (table[place] != NONE && !ids.is(table[place], packed)) {
            place = place + 1 == table.length ? 0 : place + 1;
        }
        return place;
    }

    /** Spreads a hash over any number of places (D. Lemire, "Fast random integer generation in an interval", 2019). */
    private static int start(int hash, int length) {
        return (int) (((hash & 0xffff_ffffL) * length) >>> 32);
    }
}
