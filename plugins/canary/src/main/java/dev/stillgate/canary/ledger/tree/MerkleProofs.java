package dev.stillgate.canary.ledger.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Inclusion and consistency proofs of an RFC 6962 tree (sections 2.1.1 and 2.1.2), built from complete subtrees in
 * O(log n) look-ups. Proofs are verified as in RFC 9162 (sections 2.1.3.2 and 2.1.4.2). Not thread-safe.
 */
public final class MerkleProofs {
    private final TreeHasher hasher = new TreeHasher();
    private final Subtrees subtrees;

    /** Source of the roots of complete subtrees. */
    @FunctionalInterface
    public interface Subtrees {
        /**
         * Returns the root over the leaves from {@code index << level} (inclusive) to {@code index + 1 << level}
         * (exclusive).
         */
        Hash root(int level, long index) throws IOException;
    }

    /** Creates proofs for a tree. */
    public MerkleProofs(Subtrees subtrees) {
        this.subtrees = subtrees;
    }

    /**
     * Returns the root of the tree's first leaves.
     *
     * @param size number of leaves
     */
    public Hash root(long size) throws IOException {
        return size == 0 ? hasher.empty() : range(0, size);
    }

    /**
     * Returns the inclusion proof of a leaf, from the leaf up.
     *
     * @param index of the leaf, from 0
     * @param size of the tree that the proof is for
     */
    public List<Hash> inclusion(long index, long size) throws IOException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("no leaf " + index + " in a tree of " + size);
        }
        List<Hash> path = new ArrayList<>();
        path(index, 0, size, path);
        return path;
    }

    private void path(long index, long from, long to, List<Hash> path) throws IOException {
        if (to - from == 1) {
            return;
        }
        long middle = from + split(to - from);
        if (index < middle) {
            path(index, from, middle, path);
            path.add(range(middle, to));
        } else {
            path(index, middle, to, path);
            path.add(range(from, middle));
        }
    }

    /**
     * Returns the proof that the tree of the later size extends the earlier one; empty if they are equal or the earlier
     * one is empty.
     */
    public List<Hash> consistency(long earlier, long later) throws IOException {
        if (earlier < 0 || earlier > later) {
            throw new IllegalArgumentException("a tree of " + later + " leaves has none of " + earlier + " before it");
        }
        List<Hash> proof = new ArrayList<>();
        if (earlier > 0 && earlier < later) {
            subproof(earlier, 0, later, true, proof);
        }
        return proof;
    }

    private void subproof(long earlier, long from, long to, boolean known, List<Hash> proof) throws IOException {
        if (earlier == to) {
            if (!known) {
                proof.add(range(from, to));
            }
            return;
        }
        long middle = from + split(to - from);
        if (earlier <= middle) {
            subproof(earlier, from, middle, known, proof);
            proof.add(range(middle, to));
        } else {
            subproof(earlier, middle, to, false, proof);
            proof.add(range(from, middle));
        }
    }

    private Hash range(long from, long to) throws IOException {
        long size = to - from;
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return subtrees.root(level, from >> level);
        }
        long middle = from + split(size);
        return hasher.node(range(from, middle), range(middle, to));
    }

    /** Returns the largest power of two below a size of at least 2. */
    private static long split(long size) {
        return Long.highestOneBit(size - 1);
    }

    /** Verifies an inclusion proof. */
    public static boolean included(Hash leaf, long index, long size, List<Hash> path, Hash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        TreeHasher hasher = new TreeHasher();
        long node = index;
        long last = size - 1;
        Hash hash = leaf;
        for (Hash sibling : path) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = hasher.node(sibling, hash);
                int up = (node & 1) == 1 ? 0 : Long.numberOfTrailingZeros(node);
                node >>= up;
                last >>= up;
            } else {
                hash = hasher.node(hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /**
     * Verifies a consistency proof.
     *
     * @param before root of the earlier tree
     * @param after root of the later tree
     */
    public static boolean consistent(long earlier, long later, List<Hash> proof, Hash before, Hash after) {
        if (earlier < 0 || earlier > later) {
            return false;
        }
        if (earlier == 0) {
            return proof.isEmpty() && before.equals(new TreeHasher().empty());
        }
        if (earlier == later) {
            return proof.isEmpty() && before.equals(after);
        }
        List<Hash> path = new ArrayList<>(proof);
        if (Long.bitCount(earlier) == 1) {
            path.addFirst(before);
        }
        return !path.isEmpty() && climb(earlier - 1, later - 1, path, before, after);
    }

    private static boolean climb(long earlier, long later, List<Hash> path, Hash before, Hash after) {
        TreeHasher hasher = new TreeHasher();
        int up = Long.numberOfTrailingZeros(~earlier);
        long node = earlier >> up;
        long last = later >> up;
        Hash old = path.getFirst();
        Hash fresh = old;
        for (Hash hash : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                old = hasher.node(hash, old);
                fresh = hasher.node(hash, fresh);
                up = (node & 1) == 1 ? 0 : Long.numberOfTrailingZeros(node);
                node >>= up;
                last >>= up;
            } else {
                fresh = hasher.node(fresh, hash);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && old.equals(before) && fresh.equals(after);
    }
}
