package dev.stillgate.fingerprint.account;

import java.util.BitSet;

/**
 * Which account was given an answer, by the answer's marks: 12 bytes a place, bounded. Two generations of an open table:
 * when the younger one is full it becomes the older, and the older is forgotten, so an entry is kept for between one and
 * two fillings of a generation.
 */
public final class IssuedMarks {
    /** Nobody known was issued the mark. */
    static final int NOBODY = -1;

    /** Two accounts or more were issued the mark, so that it tells nothing of either. */
    static final int SEVERAL = -2;

    private static final int FULL_PERCENT = 75;
    private final int capacity;
    private Generation young;
    private Generation old;

    /**
     * An empty table.
     *
     * @param entries how many entries are kept, at most 2^28; both generations together
     */
    IssuedMarks(long entries) {
        long half = Math.max(1024, Math.min(entries, 1L << 28) / 2);
        capacity = (int) Math.min(1 << 27, Long.highestOneBit(half - 1) << 1);
        young = new Generation(1024);
        old = new Generation(2);
    }

    /** Notes that an account was given an answer with this mark. */
    void issue(long mark, int account) {
        if (mark == 0) {
            return;
        }
        int known = owner(mark);
        int owner = known == NOBODY || known == account ? account : SEVERAL;
        put(mark, owner);
    }

    private void put(long mark, int owner) {
        if (young.count >= young.keys.length / 100 * FULL_PERCENT) {
            if (young.keys.length < capacity) {
                young = young.twice();
            } else {
                old = young;
                young = new Generation(capacity);
            }
        }
        young.put(mark, owner);
    }

    /** Returns who was issued the mark: an account, {@link #NOBODY} or {@link #SEVERAL}. */
    int owner(long mark) {
        int place = young.find(mark);
        if (place >= 0) {
            return young.owners[place];
        }
        place = old.find(mark);
        return place >= 0 ? old.owners[place] : NOBODY;
    }

    /** Makes the entries of accounts nobody's. */
    void forget(BitSet accounts) {
        young.forget(accounts);
        old.forget(accounts);
    }

    /** Takes entries. */
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void entry(long mark, int owner) throws E;
    }

    /** Hands all entries over, the older generation's first. */
    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        old.forEach(visitor);
        young.forEach(visitor);
    }

    /** Puts an entry back as it was; those of one table in the order in which they were handed over. */
    void restore(long mark, int owner) {
        put(mark, owner);
    }

    /** Returns how many entries there are. */
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
            int place = start(mark, mask);
            while (keys[place] != 0) {
                if (keys[place] == mark) {
                    return place;
                }
                place = place + 1 & mask;
            }
            return -1;
        }

        void put(long mark, int owner) {
            int mask = keys.length - 1;
            int place = start(mark, mask);
            while (keys[place] != 0 && keys[place] != mark) {
                place = place + 1 & mask;
            }
            count += keys[place] == 0 ? 1 : 0;
            keys[place] = mark;
            owners[place] = owner;
        }

        Generation twice() {
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
                owners[i] = keys[i] != 0 && owners[i] >= 0 && accounts.get(owners[i]) ? NOBODY : owners[i];
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
