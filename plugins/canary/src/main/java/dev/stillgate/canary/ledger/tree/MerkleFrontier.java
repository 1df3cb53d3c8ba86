package dev.stillgate.canary.ledger.tree;

import org.jspecify.annotations.Nullable;

/**
 * Incremental Merkle tree: keeps only the roots of the complete subtrees along the right edge, one per bit of the size.
 * Adding a leaf takes two hashes on average, computing the root O(log n). Not thread-safe.
 */
public final class MerkleFrontier {
    private final TreeHasher hasher;
    private final @Nullable Hash[] peaks;
    private long size;

    public MerkleFrontier(TreeHasher hasher) {
        this(hasher, new Hash[Long.SIZE], 0);
    }

    private MerkleFrontier(TreeHasher hasher, @Nullable Hash[] peaks, long size) {
        this.hasher = hasher;
        this.peaks = peaks;
        this.size = size;
    }

    /** Returns an independent copy. */
    public MerkleFrontier copy() {
        return new MerkleFrontier(hasher, peaks.clone(), size);
    }

    public void add(Hash leaf) {
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

    public long size() {
        return size;
    }

    public Hash root() {
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
    public Hash peak(int level) {
        Hash peak = peaks[level];
        if (peak == null) {
            throw new IllegalStateException("no subtree of level " + level + " in a tree of " + size);
        }
        return peak;
    }
}
