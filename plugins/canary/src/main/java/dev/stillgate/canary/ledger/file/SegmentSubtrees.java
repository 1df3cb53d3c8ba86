package dev.stillgate.canary.ledger.file;

import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleProofs;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Subtree roots of a scanned ledger, for proofs. Roots of full files are in memory; lower ones are computed from the
 * file on demand. Only the last file is cached, so ask in leaf order. Not thread-safe.
 */
public final class SegmentSubtrees implements MerkleProofs.Subtrees {
    private final Path directory;
    private final LedgerScan scan;
    private final TreeHasher hasher = new TreeHasher();
    /** The newest two files that were read: a proof needs the one of its leaf and the last one. */
    private final Map<Long, List<List<Hash>>> loaded = new LinkedHashMap<>(4, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<List<Hash>>> eldest) {
            return size() > 2;
        }
    };

    public SegmentSubtrees(Path directory, LedgerScan scan) {
        this.directory = directory;
        this.scan = scan;
    }

    @Override
    public Hash root(int level, long index) throws IOException {
        if (level > scan.level()) {
            return hasher.node(root(level - 1, 2 * index), root(level - 1, 2 * index + 1));
        }
        if (level == scan.level()) {
            return scan.segments().get(Math.toIntExact(index));
        }
        int below = scan.level() - level;
        return levels(index >> below).get(level).get((int) (index & (1L << below) - 1));
    }

    private List<List<Hash>> levels(long segment) throws IOException {
        List<List<Hash>> known = loaded.get(segment);
        if (known != null) {
            return known;
        }
        List<List<Hash>> fresh = new ArrayList<>();
        fresh.add(leaves(segment << scan.level()));
        for (int level = 0; level < scan.level(); level++) {
            fresh.add(parents(fresh.get(level)));
        }
        loaded.put(segment, fresh);
        return fresh;
    }

    private List<Hash> leaves(long first) throws IOException {
        long end = Math.min(first + (1L << scan.level()), scan.leaves());
        List<Hash> leaves = new ArrayList<>();
        Path file = SegmentFormat.file(directory, first);
        try (SegmentReader in = new SegmentReader(file, first)) {
            for (long index = first; index < end; index++) {
                byte[] leaf = in.next(index);
                if (leaf == null) {
                    throw LedgerException.damaged(file, in.position(), "leaf " + index + " has changed since the scan");
                }
                leaves.add(hasher.leaf(leaf));
            }
        }
        return leaves;
    }

    /** Returns the complete nodes of the next level. */
    private List<Hash> parents(List<Hash> level) {
        List<Hash> parents = new ArrayList<>(level.size() / 2);
        for (int i = 0; i + 1 < level.size(); i += 2) {
            parents.add(hasher.node(level.get(i), level.get(i + 1)));
        }
        return parents;
    }
}
