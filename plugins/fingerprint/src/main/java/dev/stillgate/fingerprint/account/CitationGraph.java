package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.stats.StronglyConnectedComponents;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Directed graph of citations: an edge from the account whose prompts cite an answer to the account to which the answer
 * was issued. Weighted by the number of exchanges and bounded; the oldest edges and single citations are evicted first.
 *
 * <p>Only the account an edge starts from can create it. Hence accounts are linked by {@linkplain #components strongly
 * connected components} only, which a third party cannot force:
 *
 * <ul>
 * <li>Publishing a transcript creates edges to the publisher, but no path back from it.
 * <li>Citing a victim's answers creates edges from the attacker, but no path back from the victim.
 * <li>Accounts of one declared organisation share answers by right and get no edges.
 * </ul>
 *
 * <p>Membership in a component is not evidence; it only selects accounts for comparison.
 */
public final class CitationGraph {
    private static final int MAX_LOAD_PERCENT = 70;
    private static final int MAX_COUNT = Short.MAX_VALUE;
    private final int capacity;
    private long[] keys = new long[1024];
    private short[] counts = new short[1024];
    private int[] hours = new int[1024];
    private int size;

    /**
     * @param edges capacity in edges, at most 2^26
     */
    CitationGraph(int edges) {
        capacity = Integer.highestOneBit(Math.max(1024, Math.min(edges, 1 << 26)) - 1) << 1;
    }

    /** Counts one exchange in which an account cites another account's answers. */
    public void add(int from, int to, int hour) {
        long key = ((long) from << 32 | to) + 1;
        int slot = slot(key);
        if (keys[slot] != key) {
            if (size >= keys.length / 100 * MAX_LOAD_PERCENT) {
                growOrEvict();
                slot = slot(key);
            }
            keys[slot] = key;
            counts[slot] = 0;
            size++;
        }
        counts[slot] = (short) Math.min(MAX_COUNT, counts[slot] + 1);
        hours[slot] = Math.max(hours[slot], hour);
    }

    /** Returns the number of exchanges in which an account cited another account's answers. */
    public int count(int from, int to) {
        long key = ((long) from << 32 | to) + 1;
        int slot = slot(key);
        return keys[slot] == key ? counts[slot] : 0;
    }

    public int size() {
        return size;
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        long mixed = key * 0x9e3779b97f4a7c15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void growOrEvict() {
        if (keys.length < capacity) {
            keep(keys.length * 2, slot -> true);
            return;
        }
        int[] sorted = new int[size];
        int count = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                sorted[count++] = retentionScore(slot);
            }
        }
        Arrays.sort(sorted);
        int threshold = sorted[size / 2];
        keep(keys.length, slot -> retentionScore(slot) > threshold);
    }

    /** Returns the hour of the last citation, plus a week for edges of more than one exchange. */
    private int retentionScore(int slot) {
        return counts[slot] > 1 ? hours[slot] + 7 * 24 : hours[slot];
    }

    /** Selects the slots that are kept. */
    @FunctionalInterface
    private interface Kept {
        boolean test(int slot);
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
            int slot = slot(oldKeys[i]);
            keys[slot] = oldKeys[i];
            counts[slot] = oldCounts[i];
            hours[slot] = oldHours[i];
            size++;
        }
    }

    /** Removes the edges of some accounts, and all edges older than an hour of the epoch. */
    void forget(BitSet accounts, int beforeHour) {
        keep(
                keys.length,
                slot -> !accounts.get(from(keys[slot])) && !accounts.get(to(keys[slot])) && hours[slot] >= beforeHour);
    }

    private static int from(long key) {
        return (int) ((key - 1) >>> 32);
    }

    private static int to(long key) {
        return (int) (key - 1);
    }

    /**
     * Returns the strongly connected component of each account, numbered from 1; 0 for a component of one account.
     *
     * @param accounts upper bound of the account indexes, exclusive
     * @param minCount least number of exchanges of an edge
     */
    public int[] components(int accounts, int minCount) {
        int[] starts = new int[accounts + 1];
        for (int slot = 0; slot < keys.length; slot++) {
            if (isCounted(slot, accounts, minCount)) {
                starts[from(keys[slot]) + 1]++;
            }
        }
        for (int a = 0; a < accounts; a++) {
            starts[a + 1] += starts[a];
        }
        int[] targets = new int[starts[accounts]];
        int[] next = starts.clone();
        for (int slot = 0; slot < keys.length; slot++) {
            if (isCounted(slot, accounts, minCount)) {
                targets[next[from(keys[slot])]++] = to(keys[slot]);
            }
        }
        return new StronglyConnectedComponents(starts, targets).find();
    }

    private boolean isCounted(int slot, int accounts, int minCount) {
        return keys[slot] != 0 && counts[slot] >= minCount && from(keys[slot]) < accounts && to(keys[slot]) < accounts;
    }

    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void edge(int from, int to, int count, int hour) throws E;
    }

    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                visitor.edge(from(keys[slot]), to(keys[slot]), counts[slot], hours[slot]);
            }
        }
    }

    /** Restores an edge that was handed to a visitor. */
    void restore(int from, int to, int count, int hour) {
        add(from, to, hour);
        counts[slot(((long) from << 32 | to) + 1)] = (short) Math.clamp(count, 1, MAX_COUNT);
    }
}
