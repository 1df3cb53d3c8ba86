package dev.stillgate.fingerprint.account;

import java.util.BitSet;

/**
 * Maps hashes of parts of responses to the account to which the response was issued; 12 bytes for each slot, bounded.
 *
 * <p>Two generations of an open-addressing table: a full young generation replaces the old one. An entry is kept for
 * between one and two fillings of a generation.
 */
public final class IssuedHashes {
    /** Owner of an unknown hash. */
    static final int UNKNOWN = -1;

    /** Owner of a hash that was issued to several accounts, and so identifies none of them. */
    static final int AMBIGUOUS = -2;

    private static final int MAX_LOAD_PERCENT = 75;
    private final int capacity;
    private Generation young;
    private Generation old;

    /**
     * @param entries capacity of both generations together, at most 2^28
     */
    IssuedHashes(long entries) {
        long half = Math.max(1024, Math.min(entries, 1L << 28) / 2);
        capacity = (int) Math.min(1 << 27, Long.highestOneBit(half - 1) << 1);
        young = new Generation(1024);
        old = new Generation(2);
    }

    /** Records that a response with this hash was issued to an account. */
    void issue(long hash, int account) {
        if (hash == 0) {
            return;
        }
        int known = owner(hash);
        int owner = known == UNKNOWN || known == account ? account : AMBIGUOUS;
        put(hash, owner);
    }

    private void put(long hash, int owner) {
        if (young.count >= young.keys.length / 100 * MAX_LOAD_PERCENT) {
            if (young.keys.length < capacity) {
                young = young.doubled();
            } else {
                old = young;
                young = new Generation(capacity);
            }
        }
        young.put(hash, owner);
    }

    /** Returns the account index to which the hash was issued, {@link #UNKNOWN} or {@link #AMBIGUOUS}. */
    int owner(long hash) {
        int slot = young.find(hash);
        if (slot >= 0) {
            return young.owners[slot];
        }
        slot = old.find(hash);
        return slot >= 0 ? old.owners[slot] : UNKNOWN;
    }

    /** Sets the owner of the accounts' hashes to {@link #UNKNOWN}. */
    void forget(BitSet accounts) {
        young.forget(accounts);
        old.forget(accounts);
    }

    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void entry(long hash, int owner) throws E;
    }

    /** Visits all entries, the older generation first. */
    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        old.forEach(visitor);
        young.forEach(visitor);
    }

    /** Restores an entry. Entries must come in the order of {@link #forEach}. */
    void restore(long hash, int owner) {
        put(hash, owner);
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

        int find(long hash) {
            int mask = keys.length - 1;
            int slot = start(hash, mask);
            while (keys[slot] != 0) {
                if (keys[slot] == hash) {
                    return slot;
                }
                slot = slot + 1 & mask;
            }
            return -1;
        }

        void put(long hash, int owner) {
            int mask = keys.length - 1;
            int slot = start(hash, mask);
            while (keys[slot] != 0 && keys[slot] != hash) {
                slot = slot + 1 & mask;
            }
            count += keys[slot] == 0 ? 1 : 0;
            keys[slot] = hash;
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

        private static int start(long hash, int mask) {
            return (int) (hash ^ hash >>> 32) & mask;
        }
    }
}
