package dev.stillgate.canary.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The right edge of a Merkle tree that grows: the roots of the complete subtrees that its leaves split into, one for each
 * bit of the size. All that is needed to add a leaf, in O(log n) and amortised two hashes, and to tell the root.
 */
final class Frontier {
    private final TreeHasher hasher;
    private final @Nullable Hash[] peaks;
    private long size;

    Frontier(TreeHasher hasher) {
        this(hasher, new Hash[Long.SIZE], 0);
    }

    private Frontier(TreeHasher hasher, @Nullable Hash[] peaks, long size) {
        this.hasher = hasher;
        this.peaks = peaks;
        this.size = size;
    }

    /** Returns one that grows on its own from here. */
    Frontier copy() {
        return new Frontier(hasher, peaks.clone(), size);
    }

    void add(Hash leaf) {
        Hash hash = leaf;
        int level = 0;
        for (; (size >> level & 1) == 1; level++) {
            Hash left = peak(level);
            peaks[level] = hash;
            hash = hasher.node(left, hash);
        }
        peaks[level] = hash;
        size++;
    }

    long size() {
        return size;
    }

    Hash root() {
        if (size == 0) {
            return hasher.empty();
        }
        int level = Long.numberOfTrailingZeros(size);
        Hash hash = peak(level);
        for (level++; size >> level != 0; level++) {
            if ((size >> level & 1) == 1) {
                hash = hasher.node(peak(level), hash);
            }
        }
        return hash;
    }

    /** Returns the root of the last complete subtree of 2^level leaves. */
    Hash peak(int level) {
        Hash peak = peaks[level];
        if (peak == null) {
            throw new IllegalStateException("no subtree of level " + level + " in a tree of " + size);
        }
        return peak;
    }
}
