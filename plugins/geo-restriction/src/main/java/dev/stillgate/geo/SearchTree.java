package dev.stillgate.geo;

import com.maxmind.db.Metadata;
import java.io.IOException;
import java.util.Arrays;

/**
 * The search tree of a database, walked for the probe only. MaxMind's own walk goes through every network and decodes the
 * record of each, without end in a tree whose nodes lead to each other, and does not tell where a record stands; this one
 * goes through every node once, and once more for each way to it that leaves more bits of the address, which real trees
 * have three of.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0, "Binary Search Tree Section".
 */
final class SearchTree {
    /** The zero bytes between tree and data. */
    private static final int SEPARATOR = 16;
    /** Steps in all, for each node. */
    private static final int STEPS_PER_NODE = 8;

    private static final int NOT_REACHED = 0xff;

    private final byte[] file;
    private final int nodes;
    private final int nodeBytes;
    private final int addressBytes;
    private final int dataStart;
    private final int dataEnd;

    /** What is told of each record of data that an address can lead to, perhaps more than once. */
    interface Visitor {
        /**
         * Takes a record.
         *
         * @param place where it stands in the file
         * @param address the lowest address that leads there, 4 or 16 bytes that change after the call
         */
        void visit(int place, byte[] address) throws IOException;
    }

    /**
     * A tree at the start of a file.
     *
     * @param dataEnd the byte after the data section
     * @throws MmdbException when it is larger than the file or not followed by a separator
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
     * Tells of every record of data that an address can lead to.
     *
     * @throws MmdbException when the tree leads out of the data section, or its nodes to each other beyond reason
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
                throw new MmdbException("a tree whose nodes lead to each other");
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
            throw new MmdbException("a record of the tree that leads out of the data section");
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
