package dev.stillgate.fingerprint.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers accounts from 0, by their ids; numbers that are given back are given again. One thread only. */
final class AccountIndex {
    /** The number of an account that is not there. */
    static final int NONE = -1;

    private final List<String> ids = new ArrayList<>();
    private int[] free = new int[16];
    private int freed;
    private int[] places = filled(64);
    private int used;
    private int size;

    private static int[] filled(int length) {
        int[] places = new int[length];
        Arrays.fill(places, -1);
        return places;
    }

    /** Returns how many accounts have a number. */
    int size() {
        return size;
    }

    /** Returns the number above all that were given. */
    int limit() {
        return ids.size();
    }

    /** Returns an account's number, {@link #NONE} when it has none. */
    int find(String id) {
        int place = place(places, id);
        return places[place];
    }

    /** Returns an account's number, a new one when it has none. */
    int number(String id) {
        int place = place(places, id);
        if (places[place] >= 0) {
            return places[place];
        }
        if (++used > places.length / 2) {
            rehash();
            place = place(places, id);
        }
        int number;
        if (freed > 0) {
            number = free[--freed];
            ids.set(number, id);
        } else {
            number = ids.size();
            ids.add(id);
        }
        places[place] = number;
        size++;
        return number;
    }

    /** Returns the id of a number that was given; empty when it was given back. */
    String id(int number) {
        return ids.get(number);
    }

    /** Takes the numbers of accounts back. */
    void remove(int... numbers) {
        for (int number : numbers) {
            ids.set(number, "");
            if (freed == free.length) {
                free = Arrays.copyOf(free, freed * 2);
            }
            free[freed++] = number;
        }
        size -= numbers.length;
        rehash();
    }

    private void rehash() {
        int[] next = filled(Math.max(64, Integer.highestOneBit(Math.max(1, size)) * 4));
        for (int number = 0; number < ids.size(); number++) {
            String id = ids.get(number);
            if (!id.isEmpty()) {
                next[place(next, id)] = number;
            }
        }
        places = next;
        used = size + 1;
    }

    /** Returns the place of an id, or the empty one where it would stand. */
    private int place(int[] table, String id) {
        int mask = table.length - 1;
        int hash = id.hashCode() * 0x9e3779b9;
        int place = (hash ^ hash >>> 15) & mask;
        while (table[place] >= 0 && !ids.get(table[place]).equals(id)) {
            place = place + 1 & mask;
        }
        return place;
    }
}
