package dev.stillgate.geo;

import com.maxmind.db.Metadata;
import java.io.IOException;
import java.util.Arrays;

/**
 * Traversal of a database's binary search tree for the probe. It visits every node once, and again for each path to it
 * that leaves more address bits, of which real trees have up to three. MaxMind's own traversal decodes the record of
 * every network, does not report offsets, and never ends if the nodes form a cycle.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0, "Binary Search Tree Section".
 */
final class SearchTree {
    /** Length of the zero bytes between tree and data. */
    private static final int SEPARATOR = 16;
    /** Bound on the steps, as a multiple of the number of nodes. */
    private static final int STEPS_PER_NODE = 8;

    private static final int NOT_REACHED = 0xff;

    private final byte[] file;
    private final int nodes;
    private final int nodeBytes;
    private final int addressBytes;
    private final int dataStart;
    private final int dataEnd;

    /** Visitor of the reachable data records; may be called several times for a record. */
    interface Visitor {
        /**
         * Visits a record.
         *
         * @param place offset of the record in the file
         * @param address the lowest address of the record, 4 or 16 bytes; valid during the call only
         */
        void visit(int place, byte[] address) throws IOException;
    }

    /**
     * Opens the tree at the start of a file.
     *
     * @param dataEnd offset of the end of the data section
     * @throws MmdbException if the tree is larger than the file or not followed by a separator
     */
    SearchTree(byte[] file, Metadata metadata, int dataEnd) throws MmdbException {
        this.file = file;
        this.dataEnd = dataEnd;
        this.nodeBytes = metadata.recordSize() / 4;
        this.addressBytes = metadata.ipVersion() == 4 ? 4 : 16;
        long tree = metadata.nodeCount() * nodeBytes;
        if (tree + SEPARATOR > dataEnd) {
            throw new MmdbException("a tree of " + metadata.nodeCount() + " nodes, larger than the file");
        }
        this.nodes = (int) metadata.nodeCount();
        this.dataStart = (int) tree + SEPARATOR;
        for (int i = (int) tree; i < dataStart; i++) {
            if (file[i] != 0) {
                throw new MmdbException("no separator after a tree of " + nodes + " nodes");
            }
        }
    }

    int dataStart() {
        return dataStart;
    }

    /**
     * Visits every data record that the tree leads to.
     *
     * @throws MmdbException if a record is outside the data section or the nodes form cycles
     */
    void walk(Visitor visitor) throws IOException {
        new Walk(visitor).descend(0, 0);
    }

    private final class Walk {
        private final Visitor visitor;
        private final byte[] address = new byte[addressBytes];
        private final byte[] reached = new byte[nodes];
        private long left = (long) STEPS_PER_NODE * nodes;

        Walk(Visitor visitor) {
            this.visitor = visitor;
            Arrays.fill(reached, (byte) NOT_REACHED);
        }

        private void descend(int node, int depth) throws IOException {
            if (depth == addressBytes * 8 || (reached[node] & 0xff) <= depth) {
                return;
            }
            reached[node] = (byte) depth;
            if (--left < 0) {
                throw new MmdbException("a tree with cycles");
            }
            follow(record(node, 0), depth);
            address[depth / 8] |= (byte) (0x80 >>> depth % 8);
            follow(record(node, 1), depth);
            address[depth / 8] &= (byte) ~(0x80 >>> depth % 8);
        }

        private void follow(long record, int depth) throws IOException {
            if (record < nodes) {
                descend((int) record, depth + 1);
            } else if (record > nodes) {
                visitor.visit(place(record), address);
            }
        }
    }

    private int place(long record) throws MmdbException {
        long offset = record - nodes - SEPARATOR;
        if (offset < 0 || offset >= dataEnd - dataStart) {
            throw new MmdbException("a record outside the data section");
        }
        return dataStart + (int) offset;
    }

    private long record(int node, int side) {
        int at = node * nodeBytes;
        return switch (nodeBytes) {
            case 6 -> bits(at + 3 * side, 0);
            case 7 -> {
                int middle = file[at + 3] & 0xff;
                yield bits(at + 4 * side, side == 0 ? middle >>> 4 : middle & 0xf);
            }
            default -> bits(at + 4 * side + 1, file[at + 4 * side] & 0xff);
        };
    }

    private long bits(int at, long top) {
        return (top << 24) | ((file[at] & 0xff) << 16) | ((file[at + 1] & 0xff) << 8) | (file[at + 2] & 0xff);
    }
}
