package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.stats.StronglyConnectedComponents;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Who sends whose answers: an edge from the account that brings an answer in its history to the account that was issued
 * it, with the number of exchanges that did so. Bounded: when there is no room, edges of one exchange and the oldest go.
 *
 * <p>An edge is a deed of its beginning only. Nobody can make another account's requests, so nobody can give an account an
 * edge that begins at it, unless that account's own people paste what they were given. Hence edges link accounts only in
 * circles: of every two accounts of a {@linkplain #components component}, each reaches the other by way of edges. Whoever
 * publishes a transcript gets edges that end at it from everybody who pastes it, and no component, for it sends nobody's
 * answers. Whoever sends a victim's answers gets edges that begin at itself, and no component, for the victim sends nobody's
 * answers. To be drawn into a circle, a victim must itself send answers of it again and again, and then it is only compared
 * with the others: to be in a component is no evidence of anything. Accounts of one declared organisation share answers by
 * right, and get no edges among them.
 */
public final class CitationGraph {
    private static final int FULL_PERCENT = 70;
    private static final int MOST_COUNT = Short.MAX_VALUE;
    private final int capacity;
    private long[] keys = new long[1024];
    private short[] counts = new short[1024];
    private int[] hours = new int[1024];
    private int size;

    /**
     * No edges.
     *
     * @param edges how many are kept, at most 2^26
     */
    CitationGraph(int edges) {
        capacity = Integer.highestOneBit(Math.max(1024, Math.min(edges, 1 << 26)) - 1) << 1;
    }

    /** Counts one exchange of an account that brings answers of another one. */
    public void add(int from, int to, int hour) {
        long key = ((long) from << 32 | to) + 1;
        int place = place(key);
        if (keys[place] != key) {
            if (size >= keys.length / 100 * FULL_PERCENT) {
                makeRoom();
                place = place(key);
            }
            keys[place] = key;
            counts[place] = 0;
            size++;
        }
        counts[place] = (short) Math.min(MOST_COUNT, counts[place] + 1);
        hours[place] = Math.max(hours[place], hour);
    }

    /** Returns how many exchanges of an account brought answers of another one. */
    public int count(int from, int to) {
        long key = ((long) from << 32 | to) + 1;
        int place = place(key);
        return keys[place] == key ? counts[place] : 0;
    }

    public int size() {
        return size;
    }

    private int place(long key) {
        int mask = keys.length - 1;
        long mixed = key * 0x9e3779b97f4a7c15L;
        int place = (int) (mixed >>> 32) & mask;
        while (keys[place] != 0 && keys[place] != key) {
            place = place + 1 & mask;
        }
        return place;
    }

    private void makeRoom() {
        if (keys.length < capacity) {
            keep(keys.length * 2, place -> true);
            return;
        }
        int[] sorted = new int[size];
        int count = 0;
        for (int place = 0; place < keys.length; place++) {
            if (keys[place] != 0) {
                sorted[count++] = worth(place);
            }
        }
        Arrays.sort(sorted);
        int least = sorted[size / 2];
        keep(keys.length, place -> worth(place) > least);
    }

    /** An edge of one exchange, which links nobody yet, is worth as much as one that is a week older. */
    private int worth(int place) {
        return counts[place] > 1 ? hours[place] + 7 * 24 : hours[place];
    }

    /** Which places stay. */
    @FunctionalInterface
    private interface Kept {
        boolean test(int place);
    }

    private void keep(int length, Kept kept) {
        long[] oldKeys = keys;
        short[] oldCounts = counts;
        int[] oldHours = hours;
        BitSet stays = new BitSet(oldKeys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            stays.set(i, oldKeys[i] != 0 && kept.test(i));
        }
        keys = new long[length];
        counts = new short[length];
        hours = new int[length];
        size = 0;
        for (int i = stays.nextSetBit(0); i >= 0; i = stays.nextSetBit(i + 1)) {
            int place = place(oldKeys[i]);
            keys[place] = oldKeys[i];
            counts[place] = oldCounts[i];
            hours[place] = oldHours[i];
            size++;
        }
    }

    /** Forgets all edges of accounts, and those that were last seen before an hour. */
    void forget(BitSet accounts, int beforeHour) {
        keep(
                keys.length,
                place -> !accounts.get(from(keys[place]))
                        && !accounts.get(to(keys[place]))
                        && hours[place] >= beforeHour);
    }

    private static int from(long key) {
        return (int) ((key - 1) >>> 32);
    }

    private static int to(long key) {
        return (int) (key - 1);
    }

    /**
     * Returns for every account the number of the component that it is in, from 1, 0 for those that are in none: accounts
     * each of which reaches every other one by way of edges.
     *
     * @param accounts the number above all accounts
     * @param least how many exchanges an edge must have to count
     */
    public int[] components(int accounts, int least) {
        int[] starts = new int[accounts + 1];
        for (int place = 0; place < keys.length; place++) {
            if (counts(place, accounts, least)) {
                starts[from(keys[place]) + 1]++;
            }
        }
        for (int a = 0; a < accounts; a++) {
            starts[a + 1] += starts[a];
        }
        int[] targets = new int[starts[accounts]];
        int[] next = starts.clone();
        for (int place = 0; place < keys.length; place++) {
            if (counts(place, accounts, least)) {
                targets[next[from(keys[place])]++] = to(keys[place]);
            }
        }
        return new StronglyConnectedComponents(starts, targets).find();
    }

    private boolean counts(int place, int accounts, int least) {
        return keys[place] != 0 && counts[place] >= least && from(keys[place]) < accounts && to(keys[place]) < accounts;
    }

    /** Takes edges. */
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void edge(int from, int to, int count, int hour) throws E;
    }

    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        for (int place = 0; place < keys.length; place++) {
            if (keys[place] != 0) {
                visitor.edge(from(keys[place]), to(keys[place]), counts[place], hours[place]);
            }
        }
    }

    /** Puts an edge back as it was. */
    void restore(int from, int to, int count, int hour) {
        add(from, to, hour);
        counts[place(((long) from << 32 | to) + 1)] = (short) Math.clamp(count, 1, MOST_COUNT);
    }
}
