package dev.stillgate.canary.ledger.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import java.util.Map;

/**
 * A reading of all leaves of a directory: it checks every record, builds the tree again, and tells a write that was cut
 * short, which is nothing, from damage, which it refuses. Nothing is written, so a ledger in use may be scanned.
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

    /** Is shown every leaf. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Takes the next leaf.
         *
         * @param after the tree that ends with it
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
     * @param signed how many leaves a signed head says there are at least
     * @throws IOException when a file cannot be read
     * @throws LedgerException for damage, and when leaves are missing
     */
    public static LedgerScan of(Path directory, long signed, Visitor visitor) throws IOException {
        LedgerScan scan = new LedgerScan(signed, visitor);
        var files = SegmentFormat.list(directory);
        for (Map.Entry<Long, Path> file : files.entrySet()) {
            boolean last = file.getKey().equals(files.lastKey());
            scan.segment(file.getKey(), file.getValue(), last);
        }
        if (scan.leaves() < signed) {
            throw new LedgerException(directory + ": holds " + scan.leaves() + " leaves where " + signed
                    + " are signed for: files of leaves are missing or cut short; put them back from a copy");
        }
        return scan;
    }

    private void segment(long first, Path file, boolean last) throws IOException {
        if (first != leaves()) {
            throw new LedgerException(file + ": begins with leaf " + first + " where leaf " + leaves()
                    + " comes next: a file before it is missing or cut short; put it back from a copy");
        }
        try (SegmentReader in = new SegmentReader(file, first)) {
            if (level < 0) {
                level = in.level();
            }
            if (in.level() < 0) {
                headless(in, file, last);
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
            cutShort(in, file, last);
        }
    }

    private void visit(byte[] bytes, Path file, long end) throws LedgerException {
        try {
            visitor.leaf(leaves() - 1, Leaf.read(bytes), frontier);
        } catch (Leaf.Malformed e) {
            throw LedgerException.damaged(file, end - bytes.length, String.valueOf(e.getMessage()));
        }
    }

    /** A header is on the disk before the first record is written, so only a file without records may lack it. */
    private void headless(SegmentReader in, Path file, boolean last) throws LedgerException {
        if (!last || in.size() > SegmentFormat.HEADER || leaves() < signed) {
            throw LedgerException.damaged(file, 0, "no header of a ledger's file");
        }
        torn = in.size();
    }

    private void cutShort(SegmentReader in, Path file, boolean last) throws IOException {
        long left = in.size() - in.position();
        boolean damaged = !last || leaves() < signed || left > SegmentFormat.MAX_BATCH || in.knownLater(leaves());
        if (damaged) {
            throw LedgerException.damaged(file, in.position(), "leaf " + leaves() + " is not as it was written");
        }
        torn = left;
    }

    public long leaves() {
        return frontier.size();
    }

    /** Returns the tree of all whole records. */
    public MerkleFrontier frontier() {
        return frontier;
    }

    /** Returns the roots of the files that are full. */
    List<Hash> segments() {
        return segments;
    }

    /** Returns the level of the files; negative when there is none. */
    public int level() {
        return level;
    }

    /** Returns the index of the first leaf of the last file. */
    public long tailFirst() {
        return tailFirst;
    }

    /** Returns where the last whole record of the last file ends; 0 when it has no header yet. */
    public long tailOffset() {
        return tailOffset;
    }

    /** Returns how many bytes come after that. */
    public long torn() {
        return torn;
    }
}
