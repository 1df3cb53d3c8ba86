package dev.stillgate.fingerprint.link;

/** Numbers distinct hashes from 0, in an open-addressing table. Not thread-safe. */
final class HashRows {
    private long[] hashes = new long[64];
    private int[] rows = new int[64];
    private int size;

    /** Returns the row of a hash, which is added if it is unknown. */
    int getOrAdd(long hash) {
        if (size >= hashes.length / 2) {
            grow();
        }
        int slot = slot(hash);
        if (hashes[slot] == 0) {
            hashes[slot] = hash;
            rows[slot] = size++;
        }
        return rows[slot];
    }

    /** Returns the row of a known hash. */
    int get(long hash) {
        return rows[slot(hash)];
    }

    int size() {
        return size;
    }

    private int slot(long hash) {
        int mask = hashes.length - 1;
        int slot = (int) ((hash * 0x9e3779b97f4a7c15L) >>> 32) & mask;
        while (hashes[slot] != 0 && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldRows = rows;
        hashes = new long[oldHashes.length * 2];
        rows = new int[oldHashes.length * 2];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] != 0) {
                int slot = slot(oldHashes[i]);
                hashes[slot] = oldHashes[i];
                rows[slot] = oldRows[i];
            }
        }
    }
}
