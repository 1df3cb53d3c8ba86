package dev.stillgate.canary.ledger.file;

import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sequential scan of a ledger: checks every record, rebuilds the tree, and tells an unfinished write, which is ignored,
 * from damage, which is an error. Read-only, so a ledger in use may be scanned.
 */
public final class LedgerScan {
    private final long signed;
    private final Visitor visitor;
    private final TreeHasher hasher = new TreeHasher();
    private final MerkleFrontier frontier = new MerkleFrontier(hasher);
    private final List<Hash> segments = new ArrayList<>();
    private int level = -1;
    private long tailFirst;
    private long tailOffset;
    private long torn;

    /** Receives every leaf in order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Receives the next leaf.
         *
         * @param after the tree up to and including the leaf
         */
        void leaf(long index, Leaf leaf, MerkleFrontier after) throws LedgerException;
    }

    private LedgerScan(long signed, Visitor visitor) {
        this.signed = signed;
        this.visitor = visitor;
    }

    /**
     * Scans a directory.
     *
     * @param signed number of leaves that a signed head guarantees
     * @throws IOException if a file cannot be read
     * @throws LedgerException if leaves are damaged or missing
     */
    public static LedgerScan of(Path directory, long signed, Visitor visitor) throws IOException {
        LedgerScan scan = new LedgerScan(signed, visitor);
        var files = SegmentFormat.list(directory);
        for (Map.Entry<Long, Path> file : files.entrySet()) {
            boolean last = file.getKey().equals(files.lastKey());
            scan.segment(file.getKey(), file.getValue(), last);
        }
        if (scan.leaves() < signed) {
            throw new LedgerException(directory + ": has " + scan.leaves() + " leaves, but a signed head covers "
                    + signed + ": leaf files are missing or truncated; restore them from a copy");
        }
        return scan;
    }

    private void segment(long first, Path file, boolean last) throws IOException {
        if (first != leaves()) {
            throw new LedgerException(file + ": begins with leaf " + first + ", but leaf " + leaves()
                    + " is next: a file before it is missing or truncated; restore it from a copy");
        }
        try (SegmentReader in = new SegmentReader(file, first)) {
            if (level < 0) {
                level = in.level();
            }
            if (in.level() < 0) {
                incompleteHeader(in, file, last);
            } else if (in.level() != level) {
                throw LedgerException.damaged(file, 12, "files of different levels");
            } else {
                leaves(in, file, last);
            }
            tailFirst = first;
            tailOffset = in.position();
        }
    }

    private void leaves(SegmentReader in, Path file, boolean last) throws IOException {
        long end = leaves() + (1L << level);
        while (leaves() < end && !in.atEnd()) {
            byte[] bytes = in.next(leaves());
            if (bytes == null) {
                break;
            }
            frontier.add(hasher.leaf(bytes));
            visit(bytes, file, in.position());
        }
        if (leaves() == end) {
            segments.add(frontier.peak(level));
        }
        if (!in.atEnd()) {
            unfinished(in, file, last);
        }
    }

    private void visit(byte[] bytes, Path file, long end) throws LedgerException {
        try {
            visitor.leaf(leaves() - 1, Leaf.read(bytes), frontier);
        } catch (Leaf.Malformed e) {
            throw LedgerException.damaged(file, end - bytes.length, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Accepts an incomplete header only in a file without records: the header is on disk before the first record is
     * written.
     */
    private void incompleteHeader(SegmentReader in, Path file, boolean last) throws LedgerException {
        if (!last || in.size() > SegmentFormat.HEADER || leaves() < signed) {
            throw LedgerException.damaged(file, 0, "not the header of a leaf file");
        }
        torn = in.size();
    }

    private void unfinished(SegmentReader in, Path file, boolean last) throws IOException {
        long left = in.size() - in.position();
        boolean damaged = !last || leaves() < signed || left > SegmentFormat.MAX_BATCH || in.knownLater(leaves());
        if (damaged) {
            throw LedgerException.damaged(
                    file, in.position(), "leaf " + leaves() + " was changed since it was written");
        }
        torn = left;
    }

    public long leaves() {
        return frontier.size();
    }

    /** Returns the tree of all complete records. */
    public MerkleFrontier frontier() {
        return frontier;
    }

    /** Returns the roots of all full files. */
    List<Hash> segments() {
        return segments;
    }

    /** Returns the level of the files; negative if there are none. */
    public int level() {
        return level;
    }

    /** Returns the index of the first leaf of the last file. */
    public long tailFirst() {
        return tailFirst;
    }

    /** Returns the end offset of the last complete record of the last file; 0 if its header is incomplete. */
    public long tailOffset() {
        return tailOffset;
    }

    /** Returns the number of bytes after the last complete record. */
    public long torn() {
        return torn;
    }
}
