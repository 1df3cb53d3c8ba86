package dev.stillgate.fingerprint.account;

import java.util.BitSet;

/**
 * Maps marks of answers to the account to which the answer was issued; 12 bytes for each slot, bounded.
 *
 * <p>Two generations of an open-addressing table: a full young generation replaces the old one. An entry is kept for
 * between one and two fillings of a generation.
 */
public final class IssuedMarks {
    /** Owner of an unknown mark. */
    static final int UNKNOWN = -1;

    /** Owner of a mark that was issued to several accounts, and so identifies none of them. */
    static final int AMBIGUOUS = -2;

    private static final int MAX_LOAD_PERCENT = 75;
    private final int capacity;
    private Generation young;
    private Generation old;

    /**
     * @param entries capacity of both generations together, at most 2^28
     */
    IssuedMarks(long entries) {
        long half = Math.max(1024, Math.min(entries, 1L << 28) / 2);
        capacity = (int) Math.min(1 << 27, Long.highestOneBit(half - 1) << 1);
        young = new Generation(1024);
        old = new Generation(2);
    }

    /** Records that an answer with this mark was issued to an account. */
    void issue(long mark, int account) {
        if (mark == 0) {
            return;
        }
        int known = owner(mark);
        int owner = known == UNKNOWN || known == account ? account : AMBIGUOUS;
        put(mark, owner);
    }

    private void put(long mark, int owner) {
        if (young.count >= young.keys.length / 100 * MAX_LOAD_PERCENT) {
            if (young.keys.length < capacity) {
                young = young.doubled();
            } else {
                old = young;
                young = new Generation(capacity);
            }
        }
        young.put(mark, owner);
    }

    /** Returns the account index to which the mark was issued, {@link #UNKNOWN} or {@link #AMBIGUOUS}. */
    int owner(long mark) {
        int slot = young.find(mark);
        if (slot >= 0) {
            return young.owners[slot];
        }
        slot = old.find(mark);
        return slot >= 0 ? old.owners[slot] : UNKNOWN;
    }

    /** Sets the owner of the accounts' marks to {@link #UNKNOWN}. */
    void forget(BitSet accounts) {
        young.forget(accounts);
        old.forget(accounts);
    }

    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void entry(long mark, int owner) throws E;
    }

    /** Visits all entries, the older generation first. */
    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        old.forEach(visitor);
        young.forEach(visitor);
    }

    /** Restores an entry. Entries must come in the order of {@link #forEach}. */
    void restore(long mark, int owner) {
        put(mark, owner);
    }

    /** Returns the number of entries. */
    public long size() {
        return (long) young.count + old.count;
    }

    private static final class Generation {
        private final long[] keys;
        private final int[] owners;
        private int count;

        Generation(int size) {
            keys = new long[size];
            owners = new int[size];
        }

        int find(long mark) {
            int mask = keys.length - 1;
            int slot = start(mark, mask);
            while (keys[slot] != 0) {
                if (keys[slot] == mark) {
                    return slot;
                }
                slot = slot + 1 & mask;
            }
            return -1;
        }

        void put(long mark, int owner) {
            int mask = keys.length - 1;
            int slot = start(mark, mask);
            while (keys[slot] != 0 && keys[slot] != mark) {
                slot = slot + 1 & mask;
            }
            count += keys[slot] == 0 ? 1 : 0;
            keys[slot] = mark;
            owners[slot] = owner;
        }

        Generation doubled() {
            Generation next = new Generation(keys.length * 2);
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0) {
                    next.put(keys[i], owners[i]);
                }
            }
            return next;
        }

        void forget(BitSet accounts) {
            for (int i = 0; i < owners.length; i++) {
                owners[i] = keys[i] != 0 && owners[i] >= 0 && accounts.get(owners[i]) ? UNKNOWN : owners[i];
            }
        }

        <E extends Exception> void forEach(Visitor<E> visitor) throws E {
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] != 0) {
                    visitor.entry(keys[i], owners[i]);
                }
            }
        }

        private static int start(long mark, int mask) {
            return (int) (mark ^ mark >>> 32) & mask;
        }
    }
}
